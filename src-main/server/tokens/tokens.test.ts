import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../base/ids.ts'
import type { IssuedToken } from '../../contract/token.ts'
import { hashOfSecret } from '../../coordination/token-service.ts'
import { openStores } from '../../storage/open-stores.ts'
import { refusalOf, WsClient } from '../../transport/ws/testing/ws-client.ts'
import { TestServer } from '../testing/start-test-server.ts'

const SECRET = 'k8Jd02mPqx7ZtVw5Lr9Yh3Bn6Gf1Sa4Q'
let server: TestServer
beforeAll(async () => {
  server = await TestServer.start({ TMWS_AUTH_ENABLED: 'true', TMWS_SECRET_KEY: SECRET })
})
afterAll(() => server.stop())

async function issue(body: Record<string, unknown>, on = server): Promise<IssuedToken> {
  const answer = await on.rest<IssuedToken>('POST', '/tokens', { headers: on.owner, body: { name: 'A client', ...body } })
  expect([answer.status, answer.body]).toMatchObject([201, { token: { status: 'active' } }])
  return answer.body
}

const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })
const feedUrl = () => `${server.apiUrl.replace('http:', 'ws:')}/api/v1/events`

describe('a token', () => {
  test('makes its bearer the agent it was made for, on every door', async () => {
    const { secret, token } = await issue({ agent_id: 'alice', namespaces: ['lab', 'office'] })
    expect(secret).toMatch(/^tmws_[\w-]{43}$/)
    const me = await server.rest('GET', '/agents/current', { headers: bearer(secret) })
    expect(me.body).toMatchObject({ agent_id: 'alice', namespace: 'lab', is_owner: false })
    const elsewhere = await server.rest('GET', '/agents/current', { headers: { ...bearer(secret), 'x-agent-namespace': 'office' } })
    expect(elsewhere.body).toMatchObject({ namespace: 'office' })
    const client = await WsClient.open(server.wsUrl, { headers: bearer(secret), agent: 'alice' })
    expect((await client.ask('get_agent_info')).result).toMatchObject({ agent_id: 'alice', namespace: 'lab' })
    await client.close()
    expect((await server.rest('GET', '/memory', { headers: bearer(secret), agent: 'bob' })).status).toBe(403)
    expect(token).toMatchObject({ hint: secret.slice(0, 9), created_by: 'owner', namespaces: ['lab', 'office'], scopes: ['read', 'write'] })
  })

  test('is never shown again, and its secret is in no file', async () => {
    const { secret, token } = await issue({ agent_id: 'quiet' })
    const shown = await server.rest('GET', `/tokens/${token.id}`, { headers: server.owner })
    const listed = await server.rest('GET', '/tokens', { headers: server.owner })
    expect(JSON.stringify([shown.body, listed.body])).not.toContain(secret)
    expect(listed.body).toMatchObject({ tokens: expect.arrayContaining([expect.objectContaining({ id: token.id })]) as unknown })
  })

  test('that only reads changes nothing', async () => {
    const { secret } = await issue({ agent_id: 'reader', scopes: ['read'] })
    const asReader = (method: string, path: string, body?: unknown) => server.rest(method, path, { headers: bearer(secret), body })
    expect((await asReader('GET', '/memory')).status).toBe(200)
    expect((await asReader('POST', '/memory/search', { query: 'x' })).status).toBe(200)
    expect((await asReader('GET', '/workflows')).status).toBe(200)
    for (const [path, body] of [
      ['/memory', { content: 'x' }],
      ['/tasks', { title: 'x' }],
      ['/agents', { agent_id: 'new' }],
      ['/workflows/execute', { name: 'x' }],
    ] as const) {
      const refused = await asReader('POST', path, body)
      expect([path, refused.status, refused.body.error.message]).toEqual([path, 403, expect.stringContaining('only reads')])
    }
    const client = await WsClient.open(server.wsUrl, { headers: bearer(secret) })
    expect(await client.ask('create_memory', { content: 'x' })).toMatchObject({ error: { code: 403 } })
    await client.close()
  })

  test('of an admin manages tokens, which others do not', async () => {
    const admin = await issue({ agent_id: 'chief', scopes: ['admin'] })
    const writer = await issue({ agent_id: 'writer' })
    const made = await server.rest<IssuedToken>('POST', '/tokens', {
      headers: bearer(admin.secret),
      body: { name: 'By chief', agent_id: 'c' },
    })
    expect([made.status, made.body.token.created_by]).toEqual([201, 'chief'])
    for (const [method, path, body] of [
      ['GET', '/tokens', undefined],
      ['POST', '/tokens', { name: 'x', agent_id: 'writer', scopes: ['admin'] }],
      ['DELETE', `/tokens/${admin.token.id}`, undefined],
      ['POST', `/tokens/${writer.token.id}/rotate`, {}],
    ] as const)
      expect((await server.rest(method, path, { headers: bearer(writer.secret), body })).status).toBe(403)
  })

  test('is noted when it is used', async () => {
    const stores = await openStores({ provider: 'volatile' })
    const own = await TestServer.start({ TMWS_AUTH_ENABLED: 'true', TMWS_SECRET_KEY: SECRET }, { stores })
    const { secret, token } = await issue({ agent_id: 'used' }, own)
    expect(token).not.toHaveProperty('last_used_at')
    await own.rest('GET', '/memory', { headers: bearer(secret) })
    await own.stop()
    expect((await stores.tokens.get(token.id))?.lastUsedAtMs).toBeGreaterThan(0)
  })
})

describe('what ends a token', () => {
  test('a revocation closes all that it had opened, and lets it in nowhere', async () => {
    const { secret, token } = await issue({ agent_id: 'gone' })
    const client = await WsClient.open(server.wsUrl, { headers: bearer(secret) })
    const feed = await WsClient.open(feedUrl(), { headers: bearer(secret) })
    await server.rest('DELETE', `/tokens/${token.id}`, { headers: server.owner })
    expect(await client.closed).toMatchObject({ code: 4401, reason: 'The token was revoked.' })
    expect(await feed.closed).toMatchObject({ code: 4401 })
    const statuses = [
      (await refusalOf(server.wsUrl, { headers: bearer(secret) })).status,
      (await refusalOf(feedUrl(), { headers: bearer(secret) })).status,
      (await server.rest('GET', '/memory', { headers: bearer(secret) })).status,
      (await server.rest('POST', '//mcp', { headers: bearer(secret), body: {} })).status,
    ]
    expect(statuses).toEqual([401, 401, 401, 401])
    const again = await server.rest('DELETE', `/tokens/${token.id}`, { headers: server.owner })
    expect([again.status, again.body]).toMatchObject([200, { token: { status: 'revoked', revoked_by: 'owner' } }])
    expect((await server.rest('POST', `/tokens/${token.id}/rotate`, { headers: server.owner, body: {} })).status).toBe(409)
  })

  test('a rotation replaces the secret, at once or after its grace', async () => {
    const first = await issue({ agent_id: 'turner' })
    const rotate = async (body: unknown) =>
      (await server.rest<IssuedToken>('POST', `/tokens/${first.token.id}/rotate`, { headers: server.owner, body })).body.secret
    const second = await rotate({ grace_seconds: 600 })
    const statusOf = async (secret: string) => (await server.rest('GET', '/memory', { headers: bearer(secret) })).status
    expect([await statusOf(first.secret), await statusOf(second)]).toEqual([200, 200])
    const third = await rotate({})
    expect([await statusOf(first.secret), await statusOf(second), await statusOf(third)]).toEqual([401, 401, 200])
  })

  test('its time', async () => {
    const stores = await openStores({ provider: 'volatile' })
    const own = await TestServer.start({ TMWS_AUTH_ENABLED: 'true', TMWS_SECRET_KEY: SECRET }, { stores })
    const nowMs = Date.now()
    await stores.tokens.add({
      id: newId(),
      name: 'Soon over',
      agentId: 'short',
      namespaces: ['default'],
      scopes: ['read'],
      secretHash: hashOfSecret('tmws_soon'),
      hint: 'tmws_soon',
      createdAtMs: nowMs,
      createdBy: 'owner',
      expiresAtMs: nowMs + 1_000,
    })
    const client = await WsClient.open(own.wsUrl, { headers: bearer('tmws_soon') })
    expect(await client.closed).toMatchObject({ code: 4401, reason: expect.stringContaining('The token expired at') as string })
    const refused = await own.rest('GET', '/memory', { headers: bearer('tmws_soon') })
    expect([refused.status, refused.body.error.message]).toEqual([401, 'The token has expired.'])
    await own.stop()
  })
})
