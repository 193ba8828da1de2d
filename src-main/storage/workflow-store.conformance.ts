import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../base/ids.ts'
import { OWNER_SCOPE } from '../contract/scope.ts'
import type { Scope } from '../contract/scope.ts'
import type { Workflow } from '../contract/workflow.ts'
import type { Stores } from './open-stores.ts'
import { isStaleWorkflow } from './workflow-store.ts'
import type { WorkflowPage } from './workflow-store.ts'

const T0 = '2026-11-22T09:30:00.123Z'
const T1 = '2026-11-22T09:31:00.456Z'
const T2 = '2026-11-22T09:32:00.000Z'
const scope = (agentId: string, namespace = 'acme'): Scope => ({ kind: 'agent', agentId, namespace, isAdmin: false })
const alice = scope('alice')
const stranger = scope('stranger', 'elsewhere')

function aWorkflow(fields: Partial<Workflow> = {}): Workflow {
  return {
    id: newId(),
    name: `flow ${newId()}`,
    steps: [{ id: 'look', tool: 'list_memories', arguments: { limit: 1 }, depends_on: [], timeout_seconds: 300, on_error: 'halt' }],
    version: 1,
    created_by: 'alice',
    namespace: 'acme',
    created_at: T0,
    updated_at: T0,
    ...fields,
  }
}

/** What a dialect of WorkflowStore keeps to. `open` gives empty stores. */
export function workflowStoreConformance(name: string, open: () => Promise<Stores>): void {
  describe(`${name} as a WorkflowStore`, () => {
    let stores: Stores
    beforeEach(async () => {
      stores = await open()
    })
    afterEach(() => stores.memories.close())

    const make = (fields: Partial<Workflow> = {}): Promise<Workflow> => stores.workflows.create(aWorkflow(fields))

    it('gives back what was kept, whole', async () => {
      const whole = aWorkflow({
        description: 'two\nlines 🌊',
        steps: [
          {
            id: 'a',
            tool: 'branch',
            arguments: { cases: [{ when: 'input.x > 1', then: ['b'] }] },
            depends_on: ['b'],
            when: 'input.y',
            timeout_seconds: 0.5,
            retries: { max: 3, backoff: 2 },
            on_error: 'continue',
          },
        ],
        schedule: { cron: '0 8 * * *', timezone: 'Europe/Berlin', input: { a: [1, null] }, enabled: true },
        next_run_at: T1,
        last_run_at: T0,
      })
      expect(await stores.workflows.create(whole)).toEqual(whole)
      expect(await stores.workflows.get(whole.id, alice)).toEqual(whole)
      expect(await stores.workflows.getByName(whole.name, alice)).toEqual(whole)
      expect(await stores.workflows.get(newId(), alice)).toBeUndefined()
    })

    it('shows a workflow to its namespace, its maker and the person, and to no other', async () => {
      const { id, name: known } = await make()
      for (const seer of [scope('anyone'), scope('alice', 'elsewhere'), OWNER_SCOPE]) {
        expect((await stores.workflows.get(id, seer))?.id).toBe(id)
        expect((await stores.workflows.list({ limit: 10 }, seer)).total).toBe(1)
      }
      expect(await stores.workflows.get(id, stranger)).toBeUndefined()
      expect(await stores.workflows.getByName(known, stranger)).toBeUndefined()
      expect(await stores.workflows.list({ limit: 10 }, stranger)).toEqual({ workflows: [], total: 0 })
    })

    it('keeps names apart within a namespace only', async () => {
      await make({ name: 'digest' })
      await expect(make({ name: 'digest' })).rejects.toMatchObject({ code: 'conflict', details: { field: 'name' } })
      const other = await make({ name: 'digest', namespace: 'elsewhere' })
      const second = await make({ name: 'second' })
      await expect(stores.workflows.replace({ ...second, name: 'digest', version: 2 })).rejects.toMatchObject({ code: 'conflict' })
      expect((await stores.workflows.getByName('digest', stranger))?.id).toBe(other.id)
    })

    it('replaces and erases only the version that was read', async () => {
      const first = await make({ description: 'gone soon', schedule: { every_seconds: 5, input: {}, enabled: true }, next_run_at: T1 })
      const { description: _d, schedule: _s, next_run_at: _n, ...rest } = first
      const next = { ...rest, name: 'new', version: 2, updated_at: T1 }
      expect(await stores.workflows.replace(next)).toEqual(next)
      expect(await stores.workflows.get(first.id, alice)).toEqual(next)
      await expect(stores.workflows.replace({ ...next, name: 'late' })).rejects.toSatisfy(isStaleWorkflow)
      await expect(stores.workflows.delete(first.id, 1)).rejects.toSatisfy(isStaleWorkflow)
      await stores.workflows.delete(first.id, 2)
      await expect(stores.workflows.delete(first.id, 2)).rejects.toMatchObject({ code: 'not_found' })
      expect(await stores.workflows.get(first.id, alice)).toBeUndefined()
    })

    it('pages newest first, filtered by namespace', async () => {
      const made: Workflow[] = []
      for (let index = 0; index < 5; index += 1) made.push(await make())
      await make({ namespace: 'elsewhere', created_by: 'bob' })
      const seen: string[] = []
      let page: WorkflowPage | undefined
      do {
        const cursor: { cursor?: string } = page?.nextCursor === undefined ? {} : { cursor: page.nextCursor }
        page = await stores.workflows.list({ limit: 2, namespace: 'acme', ...cursor }, OWNER_SCOPE)
        expect(page.total).toBe(5)
        seen.push(...page.workflows.map(({ id }) => id))
      } while (page.nextCursor !== undefined)
      expect(seen).toEqual(made.map(({ id }) => id).toReversed())
      await expect(stores.workflows.list({ limit: 2, cursor: 'nonsense' }, alice)).rejects.toMatchObject({ code: 'invalid_request' })
    })

    it('knows what is due, and moves a schedule on once', async () => {
      const schedule = { every_seconds: 60, input: {}, enabled: true }
      const late = await make({ schedule, next_run_at: T1 })
      const first = await make({ schedule, next_run_at: T0 })
      await make({ schedule, next_run_at: T2 })
      await make()
      expect((await stores.workflows.due(T1, 10)).map(({ id }) => id)).toEqual([first.id, late.id])
      expect((await stores.workflows.due(T1, 1)).map(({ id }) => id)).toEqual([first.id])
      expect(await stores.workflows.nextDueAt()).toBe(T0)
      const moves = await Promise.all(Array.from({ length: 5 }, () => stores.workflows.advance(first.id, T0, T2, T1)))
      expect(moves.filter(Boolean)).toHaveLength(1)
      expect(await stores.workflows.get(first.id, alice)).toEqual({ ...first, next_run_at: T2, last_run_at: T1 })
      expect(await stores.workflows.advance(late.id, T1, undefined, T1)).toBe(true)
      expect((await stores.workflows.get(late.id, alice))?.next_run_at).toBeUndefined()
      expect(await stores.workflows.nextDueAt()).toBe(T2)
    })
  })
}
