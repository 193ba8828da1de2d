import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../base/ids.ts'
import { OWNER_SCOPE } from '../contract/scope.ts'
import type { Scope } from '../contract/scope.ts'
import type { Task } from '../contract/task.ts'
import type { Stores } from './open-stores.ts'
import { isStaleTask } from './task-store.ts'
import type { NewTask, TaskPage, TaskQuery } from './task-store.ts'

const T0 = '2026-11-22T09:30:00.123Z'
const T1 = '2026-11-22T09:31:00.456Z'
const scope = (agentId: string, namespace = 'acme'): Scope => ({ kind: 'agent', agentId, namespace, isAdmin: false })
const alice = scope('alice')
const stranger = scope('stranger', 'elsewhere')

function aTask(fields: Partial<NewTask> = {}): NewTask {
  return {
    id: newId(),
    title: 'Write it down',
    type: 'task',
    priority: 'medium',
    progress: 0,
    created_by: 'alice',
    dependencies: [],
    namespace: 'acme',
    notes: [],
    retry_count: 0,
    ...fields,
  }
}

/** What a dialect of TaskStore keeps to. `open` gives empty stores. */
export function taskStoreConformance(name: string, open: () => Promise<Stores>): void {
  describe(`${name} as a TaskStore`, () => {
    let stores: Stores
    beforeEach(async () => {
      stores = await open()
    })
    afterEach(() => stores.memories.close())

    const make = (fields: Partial<NewTask> = {}, by = alice): Promise<Task> => stores.tasks.create(aTask(fields), { scope: by, now: T0 })
    const replace = (task: Task, fields: Partial<Task>, by = alice) => stores.tasks.replace({ ...task, ...fields }, { scope: by, now: T1 })
    const now = async (id: string): Promise<Task> => (await stores.tasks.get(id, OWNER_SCOPE))!

    it('gives back what was kept, whole', async () => {
      const first = await make()
      const fields: NewTask = aTask({
        description: 'line one\nline two 🌊',
        priority: 'critical',
        progress: 40,
        assigned_agent_id: 'bob',
        dependencies: [first.id],
        due_at: T1,
        result: { a: [1, null, 'x'] },
        error: 'it broke',
        notes: [{ at: T0, by: 'alice', text: 'go' }],
        retry_count: 2,
        started_at: T0,
        completed_at: T1,
      })
      const kept = await stores.tasks.create(fields, { scope: alice, now: T0 })
      expect(kept).toEqual({ ...fields, status: 'blocked', version: 1, created_at: T0, updated_at: T0 })
      expect(await stores.tasks.get(kept.id, alice)).toEqual(kept)
      expect(await stores.tasks.get(newId(), alice)).toBeUndefined()
    })

    it('shows a task to its namespace, its maker, its assignee and the person, and to no other', async () => {
      const task = await make({ assigned_agent_id: 'helper' })
      for (const seer of [scope('anyone'), scope('alice', 'elsewhere'), scope('helper', 'elsewhere'), OWNER_SCOPE]) {
        expect((await stores.tasks.get(task.id, seer))?.id).toBe(task.id)
        expect((await stores.tasks.list({ sort: 'newest', limit: 10 }, seer)).total).toBe(1)
      }
      expect(await stores.tasks.get(task.id, stranger)).toBeUndefined()
      expect(await stores.tasks.list({ sort: 'newest', limit: 10 }, stranger)).toEqual({ tasks: [], total: 0 })
      await expect(replace(task, { title: 'mine' }, stranger)).rejects.toMatchObject({ code: 'not_found' })
      await expect(stores.tasks.delete(task.id, { scope: stranger, now: T1 }, 1)).rejects.toMatchObject({ code: 'not_found' })
      await expect(make({ dependencies: [task.id], namespace: 'elsewhere' }, stranger)).rejects.toMatchObject({ code: 'not_found' })
    })

    it('replaces a task one version on, and leaves what is not to change', async () => {
      const task = await make({ description: 'gone soon' })
      const { description: _, ...rest } = task
      const { task: next } = await stores.tasks.replace(
        { ...rest, title: 'New', created_by: 'eve', namespace: 'eve', created_at: T1 },
        { scope: alice, now: T1 },
      )
      expect(next).toEqual({ ...rest, title: 'New', version: 2, updated_at: T1 })
      expect(await now(task.id)).toEqual(next)
    })

    it('lets one of many changes of a version through', async () => {
      const task = await make()
      const results = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => replace(task, { title: `try ${index}` })))
      expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
      const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []))
      expect(refused.every(isStaleTask)).toBe(true)
      expect(await now(task.id)).toMatchObject({ version: 2 })
    })

    it('blocks a task until the last of its dependencies is completed', async () => {
      const [a, b] = [await make(), await make()]
      const last = await make({ dependencies: [a.id, b.id] })
      expect(last.status).toBe('blocked')
      expect((await replace(a, { status: 'completed' })).followers).toEqual([])
      const { followers } = await replace(b, { status: 'completed' })
      expect(followers).toMatchObject([{ id: last.id, status: 'pending', version: 2, updated_at: T1 }])
      expect(await now(last.id)).toEqual(followers[0])
      expect((await make({ dependencies: [a.id, b.id] })).status).toBe('pending')
    })

    it('keeps a task blocked by what failed or was cancelled, and says so', async () => {
      const a = await make()
      const last = await make({ dependencies: [a.id] })
      const { task: failed, followers } = await replace(a, { status: 'failed' })
      expect(followers).toMatchObject([{ id: last.id, status: 'blocked', notes: [{ by: 'system' }] }])
      expect(followers[0]?.notes[0]?.text).toContain(`${a.id} is failed`)
      await replace(failed, { status: 'cancelled' })
      expect((await now(last.id)).notes).toHaveLength(2)
      expect((await replace(await now(last.id), { dependencies: [] })).task.status).toBe('pending')
    })

    it('refuses to start or complete what waits', async () => {
      const a = await make()
      const last = await make({ dependencies: [a.id] })
      for (const status of ['in_progress', 'completed'] as const) {
        await expect(replace(last, { status })).rejects.toMatchObject({ code: 'conflict', details: { open_dependencies: [a.id] } })
      }
      expect(await now(last.id)).toEqual(last)
    })

    it('refuses a cycle and names its path', async () => {
      const a = await make()
      const b = await make({ dependencies: [a.id] })
      const c = await make({ dependencies: [b.id] })
      await expect(replace(a, { dependencies: [c.id] })).rejects.toMatchObject({
        code: 'invalid_request',
        message: `dependencies must not form a cycle: ${a.id} -> ${c.id} -> ${b.id} -> ${a.id}.`,
        details: { field: 'dependencies' },
      })
      await expect(replace(a, { dependencies: [a.id] })).rejects.toMatchObject({ details: { path: [a.id, a.id] } })
      await expect(replace(a, { dependencies: [newId()] })).rejects.toMatchObject({ code: 'not_found' })
      expect(await now(a.id)).toEqual(a)
    })

    it('of two changes at once that would close a cycle, lets one through', async () => {
      const [a, b] = [await make(), await make()]
      const results = await Promise.allSettled([replace(a, { dependencies: [b.id] }), replace(b, { dependencies: [a.id] })])
      expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    })

    it('erases a task that no other needs', async () => {
      const a = await make()
      const b = await make({ dependencies: [a.id] })
      const change = { scope: alice, now: T1 }
      await expect(stores.tasks.delete(a.id, change, 1)).rejects.toMatchObject({ code: 'conflict', details: { dependents: [b.id] } })
      await expect(stores.tasks.delete(b.id, change, 7)).rejects.toSatisfy(isStaleTask)
      expect(await stores.tasks.delete(b.id, change, 1)).toEqual(b)
      await stores.tasks.delete(a.id, change, 1)
      expect(await stores.tasks.get(a.id, alice)).toBeUndefined()
    })

    it('filters, and counts what fits', async () => {
      const late = await make({ due_at: T0, priority: 'high', assigned_agent_id: 'bob' })
      const made = await make({ created_by: 'bob', due_at: T1 })
      const waiting = await make({ dependencies: [late.id], namespace: 'other' })
      const ids = async (query: Partial<TaskQuery>) =>
        (await stores.tasks.list({ sort: 'oldest', limit: 10, ...query }, OWNER_SCOPE)).tasks.map(({ id }) => id)
      expect(await ids({ status: ['blocked'] })).toEqual([waiting.id])
      expect(await ids({ status: ['pending', 'blocked'] })).toEqual([late.id, made.id, waiting.id])
      expect(await ids({ status: [] })).toEqual([])
      expect(await ids({ priority: 'high' })).toEqual([late.id])
      expect(await ids({ assignedAgentId: 'bob' })).toEqual([late.id])
      expect(await ids({ createdBy: 'bob' })).toEqual([made.id])
      expect(await ids({ dueBefore: T1 })).toEqual([late.id])
      expect(await ids({ namespace: 'other' })).toEqual([waiting.id])
    })

    it('pages in every order, without gap or repetition', async () => {
      const tasks: Task[] = []
      for (const fields of [
        { priority: 'low', due_at: T1 },
        { priority: 'critical' },
        { priority: 'medium', due_at: T0 },
        { priority: 'critical', due_at: T1 },
      ] as const)
        tasks.push(await make(fields))
      await replace(tasks[1]!, { title: 'changed last' })
      const orders = { oldest: [0, 1, 2, 3], newest: [3, 2, 1, 0], updated: [1, 0, 2, 3], due: [2, 0, 3, 1], priority: [1, 3, 2, 0] }
      for (const [sort, order] of Object.entries(orders) as [keyof typeof orders, number[]][]) {
        const seen: string[] = []
        let page: TaskPage | undefined
        do {
          const cursor: { cursor?: string } = page?.nextCursor === undefined ? {} : { cursor: page.nextCursor }
          page = await stores.tasks.list({ sort, limit: 3, ...cursor }, alice)
          expect(page.total).toBe(4)
          seen.push(...page.tasks.map(({ id }) => id))
        } while (page.nextCursor !== undefined)
        expect([sort, seen.map((id) => tasks.findIndex((task) => task.id === id))]).toEqual([sort, order])
      }
      await expect(stores.tasks.list({ sort: 'due', limit: 3, cursor: 'nonsense' }, alice)).rejects.toMatchObject({
        code: 'invalid_request',
      })
    })
  })
}
