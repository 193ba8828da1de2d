import { RawSocket } from './clients/raw-socket.ts'
import type { RawMessage } from './clients/raw-socket.ts'
import { expect, test } from './fixtures.ts'

interface Answer {
  readonly status: number
  readonly body: Record<string, never> & {
    readonly task: Record<string, unknown> & { readonly id: string }
    readonly tasks: readonly { readonly id: string }[]
    readonly released?: readonly string[]
    readonly error: { readonly code: string; readonly message: string }
  }
}

/** A REST caller of one name. */
function callerOf(apiUrl: string, agent: string, namespace: string) {
  return async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const response = await fetch(`${apiUrl}/api/v1${path}`, {
      method,
      headers: { 'X-Agent-ID': agent, 'X-Agent-Namespace': namespace, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: (await response.json()) as Answer['body'] } // our own server's answer
  }
}

const isAssignment = (message: RawMessage): boolean => message.method === 'task_assigned'

test(
  'a task that is handed over reaches the live sessions of its agent, and is found by it later',
  { tag: '@stores' },
  async ({ sharedServer: server, closing }) => {
    const lead = callerOf(server.apiUrl, 'task-lead', 'task-team')
    const worker = closing(await RawSocket.open(server.wsUrl, { 'X-Agent-ID': 'task-worker', 'X-Agent-Namespace': 'task-team' }))
    const bystander = closing(await RawSocket.open(server.wsUrl, { 'X-Agent-ID': 'task-other', 'X-Agent-Namespace': 'task-team' }))
    const { task } = (await lead('POST', '/tasks', { title: 'Write the release notes' })).body
    const heard = worker.next(isAssignment)
    await lead('POST', `/tasks/${task.id}/assign`, { assigned_agent_id: 'task-worker', note: 'please' })
    expect((await heard).params).toMatchObject({ task: { id: task.id, assigned_agent_id: 'task-worker', notes: [{ text: 'please' }] } })
    await bystander.request('get_agent_info')
    expect(bystander.messages.filter(isAssignment)).toEqual([])

    await lead('POST', `/tasks/${task.id}/assign`, { assigned_agent_id: 'task-sleeper' })
    const sleeper = callerOf(server.apiUrl, 'task-sleeper', 'another-team')
    expect((await sleeper('GET', '/tasks?assigned_agent_id=task-sleeper')).body.tasks).toMatchObject([{ id: task.id }])
  },
)

test('a chain of tasks is worked off in order, over both wires', { tag: '@stores' }, async ({ sharedServer: server, closing }) => {
  const rest = callerOf(server.apiUrl, 'chain-lead', 'chain-team')
  const socket = closing(await RawSocket.open(server.wsUrl, { 'X-Agent-ID': 'chain-worker', 'X-Agent-Namespace': 'chain-team' }))
  const tool = async (args: Record<string, unknown>): Promise<Record<string, unknown>> =>
    (await socket.request('tools/call', { name: 'manage_task', arguments: args })).result ?? {}
  const first = (await rest('POST', '/tasks', { title: 'first' })).body.task
  const second = (await rest('POST', '/tasks', { title: 'second', dependencies: [first.id] })).body.task
  expect(second).toMatchObject({ status: 'blocked' })
  expect(await tool({ operation: 'update', task_id: second.id, status: 'in_progress' })).toMatchObject({ isError: true })
  expect(await tool({ operation: 'update', task_id: first.id, status: 'in_progress' })).toMatchObject({
    structuredContent: { task: { status: 'in_progress', assigned_agent_id: 'chain-worker' } },
  })
  expect((await rest('POST', `/tasks/${first.id}/complete`, {})).status).toBe(409)
  expect(await tool({ operation: 'complete', task_id: first.id, result: ['done'] })).toMatchObject({
    structuredContent: { task: { status: 'completed', result: ['done'] }, released: [second.id] },
  })
  expect((await rest('GET', '/tasks?ready=true')).body.tasks).toMatchObject([{ id: second.id }])

  const cycle = await rest('PATCH', `/tasks/${second.id}`, { dependencies: [second.id] })
  expect([cycle.status, cycle.body.error.message]).toEqual([400, `dependencies must not form a cycle: ${second.id} -> ${second.id}.`])
  expect((await rest('DELETE', `/tasks/${first.id}`)).body.error.message).toContain(second.id)
})

test('tasks stay within their namespace, and bad input is named', { tag: '@stores' }, async ({ sharedServer: server }) => {
  const ours = callerOf(server.apiUrl, 'wall-lead', 'wall-team')
  const theirs = callerOf(server.apiUrl, 'wall-spy', 'wall-spies')
  const { task } = (await ours('POST', '/tasks', { title: 'ours' })).body
  for (const [method, path, body] of [
    ['GET', `/tasks/${task.id}`],
    ['PATCH', `/tasks/${task.id}`, { note: 'x' }],
    ['POST', `/tasks/${task.id}/assign`, { assigned_agent_id: 'wall-spy' }],
    ['POST', `/tasks/${task.id}/complete`, {}],
    ['DELETE', `/tasks/${task.id}`],
    ['POST', '/tasks', { title: 'mine', dependencies: [task.id] }],
  ] as const) {
    const { status, body: answer } = await theirs(method, path, body)
    expect([method, path, status, answer.error.code]).toEqual([method, path, 404, 'not_found'])
  }
  expect((await theirs('GET', '/tasks?namespace=wall-team')).body.tasks).toEqual([])

  const refusals: [string, string, unknown, RegExp][] = [
    ['POST', '/tasks', {}, /^title is required/],
    ['POST', '/tasks', { title: 'x'.repeat(201) }, /^title must have at most 200 characters/],
    ['POST', '/tasks', { title: 'x', colour: 'red' }, /^Unknown field "colour"/],
    ['POST', '/tasks', { title: 'x', error: 'no' }, /^operation "create" does not take error/],
    ['PATCH', `/tasks/${task.id}`, { status: 'done' }, /^status is not valid.*pending/],
    ['PATCH', `/tasks/${task.id}`, { progress: 101 }, /^progress must be 100 or less/],
    ['POST', `/tasks/${task.id}/fail`, {}, /^error is required/],
    ['GET', '/tasks/nonsense', undefined, /^task_id must be a UUID/],
    ['GET', '/tasks?due_before=whenever', undefined, /^due_before must be/],
    ['GET', '/tasks?cursor=nonsense', undefined, /^cursor/],
  ]
  for (const [method, path, body, sentence] of refusals) {
    const { status, body: answer } = await ours(method, path, body)
    expect([method, path, status]).toEqual([method, path, 400])
    expect(answer.error.message).toMatch(sentence)
  }
})

test('tasks outlive a crash', { tag: '@stores' }, async ({ makePlace }) => {
  const place = makePlace()
  const before = await (await place.start()).untilHealthy()
  const { task } = (await callerOf(before.apiUrl, 'keeper', 'kept')('POST', '/tasks', { title: 'kept' })).body
  await before.kill()
  const after = await (await place.start()).untilHealthy()
  expect((await callerOf(after.apiUrl, 'keeper', 'kept')('GET', `/tasks/${task.id}`)).body.task).toEqual(task)
})
