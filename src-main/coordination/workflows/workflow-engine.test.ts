import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FixedClock, toIso } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { LocalEventBus } from '../../base/event-bus.ts'
import { newId } from '../../base/ids.ts'
import { silentLog } from '../../base/log.ts'
import { OWNER_SCOPE } from '../../contract/scope.ts'
import { workflowStepSchema } from '../../contract/workflow.ts'
import type { Execution, WorkflowStepInput } from '../../contract/workflow.ts'
import type { ExecutionStore } from '../../storage/execution-store.ts'
import { openStores } from '../../storage/open-stores.ts'
import { ExecutionAnnouncer } from './execution-announcer.ts'
import type { CallTool } from './step-attempt.ts'
import { WorkflowEngine } from './workflow-engine.ts'

const LIMITS = {
  maxSteps: 100,
  maxTotalSteps: 1_000,
  maxDepth: 4,
  maxSeconds: 60,
  maxOutputBytes: 4_096,
  maxRunning: 2,
  keepDays: 1,
}

let store: ExecutionStore
let clock: FixedClock
let engines: WorkflowEngine[]
beforeEach(async () => {
  store = (await openStores({ provider: 'volatile' })).executions
  clock = new FixedClock(Date.parse('2026-11-22T09:30:00Z'))
  engines = []
})
afterEach(() => Promise.all(engines.map((engine) => engine.close())))

function openEngine(callTool: CallTool, limits: Partial<typeof LIMITS> = {}): WorkflowEngine {
  const announcer = new ExecutionAnnouncer(new LocalEventBus(silentLog), clock)
  const engine = new WorkflowEngine({ store, callTool, announcer, clock, log: silentLog, limits: { ...LIMITS, ...limits } })
  engines.push(engine)
  return engine
}

async function queue(steps: readonly WorkflowStepInput[], fields: Partial<Execution> = {}): Promise<Execution> {
  const id = newId()
  const definition = steps.map((step) => workflowStepSchema.parse(step))
  const execution: Execution = {
    id,
    workflow_id: newId(),
    workflow_name: 'flow',
    workflow_version: 1,
    status: 'queued',
    trigger: 'call',
    agent_id: 'owner',
    namespace: 'default',
    input: {},
    depth: 0,
    root_execution_id: id,
    created_at: toIso(clock.now()),
    steps: definition.map((step) => ({ id: step.id, tool: step.tool, status: 'queued', attempts: 0, logs: [] })),
    ...fields,
  }
  return store.start({ execution, definition, scope: OWNER_SCOPE }, 1_000)
}

async function until(id: string, status: Execution['status']): Promise<Execution> {
  for (let tries = 0; tries < 2_000; tries += 1) {
    const now = await store.get(id, OWNER_SCOPE)
    if (now?.status === status) return now
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error(`It is not ${status}: ${JSON.stringify(await store.get(id, OWNER_SCOPE))}`)
}

const look = (id: string, more: Partial<WorkflowStepInput> = {}): WorkflowStepInput => ({ id, tool: 'list_tasks', ...more })
const atOnce: CallTool = () => Promise.resolve({})
const untilTold: CallTool = ({ signal }) =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))

describe('of several engines on one store', () => {
  test('each run is done by one, and every step once', async () => {
    const called: string[] = []
    const callTool: CallTool = async ({ origin }) => {
      called.push(origin.key)
      await new Promise((resolve) => setTimeout(resolve, 2))
      return {}
    }
    const all = [openEngine(callTool), openEngine(callTool), openEngine(callTool)]
    const runs = await Promise.all(Array.from({ length: 20 }, () => queue([look('a'), look('b', { depends_on: ['a'] })])))
    for (const engine of all) engine.start()
    for (const { id } of runs) await until(id, 'completed')
    expect(called.length).toBe(40)
    expect(new Set(called).size).toBe(40)
  })

  test('one that is closed leaves its runs to the others at once', async () => {
    const first = openEngine(untilTold)
    first.start()
    const { id } = await queue([look('a')])
    first.poke()
    await until(id, 'running')
    const closing = first.close()
    await closing
    expect(await store.runners(toIso(clock.now()))).toEqual([])
    openEngine(atOnce).start()
    const run = await until(id, 'completed')
    expect(run.steps[0]).toMatchObject({ attempts: 2 })
  }, 15_000)

  test('one that has slept over its lease writes no more', async () => {
    const { id } = await queue([look('a')])
    let answer: () => void = () => undefined
    const asleep = openEngine(() => new Promise((resolve) => (answer = () => resolve({ by: 'asleep' }))))
    asleep.start()
    await until(id, 'running')
    clock.advance(20_000)
    openEngine(() => Promise.resolve({ by: 'awake' })).start()
    const run = await until(id, 'completed')
    answer()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(run.output).toEqual({ a: { by: 'awake' } })
    expect(await store.get(id, OWNER_SCOPE)).toEqual(run)
  })

  test('a cancel that another was told reaches the one that runs it', async () => {
    const { id } = await queue([look('a')])
    openEngine(untilTold).start()
    await until(id, 'running')
    await store.requestCancel(id, 'enough')
    // At the next renewal of its lease, five seconds later at the most.
    const run = await until(id, 'cancelled')
    expect(run.error).toEqual({ code: 'cancelled', message: 'enough' })
  }, 15_000)
})

test('takes up no more runs than there are places, and nested ones all the same', async () => {
  openEngine(untilTold).start()
  const runs = await Promise.all([1, 2, 3].map(() => queue([look('a')])))
  const parent = runs[0]!
  const nested = await queue([look('a')], { depth: 1, parent_execution_id: parent.id, root_execution_id: parent.id })
  engines[0]!.poke()
  await until(nested.id, 'running')
  const states = await Promise.all(runs.map(async ({ id }) => (await store.get(id, OWNER_SCOPE))?.status))
  expect(states).toEqual(['running', 'running', 'queued'])
})

test('ends a run that takes longer than the settings allow', async () => {
  const { id } = await queue([look('a')], { created_at: toIso(clock.now() - 59_950) })
  openEngine(untilTold).start()
  await until(id, 'running')
  clock.advance(100)
  const run = await until(id, 'failed')
  expect(run.error?.message).toContain('longer than the 60 s that TMWS_WORKFLOW_MAX_SECONDS allows')
  expect(run.steps[0]?.status).toBe('cancelled')
})

test('goes on when the store fails for a while', async () => {
  const { id } = await queue([look('a')])
  const record = store.record.bind(store)
  let failures = 1
  store.record = (...args) => (failures-- > 0 ? Promise.reject(new AppError('unavailable', 'The disk is full.')) : record(...args))
  const engine = openEngine(atOnce)
  engine.start()
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect((await store.get(id, OWNER_SCOPE))?.status).toBe('queued')
  clock.advance(20_000)
  engine.poke()
  expect((await until(id, 'completed')).steps[0]).toMatchObject({ attempts: 1 })
})

test('erases what ended long ago', async () => {
  const { id } = await queue([look('a')])
  const first = openEngine(atOnce)
  first.start()
  await until(id, 'completed')
  clock.advance(2 * 86_400_000)
  openEngine(atOnce).start()
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(await store.get(id, OWNER_SCOPE)).toBeUndefined()
})
