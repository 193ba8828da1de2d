import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../base/ids.ts'
import { OWNER_SCOPE } from '../contract/scope.ts'
import type { Scope } from '../contract/scope.ts'
import type { Execution, StepRun, WorkflowStep } from '../contract/workflow.ts'
import type { ExecutionPage, LeaseClaim, NewExecution } from './execution-store.ts'
import type { Stores } from './open-stores.ts'

const T0 = '2026-11-22T09:30:00.000Z'
const T1 = '2026-11-22T09:31:00.000Z'
const T2 = '2026-11-22T09:32:00.000Z'
const T3 = '2026-11-22T09:33:00.000Z'
const alice: Scope = { kind: 'agent', agentId: 'alice', namespace: 'acme', isAdmin: false }
const bob: Scope = { ...alice, agentId: 'bob' }
const definition: WorkflowStep[] = ['a', 'b'].map((id) => ({
  id,
  tool: 'list_memories',
  arguments: {},
  depends_on: [],
  timeout_seconds: 300,
  on_error: 'halt',
}))

function queued(fields: Partial<Execution> = {}): NewExecution {
  const id = fields.id ?? newId()
  const steps = definition.map(({ id: step, tool }): StepRun => ({ id: step, tool, status: 'queued', attempts: 0, logs: [] }))
  const execution: Execution = {
    id,
    workflow_id: newId(),
    workflow_name: 'flow',
    workflow_version: 3,
    status: 'queued',
    trigger: 'call',
    agent_id: 'alice',
    namespace: 'acme',
    input: { topic: ['x', { y: null }] },
    depth: 0,
    root_execution_id: id,
    created_at: T0,
    steps,
    ...fields,
  }
  return { execution, definition, scope: alice }
}

/** What a dialect of ExecutionStore keeps to. `open` gives empty stores. */
export function executionStoreConformance(name: string, open: () => Promise<Stores>): void {
  describe(`${name} as an ExecutionStore`, () => {
    let stores: Stores
    beforeEach(async () => {
      stores = await open()
    })
    afterEach(() => stores.memories.close())

    const start = (fields: Partial<Execution> = {}) => stores.executions.start(queued(fields), 1_000)
    const claim = (runnerId: string, more: Partial<LeaseClaim> = {}) =>
      stores.executions.claim({ runnerId, now: T0, leaseUntil: T1, limit: 10, dead: [], ...more })
    const now = async (id: string): Promise<Execution> => (await stores.executions.get(id, OWNER_SCOPE))!

    it('gives back what was kept, whole, and the same run for the same id', async () => {
      const root = await start()
      const nested = queued({ depth: 1, parent_execution_id: root.id, root_execution_id: root.id, trigger: 'workflow' })
      expect(await stores.executions.start(nested, 1_000)).toEqual(nested.execution)
      expect(await now(nested.execution.id)).toEqual(nested.execution)
      expect(await stores.executions.start({ ...nested, execution: { ...nested.execution, workflow_name: 'other' } }, 1_000)).toEqual(
        nested.execution,
      )
    })

    it('shows a run to its agent and the person, not to others of the namespace', async () => {
      const { id } = await start()
      expect((await stores.executions.get(id, alice))?.id).toBe(id)
      expect(await stores.executions.get(id, bob)).toBeUndefined()
      expect((await stores.executions.list({ limit: 5 }, bob)).total).toBe(0)
      expect((await stores.executions.list({ limit: 5 }, OWNER_SCOPE)).total).toBe(1)
    })

    it('bounds the steps of a run and of all that it started', async () => {
      const root = await stores.executions.start(queued(), 4)
      const below = { depth: 1, parent_execution_id: root.id, root_execution_id: root.id }
      await stores.executions.start(queued(below), 4)
      await expect(stores.executions.start(queued(below), 4)).rejects.toMatchObject({ code: 'conflict', details: { max_total_steps: 4 } })
      await stores.executions.start(queued(), 4)
    })

    it('gives a run to one of many runners, with all that it needs', async () => {
      const { id } = await start()
      const claims = await Promise.all(['r1', 'r2', 'r3'].map((runner) => claim(runner)))
      expect(claims.map((runs) => runs.length).toSorted()).toEqual([0, 0, 1])
      expect(claims.flat()).toEqual([{ execution: await now(id), definition, scope: alice }])
      expect(await stores.executions.runners(T0)).toHaveLength(1)
    })

    it('gives a run to another when the lease has lapsed, was given back, or its holder is dead', async () => {
      await start()
      await claim('r1')
      expect(await claim('r2')).toEqual([])
      expect(await claim('r2', { now: T1, leaseUntil: T2 })).toHaveLength(1)
      expect(await claim('r3', { now: T1, dead: ['r2'], leaseUntil: T2 })).toHaveLength(1)
      await stores.executions.release('r3')
      expect(await stores.executions.runners(T1)).toEqual([])
      expect(await claim('r4', { now: T1, onlyNested: true })).toEqual([])
      expect(await claim('r4', { now: T1, leaseUntil: T2 })).toHaveLength(1)
    })

    it('prolongs leases that still hold, and says which runs are to be cancelled', async () => {
      const [one, two] = [await start(), await start()]
      await claim('r1')
      expect(await stores.executions.requestCancel(two.id, 'enough')).toEqual([two.id])
      const renewal = { runnerId: 'r1', ids: [one.id, two.id], now: T0, leaseUntil: T2 }
      expect(await stores.executions.renew(renewal)).toEqual({
        held: expect.arrayContaining([one.id, two.id]) as string[],
        toCancel: [{ id: two.id, reason: 'enough' }],
      })
      expect(await claim('r2', { now: T1 })).toEqual([])
      expect(await stores.executions.renew({ ...renewal, ids: [one.id], now: T2, leaseUntil: T3 })).toEqual({ held: [], toCancel: [] })
      const [taken] = (await claim('r2', { now: T2, leaseUntil: T3 })).filter(({ execution }) => execution.id === two.id)
      expect(taken?.cancel).toEqual({ id: two.id, reason: 'enough' })
    })

    it('keeps a change of a run and its steps together, from its holder only', async () => {
      const { id, steps } = await start()
      const run: StepRun = { ...steps[1]!, status: 'completed', attempts: 2, output: { x: [1] }, started_at: T0, completed_at: T1 }
      const change = { status: 'running', startedAt: T0, steps: [run] } as const
      expect(await stores.executions.record(id, 'r1', change)).toBe(false)
      await claim('r1')
      expect(await stores.executions.record(id, 'r2', change)).toBe(false)
      expect(await stores.executions.record(id, 'r1', change)).toBe(true)
      const begun = { ...(await now(id)) }
      expect(begun).toMatchObject({ status: 'running', started_at: T0, steps: [steps[0], run] })
      const error = { code: 'unavailable', message: 'it broke', step_id: 'a' }
      const end = { status: 'failed', completedAt: T2, output: { b: { x: [1] } }, outputTruncated: true, error, steps: [] } as const
      expect(await stores.executions.record(id, 'r1', end)).toBe(true)
      expect(await now(id)).toEqual({
        ...begun,
        status: 'failed',
        completed_at: T2,
        output: { b: { x: [1] } },
        output_truncated: true,
        error,
      })
      expect(await stores.executions.record(id, 'r1', change)).toBe(false)
      expect(await claim('r2', { now: T3, leaseUntil: T3 })).toEqual([])
    })

    it('cancels a run with all that it started and that has not ended', async () => {
      const root = await start()
      const child = await start({ depth: 1, parent_execution_id: root.id, root_execution_id: root.id })
      const grandchild = await start({ depth: 2, parent_execution_id: child.id, root_execution_id: root.id })
      const other = await start()
      await claim('r1')
      await stores.executions.record(child.id, 'r1', { status: 'completed', completedAt: T1, steps: [] })
      expect((await stores.executions.requestCancel(root.id, 'stop')).toSorted()).toEqual([root.id, grandchild.id].toSorted())
      expect(await stores.executions.requestCancel(child.id, 'stop')).toEqual([grandchild.id])
      expect(await stores.executions.requestCancel(newId(), 'stop')).toEqual([])
      expect((await stores.executions.renew({ runnerId: 'r1', ids: [other.id], now: T0, leaseUntil: T1 })).toCancel).toEqual([])
    })

    it('lists newest first, by workflow and state', async () => {
      const made: Execution[] = []
      for (let index = 0; index < 4; index += 1) made.push(await start())
      await claim('r1', { limit: 1 })
      await stores.executions.record(made[0]!.id, 'r1', { status: 'completed', completedAt: T1, steps: [] })
      const ids = async (query: object) =>
        (await stores.executions.list({ limit: 10, ...query }, alice)).executions.map((run) => made.findIndex(({ id }) => id === run.id))
      expect(await ids({ status: ['completed'] })).toEqual([0])
      expect(await ids({ status: ['queued', 'running'] })).toEqual([3, 2, 1])
      expect(await ids({ status: [] })).toEqual([])
      expect(await ids({ workflowId: made[2]!.workflow_id })).toEqual([2])
      let page: ExecutionPage = await stores.executions.list({ limit: 3 }, alice)
      expect([page.total, page.executions.length]).toEqual([4, 3])
      page = await stores.executions.list({ limit: 3, cursor: page.nextCursor! }, alice)
      expect(page.executions).toEqual([
        expect.not.objectContaining({ steps: expect.anything() as unknown, input: expect.anything() as unknown }),
      ])
      expect(page.nextCursor).toBeUndefined()
    })

    it('erases what ended long ago, and nothing else', async () => {
      const [ended, open] = [await start(), await start()]
      await claim('r1')
      await stores.executions.record(ended.id, 'r1', { status: 'completed', completedAt: T1, steps: [] })
      expect(await stores.executions.purge(T1)).toBe(0)
      expect(await stores.executions.purge(T2)).toBe(1)
      expect(await stores.executions.get(ended.id, OWNER_SCOPE)).toBeUndefined()
      expect((await now(open.id)).steps).toHaveLength(2)
    })
  })
}
