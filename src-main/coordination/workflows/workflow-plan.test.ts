import { describe, expect, test } from 'vitest'
import { workflowStepSchema } from '../../contract/workflow.ts'
import type { WorkflowStepInput } from '../../contract/workflow.ts'
import { planWorkflow } from './workflow-plan.ts'

const plan = (...steps: WorkflowStepInput[]) => planWorkflow(steps.map((step) => workflowStepSchema.parse(step)))
const look = (id: string, more: Partial<WorkflowStepInput> = {}): WorkflowStepInput => ({ id, tool: 'list_memories', ...more })

test('a step waits for what it names, what it reads, and the branch that chooses it', () => {
  const planned = plan(
    look('a'),
    look('b', { arguments: { tags: ['{{steps.a.total}}'] } }),
    { id: 'c', tool: 'branch', arguments: { cases: [{ when: 'steps.a.total > 1', then: ['d'] }] } },
    look('d', { when: 'steps.b.total > 0', depends_on: ['a'] }),
  )
  expect(planned.map(({ step, dependencies }) => [step.id, dependencies.toSorted()])).toEqual([
    ['a', []],
    ['b', ['a']],
    ['c', ['a']],
    ['d', ['a', 'b', 'c']],
  ])
})

describe('is refused:', () => {
  test('an id that is there twice', () => {
    expect(() => plan(look('a'), look('a'))).toThrow('steps must have ids of their own: "a" is there twice')
  })

  test('a dependency that is not there', () => {
    expect(() => plan(look('a', { depends_on: ['b'] }))).toThrow('steps.a waits for or reads "b", which is not a step')
    expect(() => plan(look('a', { arguments: { tags: ['{{steps.gone.x}}'] } }))).toThrow('"gone"')
    expect(() => plan({ id: 'x', tool: 'branch', arguments: { cases: [{ when: 'true', then: ['gone'] }] } })).toThrow('names "gone"')
  })

  test('a circle, with its path', () => {
    const steps = [
      look('a', { depends_on: ['c'] }),
      look('b', { depends_on: ['a'] }),
      look('c', { arguments: { tags: ['{{steps.b.x}}'] } }),
    ]
    expect(() => plan(...steps)).toThrow('steps must not wait for each other in a circle: a -> c -> b -> a.')
    expect(() => plan(look('a', { depends_on: ['a'] }))).toThrow('a -> a')
  })

  test('a step that no run could come to', () => {
    expect(() => plan(look('a', { when: '1 > 2' }))).toThrow('steps.a is unreachable: its condition "1 > 2" never holds')
    expect(() => plan(look('a', { when: 'false' }), look('b', { depends_on: ['a'] }))).toThrow('steps.a is unreachable')
    const branch = (...cases: { when: string; then: string[] }[]): WorkflowStepInput => ({ id: 'br', tool: 'branch', arguments: { cases } })
    expect(() => plan(branch({ when: 'false', then: ['a'] }), look('a'))).toThrow('no case of the branch "br" that names it can be taken')
    expect(() => plan(branch({ when: 'true', then: [] }, { when: 'input.x', then: ['a'] }), look('a'))).toThrow('unreachable')
    expect(() => plan(branch({ when: 'input.x', then: ['a'] }), look('a'))).not.toThrow()
  })

  test('a branch without sense', () => {
    expect(() => plan({ id: 'x', tool: 'branch', arguments: {} })).toThrow('steps.x.arguments must be those of a branch')
  })
})

test('a chain longer than the stack is planned', () => {
  const steps = Array.from({ length: 20_000 }, (_, index) => look(`s${index}`, index === 0 ? {} : { depends_on: [`s${index - 1}`] }))
  expect(() => plan(look('s0', { depends_on: ['s19999'] }), ...steps.slice(1))).toThrow('circle')
})
