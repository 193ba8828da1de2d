import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { TaskEvent } from '../contract/events.ts'
import type { Scope } from '../contract/scope.ts'
import type { Task } from '../contract/task.ts'
import { OWNER_SCOPE } from '../contract/scope.ts'
import { TOOLS } from '../contract/tools.ts'
import type { ToolInput } from '../contract/tools.ts'
import { agentScope, openMemoryParts, owner } from '../server/testing/memory-parts.ts'
import type { MemoryParts } from '../server/testing/memory-parts.ts'

const alice = agentScope('alice', 'acme')
const bob = agentScope('bob', 'acme')
const carol = agentScope('carol', 'other')

let parts: MemoryParts
beforeEach(async () => {
  parts = await openMemoryParts()
})
afterEach(() => parts.close())

function manage(args: ToolInput<'manage_task'>, scope: Scope = alice) {
  return parts.tasks.manage(TOOLS.manage_task.input.parse(args), scope)
}

async function made(more: Partial<ToolInput<'manage_task'>> = {}, scope: Scope = alice): Promise<Task> {
  return (await manage({ operation: 'create', title: 'Write it', ...more }, scope)).task
}

type Change = Omit<ToolInput<'manage_task'>, 'task_id'>
async function after(task: Task, change: Change, scope: Scope = alice): Promise<Task> {
  return (await manage({ ...change, task_id: task.id }, scope)).task
}

function started(task: Task, scope: Scope = alice): Promise<Task> {
  return after(task, { operation: 'update', status: 'in_progress' }, scope)
}

function list(more: ToolInput<'list_tasks'> = {}, scope: Scope = alice) {
  return parts.tasks.list(TOOLS.list_tasks.input.parse(more), scope)
}

function taskEvents(): TaskEvent[] {
  return parts.announced.flatMap(({ event }) => (event.type.startsWith('task-') ? [event as TaskEvent] : [])) // by that prefix
}

describe('the life of a task', () => {
  test('goes from pending to completed, with who and when', async () => {
    const task = await made({ priority: 'high', due_at: '2026-12-01T10:00:00+01:00', note: 'from the meeting' })
    expect(task).toMatchObject({
      status: 'pending',
      type: 'task',
      priority: 'high',
      created_by: 'alice',
      namespace: 'acme',
      due_at: '2026-12-01T09:00:00.000Z',
      notes: [{ at: '2026-11-22T10:00:00.000Z', by: 'alice', text: 'from the meeting' }],
      version: 1,
    })
    parts.clock.advance(1_000)
    expect(await started(task, bob)).toMatchObject({
      status: 'in_progress',
      assigned_agent_id: 'bob',
      started_at: '2026-11-22T10:00:01.000Z',
      version: 2,
    })
    expect(await after(task, { operation: 'update', progress: 50, note: 'half way' }, bob)).toMatchObject({ progress: 50, version: 3 })
    parts.clock.advance(1_000)
    expect(await after(task, { operation: 'complete', result: { pages: 3 } }, bob)).toMatchObject({
      status: 'completed',
      progress: 100,
      result: { pages: 3 },
      completed_at: '2026-11-22T10:00:02.000Z',
      notes: [{ by: 'alice' }, { by: 'bob', text: 'half way' }],
    })
    expect(taskEvents().map(({ type, by }) => [type, by])).toEqual([
      ['task-created', 'alice'],
      ['task-updated', 'bob'],
      ['task-updated', 'bob'],
      ['task-completed', 'bob'],
    ])
  })

  test('may fail and be tried again', async () => {
    const task = await started(await made())
    expect(await after(task, { operation: 'fail', error: 'no network' })).toMatchObject({ status: 'failed', error: 'no network' })
    const again = await started(task)
    expect(again).toMatchObject({ status: 'in_progress', retry_count: 1, progress: 0 })
    expect(again).not.toHaveProperty('error')
    const back = await after(task, { operation: 'update', status: 'pending' })
    expect(back).toMatchObject({ status: 'pending', retry_count: 1 })
    expect(back).not.toHaveProperty('assigned_agent_id')
  })

  test('ends once', async () => {
    const task = await made()
    await after(task, { operation: 'complete' })
    await expect(after(task, { operation: 'complete' })).rejects.toMatchObject({
      code: 'conflict',
      message: 'operation: the task is "completed" and cannot become "completed"; it is final.',
      details: { field: 'operation', status: 'completed', allowed: [] },
    })
    await expect(after(task, { operation: 'update', title: 'Other' })).rejects.toMatchObject({
      code: 'conflict',
      details: { field: 'title' },
    })
    expect((await after(task, { operation: 'update', note: 'afterwards' })).notes).toHaveLength(1)
  })

  test('each forbidden step is named with the state and what is allowed', async () => {
    const cancelled = await made()
    await after(cancelled, { operation: 'cancel' })
    await expect(started(cancelled)).rejects.toMatchObject({
      code: 'conflict',
      message: 'status: the task is "cancelled" and cannot become "in_progress"; allowed from here: pending.',
    })
    const pending = await made()
    await expect(after(pending, { operation: 'update', status: 'blocked' })).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(after(pending, { operation: 'update', progress: 10 })).rejects.toMatchObject({ details: { field: 'progress' } })
    await expect(after(pending, { operation: 'update', status: 'failed' })).rejects.toMatchObject({ details: { field: 'error' } })
    await expect(after(pending, { operation: 'update', note: 'x', result: 1 })).rejects.toMatchObject({ details: { field: 'result' } })
    expect(await after(pending, { operation: 'get' })).toEqual(pending)
  })
})

describe('who holds a task', () => {
  test('is one agent at a time', async () => {
    const task = await started(await made())
    const tries: Change[] = [
      { operation: 'update', status: 'in_progress' },
      { operation: 'update', progress: 5 },
      { operation: 'complete' },
      { operation: 'fail', error: 'x' },
      { operation: 'cancel' },
      { operation: 'assign', assigned_agent_id: 'bob' },
    ]
    for (const change of tries) {
      await expect(after(task, change, bob)).rejects.toMatchObject({ code: 'conflict', details: { assigned_agent_id: 'alice' } })
    }
    expect((await after(task, { operation: 'update', note: 'may I?' }, bob)).version).toBe(3)
  })

  test('changes by handing over, and what was under way starts anew', async () => {
    const task = await started(await made())
    expect(await after(task, { operation: 'assign', assigned_agent_id: 'bob', note: 'yours' })).toMatchObject({
      status: 'pending',
      assigned_agent_id: 'bob',
      notes: [{ text: 'yours' }],
    })
    await expect(started(task)).rejects.toMatchObject({ code: 'conflict', details: { status: 'pending', assigned_agent_id: 'bob' } })
    expect(await started(task, bob)).toMatchObject({ status: 'in_progress' })
    expect(taskEvents().find(({ type }) => type === 'task-assigned')).toMatchObject({ by: 'alice', assigned_agent_id: 'bob' })
    expect((await list({ assigned_agent_id: 'bob' }, bob)).tasks).toMatchObject([{ id: task.id }])
  })

  test('may be taken off it by its maker and by the person', async () => {
    const task = await started(await made(), bob)
    expect(await after(task, { operation: 'assign', assigned_agent_id: 'alice' })).toMatchObject({ status: 'pending' })
    const other = await started(await made(), bob)
    expect(await after(other, { operation: 'complete' }, owner)).toMatchObject({ status: 'completed', assigned_agent_id: 'bob' })
  })
})

describe('who sees a task', () => {
  test('is its namespace, its maker, its assignee and the person', async () => {
    const task = await made()
    await expect(after(task, { operation: 'get' }, carol)).rejects.toMatchObject({ code: 'not_found' })
    await expect(started(task, carol)).rejects.toMatchObject({ code: 'not_found' })
    expect((await list({ namespace: 'acme' }, carol)).total).toBe(0)
    await after(task, { operation: 'assign', assigned_agent_id: 'carol' })
    expect(await started(task, carol)).toMatchObject({ status: 'in_progress', namespace: 'acme' })
    expect((await list({}, owner)).total).toBe(1)
  })

  test('and only its maker and the person delete it', async () => {
    const task = await made()
    await expect(after(task, { operation: 'delete' }, bob)).rejects.toMatchObject({ code: 'forbidden' })
    expect(await manage({ operation: 'delete', task_id: task.id })).toMatchObject({ deleted: true })
    await expect(after(task, { operation: 'get' })).rejects.toMatchObject({ code: 'not_found' })
    expect(await manage({ operation: 'delete', task_id: (await made()).id }, owner)).toMatchObject({ deleted: true })
  })
})

describe('dependencies', () => {
  test('hold a task back until they are completed, and release it then', async () => {
    const first = await made()
    const second = await made({ dependencies: [first.id, first.id] })
    expect(second).toMatchObject({ status: 'blocked', dependencies: [first.id] })
    await expect(started(second)).rejects.toMatchObject({ code: 'conflict', details: { status: 'blocked', allowed: ['cancelled'] } })
    expect((await list({ ready: true })).tasks.map(({ id }) => id)).toEqual([first.id])
    expect(await manage({ operation: 'complete', task_id: first.id })).toMatchObject({ released: [second.id] })
    expect(taskEvents().at(-1)).toMatchObject({ type: 'task-released', task_id: second.id, by: 'alice', status: 'pending' })
    expect((await list({ ready: true })).tasks.map(({ id }) => id)).toEqual([second.id])
  })

  test('may change while a task waits, and not while it runs', async () => {
    const first = await made()
    const second = await made({ dependencies: [first.id] })
    expect(await after(second, { operation: 'update', dependencies: [] })).toMatchObject({ status: 'pending' })
    await started(second)
    await expect(after(second, { operation: 'update', dependencies: [first.id] })).rejects.toMatchObject({
      code: 'conflict',
      details: { field: 'dependencies', status: 'in_progress' },
    })
  })
})

test('the person and admins make tasks in any namespace, agents in their own', async () => {
  expect(await made({ namespace: 'acme' })).toMatchObject({ namespace: 'acme' })
  expect(await made({ namespace: 'elsewhere' }, OWNER_SCOPE)).toMatchObject({ namespace: 'elsewhere', created_by: 'owner' })
  await expect(made({ namespace: 'elsewhere' })).rejects.toMatchObject({ code: 'forbidden', details: { field: 'namespace' } })
})

describe('bad input', () => {
  test.each<[string, ToolInput<'manage_task'>, string]>([
    ['a field of another operation', { operation: 'complete', error: 'x' }, 'operation "complete" does not take error.'],
    ['no title', { operation: 'create' }, 'title is required for operation "create".'],
    ['no task', { operation: 'get' }, 'task_id is required for operation "get".'],
    ['an update of nothing', { operation: 'update', task_id: '01990000-0000-7000-8000-000000000000' }, 'operation "update" needs at least'],
  ])('%s is refused in a sentence', async (_what, args, sentence) => {
    const error: unknown = await manage(args).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'invalid_request', message: expect.stringContaining(sentence) as string })
  })

  test('the hundred-and-first note is refused', async () => {
    const task = await made()
    for (let index = 0; index < 100; index += 1) await after(task, { operation: 'update', note: `note ${index}` })
    await expect(after(task, { operation: 'update', note: 'one more' })).rejects.toMatchObject({ details: { field: 'note' } })
  })

  test('an older version is a conflict, and nothing changes', async () => {
    const task = await made()
    await after(task, { operation: 'update', title: 'New' })
    const stale: Change = { operation: 'update', title: 'Lost', expected_version: 1 }
    await expect(after(task, stale)).rejects.toMatchObject({ code: 'conflict', details: { field: 'expected_version', version: 2 } })
    expect((await after(task, { operation: 'get' })).title).toBe('New')
  })

  test('times are read as words', async () => {
    const task = await made({ due_at: '2026-11-22T08:00:00Z' })
    await made({ due_at: '2026-12-24T08:00:00Z' })
    expect((await list({ due_before: 'now' })).tasks).toMatchObject([{ id: task.id }])
    await expect(list({ due_before: 'whenever' })).rejects.toMatchObject({ details: { field: 'due_before' } })
  })
})
