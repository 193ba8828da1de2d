import { expect, test } from 'vitest'
import { FixedClock, toIso } from '../../base/clock.ts'
import { workflowStepSchema } from '../../contract/workflow.ts'
import type { StepRun, WorkflowStepInput } from '../../contract/workflow.ts'
import { RunProgress } from './run-progress.ts'
import { RunSteps } from './run-steps.ts'
import { planWorkflow } from './workflow-plan.ts'

const START = Date.parse('2026-11-22T09:30:00.000Z')

/** A run in the middle: what each step has come to, by id; queued where nothing is said. */
function progressOf(steps: readonly WorkflowStepInput[], runs: Readonly<Record<string, Partial<StepRun>>> = {}) {
  const clock = new FixedClock(START)
  const definition = steps.map((step) => workflowStepSchema.parse(step))
  const all = definition.map(({ id, tool }): StepRun => ({ id, tool, status: 'queued', attempts: 0, logs: [], ...runs[id] }))
  const progress = new RunProgress(new RunSteps(planWorkflow(definition), all, {}), clock, 4_096)
  const begun = (places = 8): string[] => progress.begin(places).map(({ step }) => step.id)
  const states = (): string[] => progress.steps.all().map(({ status }) => status)
  return { clock, progress, begun, states }
}

const underWay = (input: Record<string, unknown>): Partial<StepRun> => ({ status: 'running', attempts: 1, started_at: toIso(START), input })

test('after a crash a step that may be repeated begins again, with the arguments it had', () => {
  const { progress, begun } = progressOf([{ id: 'note', tool: 'store_memory', arguments: { content: 'x' } }], {
    note: underWay({ content: 'x' }),
  })
  progress.recover()
  expect(begun()).toEqual(['note'])
  expect(progress.steps.get('note')).toMatchObject({ status: 'running', attempts: 2, started_at: toIso(START), input: { content: 'x' } })
  expect(progress.steps.get('note').logs[0]?.message).toContain('it is safe to repeat')
})

test.each([
  ['manage_task', { operation: 'update', task_id: '01990000-0000-7000-8000-000000000000', note: 'done' }],
  ['manage_task', { operation: 'complete', task_id: '01990000-0000-7000-8000-000000000000' }],
  ['register_agent', { agent_id: 'scout' }],
])('after a crash %s %j fails and says that nobody knows', (tool, args) => {
  const { progress, begun, states } = progressOf(
    [
      { id: 'once', tool, arguments: args },
      { id: 'after', tool: 'list_tasks', depends_on: ['once'] },
    ],
    { once: underWay(args) },
  )
  progress.recover()
  expect(begun()).toEqual([])
  expect(states()).toEqual(['failed', 'queued'])
  expect(progress.failure?.message).toBe(
    `The server ended while this ran. It is not known whether ${tool} was carried out, and it must not be done twice: check, then start a new run.`,
  )
  progress.closeOpen('Not run.')
  expect(states()).toEqual(['failed', 'cancelled'])
})

test('a pause goes on where it was, and is over when its time has come', () => {
  const wakeAt = toIso(START + 60_000)
  const { clock, progress, begun, states } = progressOf(
    [
      { id: 'pause', tool: 'wait', arguments: { seconds: 60 } },
      { id: 'after', tool: 'list_tasks', depends_on: ['pause'] },
    ],
    { pause: { status: 'waiting', attempts: 1, started_at: toIso(START), wake_at: wakeAt } },
  )
  progress.recover()
  expect([begun(), progress.wakesAtMs, progress.isWaiting]).toEqual([[], START + 60_000, true])
  clock.advance(60_000)
  expect(begun()).toEqual(['after'])
  expect(states()).toEqual(['completed', 'running'])
  expect(progress.steps.get('pause')).not.toHaveProperty('wake_at')
})

test('begins no more than there are places for', () => {
  const { progress, begun } = progressOf(['a', 'b', 'c'].map((id) => ({ id, tool: 'list_tasks' })))
  expect(begun(2)).toEqual(['a', 'b'])
  expect(begun(0)).toEqual([])
  progress.note(progress.steps.plan[0]!.step, { kind: 'done', output: {} })
  expect(begun(1)).toEqual(['c'])
})

test('a failure that halts lets nothing further begin; one that may be does', () => {
  const failed = { kind: 'failed', error: { code: 'not_found', message: 'gone', step_id: 'a' }, mayRetry: true } as const
  const steps = (on_error: 'halt' | 'continue'): WorkflowStepInput[] => [
    { id: 'a', tool: 'list_tasks', on_error },
    { id: 'b', tool: 'list_tasks', depends_on: ['a'] },
  ]
  const halting = progressOf(steps('halt'))
  halting.begun()
  halting.progress.note(halting.progress.steps.plan[0]!.step, failed)
  expect([halting.begun(), halting.progress.failure]).toEqual([[], failed.error])
  const going = progressOf(steps('continue'))
  going.begun()
  going.progress.note(going.progress.steps.plan[0]!.step, failed)
  expect([going.begun(), going.progress.failure]).toEqual([['b'], undefined])
})
