import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AuditEntry, AuditVerdict } from '../../contract/audit.ts'
import type { Health } from '../../contract/session.ts'
import { AppError } from '../../base/errors.ts'
import { openStores } from '../../storage/open-stores.ts'
import type { AuditStore } from '../../storage/audit-store.ts'
import { TestServer } from '../testing/start-test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await TestServer.start({ TMWS_RATE_LIMIT_REQUESTS: '1000' })
})
afterAll(() => server.stop())

interface Page {
  readonly entries: AuditEntry[]
  readonly counts?: Record<string, number>
  readonly next_cursor?: string
}
const list = async (query = '', on = server): Promise<AuditEntry[]> =>
  (await on.rest<Page>('GET', `/audit?limit=100&${query}`, { headers: on.owner })).body.entries
/** Noted entries come within a quarter of a second; what is recorded after them comes after them. */
const settled = async (query: string): Promise<AuditEntry[]> => {
  await server.rest('POST', '/memory', { agent: 'settler', body: { content: `settle ${Math.random()}` } })
  return list(query)
}
const fileAt = async (path: string): Promise<string> => (await fetch(`${server.apiUrl}/api/v1${path}`, { headers: server.owner })).text()
const store = async (agent: string, more: object = {}): Promise<string> => {
  const { body, status } = await server.rest<{ memory: { id: string } }>('POST', '/memory', {
    agent,
    body: { content: `note ${Math.random()} of ${agent}`, ...more },
  })
  expect(status).toBe(201)
  return body.memory.id
}

describe('changes', () => {
  test('each have an entry when they are acknowledged, with who, where from, what and the id of the request', async () => {
    const answer = await server.rest<{ memory: { id: string } }>('POST', '/memory', {
      agent: 'writer',
      namespace: 'acme',
      body: { content: 'a text that is nobody’s business', access_level: 'team' },
    })
    const [entry] = await list('agent_id=writer')
    expect(entry).toMatchObject({
      action: 'store_memory',
      agent_id: 'writer',
      namespace: 'acme',
      outcome: 'ok',
      address: expect.stringContaining('127.0.0.1') as string,
      request_id: answer.headers.get('x-request-id'),
      session_id: expect.any(String) as string,
      object: { kind: 'memory', ids: [answer.body.memory.id] },
      facts: { access_level: 'team' },
    })
    expect(JSON.stringify(entry)).not.toContain('nobody’s business')
  })

  test('of every tool that changes something are there, and what only looks is not', async () => {
    const agent = 'many-hands'
    const id = await store(agent)
    const call = (method: string, path: string, body?: object) =>
      server.rest<Record<string, never>>(method, path, { agent, ...(body && { body }) })
    await call('PATCH', `/memory/${id}`, { importance: 0.9 })
    await call('GET', `/memory/${id}`)
    await call('GET', '/memory')
    await call('POST', `/memory/${id}/share`, { shared_with: [{ agent_id: 'reader', permission: 'read' }] })
    await call('DELETE', `/memory/${id}`)
    await call('POST', `/memory/${id}/restore`, {})
    await call('POST', '/agents', { agent_id: 'role-of-many-hands' })
    const task = (await call('POST', '/tasks', { title: 'a task' })).body['task'] as unknown as { id: string }
    await call('GET', `/tasks/${task.id}`)
    await call('DELETE', `/tasks/${task.id}`)
    const steps = [{ id: 'one', tool: 'store_memory', arguments: { content: 'by a workflow' } }]
    const workflow = (await call('POST', '/workflows', { name: 'many-hands', steps })).body['workflow'] as unknown as { id: string }
    const run = (await call('POST', `/workflows/${workflow.id}/execute`, {})).body['execution'] as unknown as { id: string; status: string }
    expect(run.status).toBe('completed')
    const entries = (await settled(`agent_id=${agent}`)).toReversed()
    expect(entries.map(({ action }) => action)).toEqual([
      'store_memory',
      'update_memory',
      'share_memory',
      'delete_memory',
      'restore_memory',
      'register_agent',
      'manage_task.create',
      'manage_task.delete',
      'manage_workflow.create',
      'store_memory',
      'execute_workflow',
    ])
    expect(entries.every(({ outcome }) => outcome === 'ok')).toBe(true)
    expect(entries.slice(0, 5).map(({ object }) => object?.ids)).toEqual([[id], [id], [id], [id], [id]])
    expect(entries.at(6)?.object).toEqual({ kind: 'task', ids: [task.id] })
    expect(entries.at(9)).toMatchObject({ facts: { workflow_execution: run.id } })
    expect(entries.at(10)?.object).toEqual({ kind: 'execution', ids: [run.id] })
  })

  test('of a text that is there already are there too: the first answer may have been lost', async () => {
    const body = { content: 'the same twice' }
    for (let time = 0; time < 2; time += 1) await server.rest('POST', '/memory', { agent: 'repeater', body })
    expect((await list('agent_id=repeater')).map(({ facts }) => facts)).toEqual([{ duplicate: true }, undefined])
  })
})

describe('reads', () => {
  test('of one’s own memories have none, and of others’ one a call with their ids', async () => {
    const own = await store('reader')
    const others = [await store('neighbour', { access_level: 'public' }), await store('neighbour', { access_level: 'public' })]
    await store('neighbour')
    await server.rest('GET', `/memory/${own}`, { agent: 'reader' })
    expect(await settled('agent_id=reader&action=recall_memory')).toEqual([])
    await server.rest('GET', '/memory?agent_id=neighbour', { agent: 'reader' })
    await server.rest('GET', `/memory/${others[0]}`, { agent: 'reader' })
    await server.rest('PATCH', `/memory/${others[1]}`, { agent: 'neighbour', body: { importance: 1 } })
    await server.rest('GET', `/memory/${others[1]}/history`, { agent: 'reader' })
    await server.rest('POST', '/memory/search', { agent: 'reader', body: { query: 'note of neighbour', agent_id: 'neighbour' } })
    const entries = (await settled('agent_id=reader')).filter(({ action }) => action !== 'store_memory').toReversed()
    expect(entries.map(({ action, object }) => [action, object?.ids.toSorted()])).toEqual([
      ['list_memories', others.toSorted()],
      ['recall_memory', [others[0]]],
      ['get_memory_history', [others[1]]],
      ['semantic_search', others.toSorted()],
    ])
  })

  test('by the person at the machine have one', async () => {
    const id = await store('watched')
    await server.rest('GET', `/memory/${id}`, { headers: server.owner })
    const [entry] = await settled(`agent_id=owner&object_id=${id}`)
    expect(entry).toMatchObject({ action: 'recall_memory', outcome: 'ok' })
  })
})

describe('denials', () => {
  test('have one, with their code; what was only asked wrongly has none', async () => {
    const id = await store('victim')
    const common = await store('victim', { access_level: 'public' })
    const agent = 'intruder'
    expect((await server.rest('PATCH', `/memory/${id}`, { agent, body: { importance: 0 } })).status).toBe(404)
    expect((await server.rest('GET', `/memory/${id}`, { agent })).status).toBe(404)
    expect((await server.rest('DELETE', `/memory/${common}`, { agent })).status).toBe(403)
    expect((await server.rest('GET', '/audit', { agent })).status).toBe(403)
    expect((await server.rest('GET', '/audit/verify', { agent })).status).toBe(403)
    expect((await server.rest('GET', '/audit/export', { agent })).status).toBe(403)
    expect((await server.rest('GET', '/export', { agent })).status).toBe(403)
    expect((await server.rest('POST', '/memory', { agent, body: { content: '' } })).status).toBe(400)
    expect((await server.rest('GET', '/memory?limit=999', { agent })).status).toBe(400)
    const entries = (await settled(`agent_id=${agent}`)).toReversed()
    expect(entries.map(({ action, outcome, code, object }) => [action, outcome, code, object?.ids])).toEqual([
      ['update_memory', 'denied', 'not_found', [id]],
      ['recall_memory', 'denied', 'not_found', [id]],
      ['delete_memory', 'denied', 'forbidden', [common]],
      ['list_audit', 'denied', 'forbidden', undefined],
      ['verify_audit', 'denied', 'forbidden', undefined],
      ['audit.export', 'denied', 'forbidden', []],
      ['export', 'denied', 'forbidden', []],
    ])
  })

  test('of one kind that repeat are one entry for now', async () => {
    const id = await store('victim')
    for (let time = 0; time < 20; time += 1) await server.rest('PATCH', `/memory/${id}`, { agent: 'stubborn', body: { importance: 0 } })
    expect(await settled('agent_id=stubborn')).toHaveLength(1)
  })

  test('of sign-ins have one, and so has a sign-in that works', async () => {
    await server.rest('POST', '/login', { body: { token: 'wrong' } })
    await server.rest('POST', '/login', { body: { token: server.ownerToken } })
    const entries = await settled('action=sign-in')
    expect(entries.map(({ agent_id: agent, outcome, code }) => [agent, outcome, code])).toEqual([
      ['owner', 'ok', undefined],
      ['anonymous', 'denied', 'unauthenticated'],
    ])
    expect(JSON.stringify(entries)).not.toMatch(/wrong|token/)
  })

  test('for asking too often have one', async () => {
    await using busy = await TestServer.start({ TMWS_RATE_LIMIT_REQUESTS: '3' })
    for (let time = 0; time < 6; time += 1) await busy.rest('GET', '/tags', { agent: 'eager' })
    await busy.rest('POST', '/memory', { agent: 'other', body: { content: 'settle' } })
    expect(await list('agent_id=eager', busy)).toMatchObject([{ action: 'request', outcome: 'denied', code: 'rate_limited' }])
  })

  test('for asking for costly work too often have one, whatever the door', async () => {
    await using busy = await TestServer.start({ TMWS_RATE_LIMIT_COSTLY_REQUESTS: '1' })
    const run = () => busy.rest('POST', '/workflows/execute', { agent: 'eager', body: { name: 'none' } })
    expect([(await run()).status, (await run()).status]).toEqual([404, 429])
    const backup = () => busy.rest('POST', '/backups', { headers: busy.owner })
    expect([(await backup()).status, (await backup()).status]).toEqual([201, 429])
    await busy.rest('POST', '/memory', { agent: 'other', body: { content: 'settle' } })
    const denied = { outcome: 'denied', code: 'rate_limited' }
    expect(await list('agent_id=eager&outcome=denied', busy)).toContainEqual(
      expect.objectContaining({ ...denied, action: 'execute_workflow' }),
    )
    expect(await list('agent_id=owner&outcome=denied', busy)).toContainEqual(
      expect.objectContaining({ ...denied, action: 'costly-request' }),
    )
  })
})

describe('moving data', () => {
  test('has entries: what went out before it goes, what came in and was copied when it is', async () => {
    const file = await fileAt('/export')
    await server.rest('POST', '/import?dry_run=true', {
      headers: { ...server.owner, 'content-type': 'application/x-ndjson' },
      body: file,
    })
    await server.rest('POST', '/import', { headers: server.owner, body: 'nonsense' })
    await server.rest('POST', '/backups', { headers: server.owner })
    await fileAt('/audit/export')
    const data = (await settled('agent_id=owner')).filter(({ object }) => object?.kind === 'data').toReversed()
    expect(data.filter(({ outcome }) => outcome === 'failed')).toMatchObject([{ action: 'import', code: 'invalid_request' }])
    const moved = data.filter(({ outcome }) => outcome === 'ok')
    expect(moved.map(({ action }) => action)).toEqual(['export', 'import', 'backup', 'audit.export'])
    expect(moved[0]?.facts).toMatchObject({ records: expect.any(Number) as number })
    expect(moved[1]?.facts).toMatchObject({ dry_run: true })
  })
})

describe('reading it', () => {
  test('pages with a cursor, counts by outcome, and takes words for times', async () => {
    const first = (await server.rest<Page>('GET', '/audit?limit=3&since=yesterday', { headers: server.owner })).body
    expect(first.entries).toHaveLength(3)
    expect(first.counts).toMatchObject({
      ok: expect.any(Number) as number,
      denied: expect.any(Number) as number,
      failed: expect.any(Number) as number,
    })
    const second = (await server.rest<Page>('GET', `/audit?limit=3&since=yesterday&cursor=${first.next_cursor}`, { headers: server.owner }))
      .body
    expect(second.entries[0]?.seq).toBe(first.entries[2]!.seq - 1)
    expect(second).not.toHaveProperty('counts')
    expect((await server.rest('GET', '/audit?until=whenever', { headers: server.owner })).status).toBe(400)
    expect((await server.rest('GET', '/audit?colour=red', { headers: server.owner })).status).toBe(400)
  })

  test('as a whole gives a chain, which the server finds to be in order', async () => {
    const file = await fileAt('/audit/export')
    const lines = file
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as AuditEntry)
    expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, index) => index + 1))
    expect(lines.every(({ prev_hash: previous }, index) => index === 0 || previous === lines[index - 1]!.hash)).toBe(true)
    const { body } = await server.rest<AuditVerdict>('GET', `/audit/verify?expect_head=${lines.at(-1)!.hash}`, { headers: server.owner })
    expect(body).toMatchObject({ ok: true })
    expect(body.head.seq).toBeGreaterThanOrEqual(lines.length)
    const wrong = await server.rest<AuditVerdict>('GET', `/audit/verify?expect_head=${'f'.repeat(64)}`, { headers: server.owner })
    expect(wrong.body).toMatchObject({ ok: false, broken: { problem: 'truncated' } })
  })
})

test('a log that cannot be written refuses changes, lets reads through, shows in the health, and heals', async () => {
  const stores = await openStores({ provider: 'volatile' })
  let isFull = false
  const real = stores.audit
  const audit: AuditStore = {
    append: (entries) => (isFull ? Promise.reject(new AppError('unavailable', 'The disk is full.')) : real.append(entries)),
    list: (query, page) => real.list(query, page),
    count: (query) => real.count(query),
    state: () => real.state(),
    readChain: (after, limit) => real.readChain(after, limit),
    findByHash: (hash) => real.findByHash(hash),
    prune: (options) => real.prune(options),
  }
  await using fragile = await TestServer.start({ TMWS_DATABASE_URL: 'volatile:' }, { stores: { ...stores, audit } })
  const write = (content: string) => fragile.rest('POST', '/memory', { agent: 'writer', body: { content } })
  const health = async () => (await fragile.rest<Health>('GET', '//health')).body
  expect((await write('before')).status).toBe(201)
  isFull = true
  expect((await write('at the moment')).status).toBe(503)
  const refused = await write('meanwhile')
  expect(refused.status).toBe(503)
  expect(refused.body.error.message).toContain('The disk is full.')
  expect((await fragile.rest('GET', '/memory', { agent: 'writer' })).status).toBe(200)
  expect((await health()).checks.storage).toMatchObject({ status: 'degraded', message: expect.stringContaining('audit log') as string })
  isFull = false
  await expect.poll(async () => (await health()).checks.storage.status, { timeout: 10_000 }).toBe('healthy')
  expect((await write('after')).status).toBe(201)
  const entries = await list('agent_id=writer', fragile)
  expect(entries.filter(({ action }) => action === 'store_memory')).toHaveLength(3)
})

test('a server whose audit is off keeps nothing', async () => {
  await using silent = await TestServer.start({ TMWS_AUDIT_ENABLED: 'false' })
  await silent.rest('POST', '/memory', { agent: 'writer', body: { content: 'unseen' } })
  expect(await list('', silent)).toEqual([])
})
