import { expect, test } from 'vitest'
import type { WorkflowStep } from '../api/types.ts'
import { dependenciesOf, layOut } from './workflow-graph.ts'

function step(id: string, changes: Partial<WorkflowStep> = {}): WorkflowStep {
  return { id, tool: 'semantic_search', arguments: {}, depends_on: [], timeout_seconds: 300, on_error: 'halt', ...changes }
}

const STEPS = [
  step('find', { arguments: { query: '{{input.topic}}' } }),
  step('choose', { tool: 'branch', arguments: { cases: [{ when: 'steps.find.count > 0', then: ['note'] }], else: ['ask'] } }),
  step('note', { arguments: { content: '{{steps.find.count}}' } }),
  step('ask', { when: 'steps.gone.x == 1' }),
  step('end', { depends_on: ['note', 'ask'] }),
]

test('a step waits for what it says, for what its templates name, and for the branch that chooses it', () => {
  expect(STEPS.map((one) => dependenciesOf(one, STEPS))).toEqual([[], ['find'], ['find', 'choose'], ['choose'], ['note', 'ask']])
})

test('every step lies to the right of those it waits for, and the places are the same each time', async () => {
  const graph = await layOut(STEPS)
  const x = new Map(graph.nodes.map((node) => [node.id, node.x]))
  for (const { from, to } of graph.edges) expect(x.get(from)).toBeLessThan(x.get(to)!)
  expect(graph.edges).toHaveLength(6)
  expect(await layOut(STEPS)).toEqual(graph)
})
