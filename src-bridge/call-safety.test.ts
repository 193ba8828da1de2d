import { expect, test } from 'vitest'
import { CallSafety } from './call-safety.ts'

test('what may be repeated is known by method, by annotation, and for storing by its rule', () => {
  const safety = new CallSafety()
  safety.learnTools(
    { tools: [{ name: 'look', annotations: { readOnlyHint: true } }, { name: 'add', annotations: {} }, { name: 'bare' }] },
    true,
  )
  safety.learnTools({ tools: [{ name: 'set', annotations: { idempotentHint: true } }] }, false)
  const call = (name: string) => safety.mayRepeat('tools/call', { name })
  expect({
    look: call('look'),
    set: call('set'),
    add: call('add'),
    bare: call('bare'),
    unknown: call('never-listed'),
    store: call('store_memory'),
  }).toEqual({
    look: true,
    set: true,
    add: false,
    bare: false,
    unknown: false,
    store: true,
  })
  expect([safety.mayRepeat('tools/list', {}), safety.mayRepeat('resources/read', {}), safety.mayRepeat('tools/call', null)]).toEqual([
    true,
    true,
    false,
  ])
})

test('a new first page forgets the tools of the old list', () => {
  const safety = new CallSafety()
  safety.learnTools({ tools: [{ name: 'look', annotations: { readOnlyHint: true } }] }, true)
  safety.learnTools({ tools: [] }, true)
  expect(safety.mayRepeat('tools/call', { name: 'look' })).toBe(false)
})

test('a host that never asks for the tools has those of this version', () => {
  const safety = new CallSafety()
  const known = (name: string) => safety.mayRepeat('tools/call', { name })
  expect([known('semantic_search'), known('manage_task'), known('execute_workflow')]).toEqual([true, false, false])
})
