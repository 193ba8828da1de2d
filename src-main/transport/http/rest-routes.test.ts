import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { REST_ROUTES } from '../../contract/rest.ts'
import type { Memory, MemoryHit } from '../../contract/memory.ts'
import type { Task } from '../../contract/task.ts'
import { WsClient } from '../ws/testing/ws-client.ts'
import type { IssuedToken } from '../../contract/token.ts'
import { TestServer } from '../../server/testing/start-test-server.ts'

interface One {
  readonly memory: Memory
  readonly duplicate_of?: string
}
interface Page {
  readonly memories: Memory[]
  readonly total: number
  readonly next_cursor?: string
}

let server: TestServer
beforeAll(async () => {
  server = await TestServer.start({ TMWS_RATE_LIMIT_REQUESTS: '100000' })
})
afterAll(() => server.stop())

type Walk = (route: string, method: string, path: string, body?: unknown) => Promise<Record<string, unknown>>

/** Every route of the tasks. */
async function walkTasks(walk: Walk): Promise<void> {
  const made = async (title: string) => ((await walk('/tasks', 'POST', '/tasks', { title })) as { task: Task }).task.id
  const [first, second, third] = [await made('first'), await made('second'), await made('third')]
  expect(await walk('/tasks', 'GET', '/tasks?ready=true&sort=oldest&status=pending&limit=1')).toMatchObject({
    total: 3,
    tasks: [{ title: 'first' }],
  })
  expect(await walk('/tasks/:task_id', 'GET', `/tasks/${first}`)).toMatchObject({ task: { id: first, status: 'pending' } })
  expect(await walk('/tasks/:task_id', 'PATCH', `/tasks/${first}`, { status: 'in_progress' })).toMatchObject({
    task: { status: 'in_progress', assigned_agent_id: 'alice' },
  })
  expect(await walk('/tasks/:task_id/complete', 'POST', `/tasks/${first}/complete`, { result: 42 })).toMatchObject({
    task: { status: 'completed', progress: 100, result: 42 },
  })
  expect(await walk('/tasks/:task_id/assign', 'POST', `/tasks/${second}/assign`, { assigned_agent_id: 'alice' })).toMatchObject({
    task: { assigned_agent_id: 'alice' },
  })
  expect(await walk('/tasks/:task_id/fail', 'POST', `/tasks/${second}/fail`, { error: 'no' })).toMatchObject({ task: { status: 'failed' } })
  expect(await walk('/tasks/:task_id/cancel', 'POST', `/tasks/${third}/cancel`, {})).toMatchObject({ task: { status: 'cancelled' } })
  expect(await walk('/tasks/:task_id', 'DELETE', `/tasks/${third}`)).toMatchObject({ deleted: true })
}

/** Every route of the workflows. */
async function walkWorkflows(walk: Walk): Promise<void> {
  const steps = [{ id: 'look', tool: 'list_tags' }]
  const made = await server.rest('POST', '/workflows', { agent: 'alice', body: { name: 'walked', steps } })
  expect([made.status, made.body.error.message.slice(0, 40)]).toEqual([400, 'steps.look.tool is "list_tags", which is'])
  const look = [{ id: 'look', tool: 'list_tasks' }]
  const { workflow } = (await walk('/workflows', 'POST', '/workflows', { name: 'walked', steps: look })) as { workflow: { id: string } }
  const at = `/workflows/${workflow.id}`
  expect(await walk('/workflows', 'GET', '/workflows?limit=5')).toMatchObject({ total: 1, workflows: [{ id: workflow.id }] })
  expect(await walk('/workflows/examples', 'GET', '/workflows/examples')).toHaveProperty('examples.2')
  expect(await walk('/workflows/:workflow_id', 'GET', at)).toMatchObject({ workflow: { name: 'walked' } })
  expect(await walk('/workflows/:workflow_id', 'PATCH', at, { description: 'on foot' })).toMatchObject({ workflow: { version: 2 } })
  expect(await walk('/workflows/execute', 'POST', '/workflows/execute', { name: 'walked' })).toMatchObject({
    execution: { status: 'completed', workflow_version: 2 },
  })
  const run = (await walk('/workflows/:workflow_id/execute', 'POST', `${at}/execute`, { wait: true })) as { execution: { id: string } }
  const runs = '/executions'
  expect(await walk(runs, 'GET', `${runs}?status=completed&status=failed`)).toMatchObject({ total: 2 })
  expect(await walk(`${runs}/:execution_id`, 'GET', `${runs}/${run.execution.id}`)).toMatchObject({ execution: { status: 'completed' } })
  expect(await walk(`${runs}/:execution_id/cancel`, 'POST', `${runs}/${run.execution.id}/cancel`, {})).toMatchObject({
    execution: { status: 'completed' },
  })
  expect(await walk('/workflows/:workflow_id/executions', 'GET', `${at}/executions?limit=1`)).toMatchObject({ total: 2 })
  expect(await walk('/workflows/:workflow_id', 'DELETE', at)).toMatchObject({ deleted: true })
}

async function stored(content: string, agent = 'alice', more: Record<string, unknown> = {}): Promise<Memory> {
  const answer = await server.rest<One>('POST', '/memory', { agent, body: { content, ...more } })
  expect(answer.status).toBe(201)
  return answer.body.memory
}

describe('the routes', () => {
  test('one memory lives through every route of the table', async () => {
    const other = await stored('the other end of a link')
    const memory = await stored('the billing service uses Postgres 15', 'alice', {
      tags: ['billing'],
      links: [{ to: other.id, kind: 'relates' }],
    })
    const at = `/memory/${memory.id}`
    const as = { agent: 'alice' }
    const walkSessions = async (next: typeof walk): Promise<void> => {
      const client = await WsClient.open(server.wsUrl, { agent: 'alice' })
      const path = `/sessions/${client.sessionId}`
      expect(await next('/sessions/:session_id', 'GET', path)).toMatchObject({ session: { agent_id: 'alice', transport: 'websocket' } })
      expect((await server.rest('DELETE', path, as)).body.error).toMatchObject({ code: 'forbidden' })
      const { status } = await server.rest('DELETE', path, { headers: server.owner })
      walked.set('DELETE /sessions/:session_id', status)
      expect((await client.closed).code).toBe(4403)
    }
    const walkTokens = async (): Promise<void> => {
      const asOwner = async (method: string, route: string, path: string, body?: unknown) => {
        const answer = await server.rest<IssuedToken & { tokens: unknown[] }>(method, path, { headers: server.owner, body })
        walked.set(`${method} ${route}`, answer.status)
        return answer.body
      }
      const { token } = await asOwner('POST', '/tokens', '/tokens', { name: 'Laptop', agent_id: 'scout' })
      expect(await asOwner('GET', '/tokens', '/tokens?agent_id=scout')).toMatchObject({ tokens: [{ id: token.id, name: 'Laptop' }] })
      expect(await asOwner('GET', '/tokens/:token_id', `/tokens/${token.id}`)).toMatchObject({ token })
      expect((await asOwner('POST', '/tokens/:token_id/rotate', `/tokens/${token.id}/rotate`, {})).secret).toMatch(/^tmws_/)
      expect(await asOwner('DELETE', '/tokens/:token_id', `/tokens/${token.id}`)).toMatchObject({ token: { status: 'revoked' } })
    }
    const walkAudit = async (): Promise<void> => {
      for (const path of ['/audit', '/audit/verify']) {
        const { status } = await server.rest('GET', path, { headers: server.owner })
        walked.set(`GET ${path}`, status)
      }
    }
    const walked = new Map<string, unknown>()
    const walk = async (route: string, method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
      const answer = await server.rest<Record<string, unknown>>(method, path, { ...as, ...(body !== undefined && { body }) })
      walked.set(`${method} ${route}`, answer.status)
      expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
      return answer.body
    }
    expect(await walk('/memory', 'POST', '/memory', { content: 'a text of its own' })).toMatchObject({
      memory: { agent_id: 'alice', version: 1 },
    })
    expect(await walk('/memory', 'GET', '/memory?tags=billing')).toMatchObject({ total: 1, memories: [{ id: memory.id }] })
    expect(await walk('/memory/search', 'POST', '/memory/search', { query: 'billing postgres', limit: 1 })).toMatchObject({
      count: 1,
      memories: [{ id: memory.id }],
    })
    expect(await walk('/memory/recall', 'POST', '/memory/recall', { query: 'billing postgres', limit: 1 })).toMatchObject({
      memories: [{ id: memory.id }],
    })
    expect(await walk('/memory/:memory_id', 'GET', at)).toMatchObject({ memory: { id: memory.id, content: memory.content } })
    expect(await walk('/memory/:memory_id', 'PATCH', at, { importance: 0.9 })).toMatchObject({ memory: { importance: 0.9, version: 2 } })
    expect(await walk('/memory/:memory_id/history', 'GET', `${at}/history?limit=1`)).toMatchObject({
      history: [{ version: 2, action: 'updated', changed_by: 'alice' }],
    })
    expect(await walk('/memory/:memory_id/links', 'GET', `${at}/links`)).toEqual({
      memory_id: memory.id,
      outgoing: [{ to: other.id, kind: 'relates' }],
      incoming: [],
    })
    expect(await walk('/memory/:memory_id/share', 'POST', `${at}/share`, { shared_with: [{ agent_id: 'bob' }] })).toMatchObject({
      memory: { access_level: 'shared' },
    })
    expect(await walk('/memory/:memory_id', 'DELETE', at)).toMatchObject({ memory_id: memory.id, permanent: false })
    expect(await walk('/memory/:memory_id/restore', 'POST', `${at}/restore`, {})).toMatchObject({ memory: { id: memory.id } })
    expect(await walk('/tags', 'GET', '/tags')).toEqual({ tags: [{ tag: 'billing', count: 1 }] })
    expect(await walk('/health', 'GET', '/health')).toMatchObject({ checks: { storage: { status: 'healthy' } } })
    expect(await walk('/stats', 'GET', '/stats')).toMatchObject({ total_memories: 3, total_sessions: 0 })
    expect(await walk('/sessions', 'GET', '/sessions')).toEqual({ sessions: [] })
    expect(await walk('/sessions/current', 'GET', '/sessions/current')).toMatchObject({ agent_id: 'alice', transport: 'rest' })
    expect(await walk('/agents/current', 'GET', '/agents/current')).toMatchObject({ agent_id: 'alice', is_owner: false, memory_count: 3 })
    expect(await walk('/agents', 'POST', '/agents', { agent_id: 'scout' })).toMatchObject({
      agent: { agent_id: 'scout', namespace: 'default' },
    })
    expect(await walk('/agents/:agent_id', 'GET', '/agents/scout')).toMatchObject({ agent: { is_registered: true } })
    expect(await walk('/agents/switch', 'POST', '/agents/switch', { agent_id: 'scout' })).toMatchObject({
      switched: false,
      headers: { 'X-Agent-ID': 'scout' },
    })
    expect(await walk('/agents/current/switches', 'GET', '/agents/current/switches')).toMatchObject({
      agent: { agent_id: 'alice' },
      switch_count: 0,
    })
    expect((await walk('/agents', 'GET', '/agents'))['agents']).toContainEqual(expect.objectContaining({ agent_id: 'scout' }))
    await walkTasks(walk)
    await walkWorkflows(walk)
    await walkSessions(walk)
    await walkTokens()
    await walkAudit()
    expect(Object.fromEntries(walked)).toEqual(
      Object.fromEntries(REST_ROUTES.map((route) => [`${route.method} ${route.path}`, route.status ?? 200])),
    )
  })

  test('the same content again is 200 and says which one it was', async () => {
    const first = await stored('said twice')
    const again = await server.rest<One>('POST', '/memory', { agent: 'alice', body: { content: 'said twice', tags: ['new'] } })
    expect([again.status, again.body.duplicate_of, again.body.memory]).toEqual([200, first.id, first])
  })

  test('the id in the path wins over one in the body', async () => {
    const mine = await stored('the one in the path')
    const other = await stored('the one in the body')
    const answer = await server.rest<One>('PATCH', `/memory/${mine.id}`, { agent: 'alice', body: { memory_id: other.id, pinned: true } })
    expect(answer.body.memory).toMatchObject({ id: mine.id, pinned: true })
  })

  test('pages follow one another by cursor, without gap or repetition', async () => {
    for (let i = 0; i < 5; i += 1) await stored(`page item ${i}`, 'pager')
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page: { body: Page } = await server.rest<Page>(
        'GET',
        `/memory?limit=2${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
        { agent: 'pager' },
      )
      expect(page.body.total).toBe(5)
      seen.push(...page.body.memories.map((memory) => memory.content))
      cursor = page.body.next_cursor
    } while (cursor !== undefined)
    expect(seen).toEqual([4, 3, 2, 1, 0].map((i) => `page item ${i}`))
  })

  test('content comes back verbatim', async () => {
    const content = '  tabs\t\r\n日本語 🌊 <script>alert(1)</script> \u001B[31m "\\" \n  '
    const memory = await stored(content, 'verbatim')
    const found = await server.rest<One>('GET', `/memory/${memory.id}`, { agent: 'verbatim' })
    expect(found.body.memory.content).toBe(content)
    const hits = await server.rest<{ memories: MemoryHit[] }>('POST', '/memory/search', {
      agent: 'verbatim',
      body: { query: '日本語 alert' },
    })
    expect(hits.body.memories[0]?.content).toBe(content)
  })
})

describe('who may see what', () => {
  test('what is private to one does not exist for another, on any route', async () => {
    const { id } = await stored('only for alice', 'alice')
    const at = `/memory/${id}`
    const tries: [string, string, unknown?][] = [
      ['GET', at],
      ['PATCH', at, { content: 'x' }],
      ['DELETE', at],
      ['DELETE', `${at}?permanent=true`],
      ['GET', `${at}/history`],
      ['GET', `${at}/links`],
      ['POST', `${at}/restore`, {}],
      ['POST', `${at}/restore`, { version: 1 }],
      ['POST', `${at}/share`, { shared_with: [{ agent_id: 'bob' }] }],
    ]
    for (const [method, path, body] of tries) {
      const answer = await server.rest(method, path, { agent: 'bob', ...(body !== undefined && { body }) })
      expect([method, path, answer.status, answer.body.error.code]).toEqual([method, path, 404, 'not_found'])
    }
  })

  test('what one may see and not change is forbidden', async () => {
    const { id } = await stored('for everybody to read', 'alice', { access_level: 'public' })
    const at = `/memory/${id}`
    const tries: [string, string, unknown?][] = [
      ['PATCH', at, { content: 'x' }],
      ['DELETE', at],
      ['DELETE', `${at}?permanent=true`],
      ['POST', `${at}/restore`, {}],
      ['POST', `${at}/share`, { shared_with: [{ agent_id: 'bob' }] }],
    ]
    for (const [method, path, body] of tries) {
      const answer = await server.rest(method, path, { agent: 'bob', ...(body !== undefined && { body }) })
      expect([method, path, answer.status, answer.body.error.code]).toEqual([method, path, 403, 'forbidden'])
    }
  })

  test('the person at the machine sees, undoes and erases everything', async () => {
    const { id } = await stored('private, and yet', 'alice')
    const headers = server.owner
    expect((await server.rest<One>('GET', `/memory/${id}`, { headers })).body.memory.access_count).toBe(0)
    await server.rest('DELETE', `/memory/${id}`, { headers })
    expect((await server.rest<One>('GET', `/memory/${id}`, { headers })).body.memory.deleted_at).toBeDefined()
    expect((await server.rest('GET', `/memory/${id}`, { agent: 'alice' })).status).toBe(404)
    expect((await server.rest<{ permanent: boolean }>('DELETE', `/memory/${id}?permanent=true`, { headers })).body.permanent).toBe(true)
    expect((await server.rest('GET', `/memory/${id}`, { headers })).status).toBe(404)
  })
})

describe('bad requests', () => {
  test.each<[string, string, string, unknown, RegExp]>([
    ['no content', 'POST', '/memory', {}, /^content is required\./],
    ['a wrong type', 'POST', '/memory', { content: 5 }, /^content is not valid: expected string, received number \(got 5\)\.$/],
    [
      'an unknown field',
      'POST',
      '/memory',
      { content: 'x', colour: 'red' },
      /^Unknown field "colour"\. Known fields: content, summary, tags/,
    ],
    ['a list for a body', 'POST', '/memory', [], /^The body must be a JSON object \(got a list\)\.$/],
    ['broken JSON', 'POST', '/memory', '{"content":', /JSON/],
    ['an empty body', 'POST', '/memory', '', /^The body is empty; send a JSON object\.$/],
    ['a bad id', 'GET', '/memory/nonsense', undefined, /^memory_id must be a UUID/],
    ['an unknown query field', 'GET', '/memory?colour=red', undefined, /^Unknown field "colour"/],
    ['a limit that is too large', 'GET', '/memory?limit=101', undefined, /^limit must be 100 or less \(got 101\)\.$/],
    ['a limit that is no number', 'GET', '/memory?limit=abc', undefined, /^limit must be a whole number \(got "abc"\)\.$/],
    ['a cursor of somebody else', 'GET', '/memory?cursor=abc', undefined, /cursor/],
    ['a time that cannot be read', 'GET', '/memory?since=someday', undefined, /^since must be an ISO 8601 time/],
    ['an id on a path that is too long', 'GET', `/memory/${'a'.repeat(300)}`, undefined, /./],
  ])('%s is a 400 with a sentence', async (_what, method, path, body, sentence) => {
    const answer = await server.rest(method, path, { agent: 'alice', ...(body !== undefined && { body }) })
    expect([answer.status, answer.body.error.code]).toEqual([400, 'invalid_request'])
    expect(answer.body.error.message).toMatch(sentence)
    expect(answer.body.error.request_id).toBe(answer.headers.get('x-request-id'))
  })

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml'])('a body of type %s is refused', async (type) => {
    const answer = await server.rest('POST', '/memory', { agent: 'alice', body: '{"content":"x"}', headers: { 'content-type': type } })
    expect([answer.status, answer.body.error.code]).toEqual([400, 'invalid_request'])
  })

  test('a body of 10 MB is 413', async () => {
    const answer = await server.rest('POST', '/memory', { agent: 'alice', body: { content: 'x'.repeat(10_000_000) } })
    expect([answer.status, answer.body.error.code]).toEqual([413, 'too_large'])
  })

  test('context nested too deep is refused, and the server goes on', async () => {
    const depth = 200_000
    const answer = await server.rest('POST', '/memory', {
      agent: 'alice',
      body: `{"content":"deep","context":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}`,
    })
    expect([answer.status, answer.body.error.message]).toEqual([
      400,
      'context must be at most 64 KiB as JSON, and not nest thousands of levels deep (got an object).',
    ])
    expect((await server.rest('GET', '/agents/current', { agent: 'alice' })).status).toBe(200)
  })

  test('context nested deep is kept and comes back', async () => {
    const depth = 1_000
    const context = `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`
    const answer = await server.rest<One>('POST', '/memory', { agent: 'deep', body: `{"content":"deep but small","context":${context}}` })
    expect(answer.status).toBe(201)
    expect(JSON.stringify(answer.body.memory.context)).toBe(context)
  })

  test.each(['{"content":"x","__proto__":{"access_level":"public"}}', '{"content":"x","constructor":{"prototype":{"a":1}}}'])(
    '%s is refused',
    async (body) => {
      expect((await server.rest('POST', '/memory', { agent: 'alice', body })).status).toBe(400)
      expect(({} as Record<string, unknown>)['access_level']).toBeUndefined()
    },
  )

  test('grants to one agent twice leave one grant', async () => {
    const memory = await stored('granted twice', 'alice', {
      access_level: 'shared',
      shared_with: [{ agent_id: 'bob' }, { agent_id: 'bob', permission: 'write' }],
    })
    expect(memory.shared_with).toEqual([{ agent_id: 'bob', permission: 'write' }])
  })
})
