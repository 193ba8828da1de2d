import { expect, test } from 'vitest'
import { TOOLS } from '../../src-main/contract/tools.ts'
import { REPEATABLE_TOOLS } from '../../src-main/contract/repeatable-tools.ts'
import { ToolMethods } from './tool-methods.ts'

test('what may be sent twice is what the contract calls idempotent, and storing', () => {
  const idempotent = Object.values(TOOLS).flatMap(({ name, annotations: { readOnlyHint, idempotentHint } }) =>
    readOnlyHint || idempotentHint ? [name] : [],
  )
  expect([...REPEATABLE_TOOLS].sort()).toEqual([...new Set([...idempotent, 'store_memory', 'create_memory'])].sort())
})

test('every tool of the contract that a model is offered has its method', async () => {
  const called: string[] = []
  class Recorder extends ToolMethods {
    override call(tool: string): Promise<never> {
      called.push(tool)
      return Promise.resolve(undefined as never) // nobody looks at it
    }
  }
  const methods = Object.getOwnPropertyNames(ToolMethods.prototype).filter((name) => name !== 'constructor')
  const recorder = new Recorder() as unknown as Record<string, (args: object) => Promise<unknown>>
  for (const method of methods) await recorder[method]!({})
  expect(called.map((tool) => tool.replace(/_(.)/g, (_all, letter: string) => letter.toUpperCase()))).toEqual(methods)
  const offered = Object.values(TOOLS).flatMap(({ name, profile }) => (profile === 'rest' ? [] : [name]))
  expect(called.toSorted()).toEqual(offered.toSorted())
})
