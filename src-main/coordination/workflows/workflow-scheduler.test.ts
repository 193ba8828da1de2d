import { expect, test } from 'vitest'
import { FixedClock, toIso } from '../../base/clock.ts'
import { newId } from '../../base/ids.ts'
import { silentLog } from '../../base/log.ts'
import { OWNER_SCOPE } from '../../contract/scope.ts'
import type { Scope } from '../../contract/scope.ts'
import type { Workflow } from '../../contract/workflow.ts'
import { openStores } from '../../storage/open-stores.ts'
import { WorkflowScheduler } from './workflow-scheduler.ts'

const START = Date.parse('2026-11-22T09:30:00.000Z')

async function world() {
  const stores = await openStores({ provider: 'volatile' })
  const clock = new FixedClock(START)
  const started: { id: string; scope: Scope }[] = []
  const open = (): WorkflowScheduler =>
    new WorkflowScheduler({
      workflows: stores.workflows,
      executions: stores.executions,
      service: {
        start: (_workflow, scope, { id }) => {
          started.push({ id, scope })
          return Promise.reject(new Error('not run here'))
        },
      },
      clock,
      log: silentLog,
    })
  const make = (fields: Partial<Workflow>): Promise<Workflow> =>
    stores.workflows.create({
      id: newId(),
      name: 'tick',
      steps: [],
      schedule: { every_seconds: 60, input: {}, enabled: true },
      version: 1,
      created_by: 'alice',
      namespace: 'acme',
      created_at: toIso(START),
      updated_at: toIso(START),
      ...fields,
    })
  return { stores, clock, started, open, make }
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 30))

test('several servers mean the same run, and move the schedule on together', async () => {
  const { stores, started, open, make } = await world()
  const { id } = await make({ next_run_at: toIso(START - 5 * 3_600_000) })
  const schedulers = [open(), open(), open()]
  for (const scheduler of schedulers) scheduler.start()
  await settle()
  await Promise.all(schedulers.map((scheduler) => scheduler.close()))
  expect(started.length).toBeGreaterThan(0)
  expect(new Set(started.map((run) => run.id)).size).toBe(1)
  // Five hours were missed: one run stands for them, and the next comes a minute from now.
  expect(await stores.workflows.get(id, OWNER_SCOPE)).toMatchObject({ last_run_at: toIso(START), next_run_at: toIso(START + 60_000) })
})

test('runs as the maker of the workflow, without the rights of an admin', async () => {
  const { started, open, make } = await world()
  await make({ next_run_at: toIso(START) })
  await make({ name: 'of the person', created_by: 'owner', next_run_at: toIso(START + 1) })
  const scheduler = open()
  scheduler.start()
  await settle()
  await scheduler.close()
  expect(started.map(({ scope }) => scope)).toEqual([{ kind: 'agent', agentId: 'alice', namespace: 'acme', isAdmin: false }])
})

test('a schedule that is made later is found when it is told of', async () => {
  const { started, open, make } = await world()
  const scheduler = open()
  scheduler.start()
  await settle()
  await make({ next_run_at: toIso(START) })
  scheduler.poke()
  await settle()
  await scheduler.close()
  expect(started).toHaveLength(1)
})
