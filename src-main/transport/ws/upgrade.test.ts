import { once } from 'node:events'
import { connect } from 'node:net'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TestServer } from '../../server/testing/start-test-server.ts'
import { refusalOf, WsClient } from './testing/ws-client.ts'
import type { WsClientOptions } from './testing/ws-client.ts'

const SECRET = 'k8Jd02mPqx7ZtVw5Lr9Yh3Bn6Gf1Sa4Q'
let server: TestServer
beforeAll(async () => {
  server = await TestServer.start()
})
afterAll(() => server.stop())

/** A raw request on the WebSocket port, and what was answered before the end of the connection or 300 ms. */
async function rawUpgrade(lines: readonly string[], extra = Buffer.alloc(0)): Promise<Buffer> {
  const { hostname, port } = new URL(server.wsUrl)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  socket.write(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), extra]))
  await Promise.race([once(socket, 'close'), new Promise((resolve) => setTimeout(resolve, 300))])
  socket.destroy()
  return Buffer.concat(chunks)
}

const HANDSHAKE = [
  'Host: 127.0.0.1',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
]

describe('an upgrade is refused, without a socket', () => {
  test.each<[string, string, WsClientOptions, number, string]>([
    ['on a path that is not ours', '/other', {}, 404, 'not_found'],
    ['on the path of the event feed', '/api/v1/events', {}, 404, 'not_found'],
    ['for a foreign Host', '/', { headers: { host: 'evil.example' } }, 403, 'forbidden'],
    ['for a foreign Origin', '/', { headers: { origin: 'https://evil.example' } }, 403, 'forbidden'],
    ['for the Origin "null"', '/', { headers: { origin: 'null' } }, 403, 'forbidden'],
    ['for a name that is none', '/', { agent: 'a b' }, 400, 'invalid_request'],
    ['for a namespace that is none', '/', { namespace: '-' }, 400, 'invalid_request'],
    ['for capabilities that are not JSON', '/', { headers: { 'x-agent-capabilities': '{' } }, 400, 'invalid_request'],
    ['for the name of the person', '/', { agent: 'owner' }, 403, 'forbidden'],
  ])('%s', async (_what, path, options, status, code) => {
    const refusal = await refusalOf(server.wsUrl + path, options)
    expect([refusal.status, refusal.body.error?.code, refusal.headers['x-session-id']]).toEqual([status, code, undefined])
    expect((await server.rest<{ sessions: unknown[] }>('GET', '/sessions', { headers: server.owner })).body.sessions).toEqual([])
  })

  test('for a path that is no URL', async () => {
    expect((await rawUpgrade(['GET // HTTP/1.1', ...HANDSHAKE])).toString()).toMatch(/^HTTP\/1\.1 404 /)
  })

  test('for a handshake without a key, and no session stays', async () => {
    expect((await rawUpgrade(['GET / HTTP/1.1', ...HANDSHAKE.slice(0, 4)])).toString()).toMatch(/^HTTP\/1\.1 400 /)
    expect((await server.rest<{ sessions: unknown[] }>('GET', '/sessions', { headers: server.owner })).body.sessions).toEqual([])
  })

  test('and a plain request is told what this port is for', async () => {
    const answer = await fetch(server.wsUrl.replace('ws:', 'http:'))
    expect([answer.status, answer.headers.get('upgrade'), ((await answer.json()) as { error: { code: string } }).error.code]).toEqual([
      426,
      'websocket',
      'invalid_request',
    ])
  })

  test('when the server is full, with 503 and a reason, until one leaves', async () => {
    await using small = await TestServer.start({ TMWS_WS_MAX_CONNECTIONS: '2' })
    const clients = [await WsClient.open(small.wsUrl), await WsClient.open(small.wsUrl)]
    const refusal = await refusalOf(small.wsUrl)
    expect([refusal.status, refusal.body.error]).toMatchObject([503, { code: 'unavailable', details: { max_connections: 2 } }])
    expect((await small.rest('GET', '//health')).body).toMatchObject({ status: 'degraded', checks: { sessions: { live: 2, max: 2 } } })
    await clients[0]?.close()
    await expect
      .poll(async () => (await small.rest<{ sessions: unknown[] }>('GET', '/sessions', { headers: small.owner })).body.sessions.length)
      .toBe(1)
    const third = await WsClient.open(small.wsUrl)
    expect((await third.ask('get_agent_info')).result).toMatchObject({ agent_id: 'anonymous' })
  })

  test('when its agent has used up its requests, with 429 and Retry-After', async () => {
    await using strict = await TestServer.start({ TMWS_RATE_LIMIT_REQUESTS: '1', TMWS_RATE_LIMIT_PERIOD: '60' })
    await WsClient.open(strict.wsUrl, { agent: 'busy' })
    const refusal = await refusalOf(strict.wsUrl, { agent: 'busy' })
    expect([refusal.status, refusal.body.error?.code, Number(refusal.headers['retry-after'])]).toEqual([
      429,
      'rate_limited',
      expect.closeTo(60, -1),
    ])
    await WsClient.open(strict.wsUrl, { agent: 'other' })
  })
})

describe('an upgrade is accepted', () => {
  test.each(['/', '/mcp', '/?x=1'])('on %s, with a session and the secret that resumes it', async (path) => {
    const client = await WsClient.open(server.wsUrl + path)
    expect(client.sessionId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/)
    expect(client.resumeSecret).toMatch(/^[\w-]{43}$/)
    await client.close()
  })

  test('with the subprotocol mcp when it is offered, and without', async () => {
    const offered = await WsClient.open(server.wsUrl, { protocols: ['other', 'mcp'] })
    const plain = await WsClient.open(server.wsUrl)
    expect([offered.socket.protocol, plain.socket.protocol]).toEqual(['mcp', ''])
    await Promise.all([offered.close(), plain.close()])
  })

  test('and welcomed when it named itself, and only then', async () => {
    const named = await WsClient.open(server.wsUrl, {
      agent: 'alice',
      namespace: 'team-a',
      headers: { 'x-agent-capabilities': '["search"]' },
    })
    expect(await named.heard((message) => message.method === 'welcome')).toEqual({
      jsonrpc: '2.0',
      method: 'welcome',
      params: {
        session_id: named.sessionId,
        server_version: expect.any(String) as string,
        agent_id: 'alice',
        namespace: 'team-a',
        capabilities: { search: true },
        resume_token: named.resumeSecret,
        message: expect.any(String) as string,
      },
    })
    const unnamed = await WsClient.open(server.wsUrl)
    await unnamed.ask('ping')
    expect(unnamed.messages.map((message) => message.method)).toEqual([undefined])
    await Promise.all([named.close(), unnamed.close()])
  })

  test('and a frame that came with the handshake in one packet is answered', async () => {
    const text = Buffer.from('{"jsonrpc":"2.0","id":1,"method":"get_agent_info"}')
    const frame = Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), text])
    const answer = (await rawUpgrade(['GET / HTTP/1.1', ...HANDSHAKE, 'X-Agent-ID: eager'], frame)).toString()
    expect(answer).toMatch(/^HTTP\/1\.1 101 /)
    expect(answer).toContain('"id":1,"result":{"agent_id":"eager"')
  })
})

describe('with sign-in', () => {
  const sign = (claims: Record<string, unknown>, expires = '5m') =>
    new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).setExpirationTime(expires).sign(new TextEncoder().encode(SECRET))
  let strict: TestServer
  beforeAll(async () => {
    strict = await TestServer.start({ TMWS_AUTH_ENABLED: 'true', TMWS_SECRET_KEY: SECRET })
  })
  afterAll(() => strict.stop())

  test('no token, a bad one and an expired one are 401 on every door', async () => {
    const expired = await sign({ sub: 'alice' }, '-5m')
    for (const authorization of [undefined, 'Bearer nonsense', `Bearer ${expired}`]) {
      const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
      const feed = `${strict.apiUrl.replace('http:', 'ws:')}/api/v1/events`
      const statuses = [
        (await refusalOf(strict.wsUrl, { headers })).status,
        (await refusalOf(feed, { headers })).status,
        (await strict.rest('GET', '/memory', { headers })).status,
        (await strict.rest('POST', '//mcp', { headers, body: {} })).status,
      ]
      expect(statuses).toEqual([401, 401, 401, 401])
    }
    expect((await refusalOf(strict.wsUrl)).headers['www-authenticate']).toBe('Bearer')
  })

  test('a token says who its bearer is', async () => {
    const client = await WsClient.open(strict.wsUrl, {
      headers: { authorization: `Bearer ${await sign({ sub: 'alice', namespace: 'team-a' })}` },
    })
    expect((await client.ask('get_agent_info')).result).toMatchObject({ agent_id: 'alice', namespace: 'team-a' })
    await client.close()
  })

  test('the page of the dashboard brings no cookie, and the token of the person is not for agents', async () => {
    expect((await strict.rest('GET', '//')).headers.get('set-cookie')).toBeNull()
    expect((await strict.rest<{ is_owner: boolean }>('GET', '/agents/current', { headers: strict.owner })).body.is_owner).toBe(true)
    expect((await refusalOf(strict.wsUrl, { agent: 'alice', headers: strict.owner })).status).toBe(403)
  })

  test('health stays open', async () => {
    expect((await strict.rest('GET', '//health')).status).toBe(200)
  })
})
