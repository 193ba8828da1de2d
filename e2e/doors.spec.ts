import { HEADERS } from '../src-main/contract/protocol.ts'
import { rawHttp, rawUpgrade } from './clients/raw-http.ts'
import type { RawAnswer } from './clients/raw-http.ts'
import { RawSocket } from './clients/raw-socket.ts'
import { RestClient } from './clients/rest-client.ts'
import { expect, test } from './fixtures.ts'
import type { RunningServer } from './processes/server-process.ts'

type Headers = Readonly<Record<string, string | string[]>>

const LIST_TOOLS = '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}'
const JSON_POST = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }

/** Every door of the server, and the status it gives to who may come in. */
const DOORS: readonly {
  readonly name: string
  readonly open: number
  readonly identifies: boolean
  readonly knock: (server: RunningServer, headers: Headers) => Promise<RawAnswer>
}[] = [
  { name: 'REST', open: 200, identifies: true, knock: (server, headers) => rawHttp(`${server.apiUrl}/api/v1/memory`, { headers }) },
  {
    name: 'a REST write',
    open: 201,
    identifies: true,
    knock: (server, headers) =>
      rawHttp(`${server.apiUrl}/api/v1/memory`, {
        method: 'POST',
        headers: { ...JSON_POST, ...headers },
        body: JSON.stringify({ content: `A knock at ${performance.now()}.` }),
      }),
  },
  {
    name: '/mcp',
    open: 200,
    identifies: true,
    knock: (server, headers) =>
      rawHttp(`${server.apiUrl}/mcp`, { method: 'POST', headers: { ...JSON_POST, ...headers }, body: LIST_TOOLS }),
  },
  { name: 'the WebSocket', open: 101, identifies: true, knock: (server, headers) => rawUpgrade(server.wsUrl, headers) },
  {
    name: 'the event feed',
    open: 101,
    identifies: true,
    knock: (server, headers) => rawUpgrade(`${server.apiUrl}/api/v1/events`, headers),
  },
  { name: 'the dashboard', open: 200, identifies: false, knock: (server, headers) => rawHttp(`${server.apiUrl}/`, { headers }) },
  {
    name: 'the documents',
    open: 200,
    identifies: false,
    knock: (server, headers) => rawHttp(`${server.apiUrl}/openapi.json`, { headers }),
  },
]

for (const { name, open, identifies, knock } of DOORS) {
  test(`${name} refuses a foreign Host or Origin with 403 and names the header`, async ({ sharedServer }) => {
    const own = (headers: Headers): Headers => ({ Host: `127.0.0.1:${sharedServer.apiPort}`, ...headers })
    for (const host of [
      'evil.example',
      'evil.example:8000',
      '127.0.0.1.evil.example',
      'localhost.evil.example',
      '192.168.1.1',
      '127.0.0.2',
      '0.0.0.0',
      '[::2]',
      'a b',
      'localhost:1@evil.example',
    ]) {
      const { status, text } = await knock(sharedServer, { Host: host })
      expect(status, host).toBe(403)
      expect(text, host).toContain('"header":"Host"')
    }
    for (const origin of [
      'http://evil.example',
      'null',
      'file://',
      'http://localhost:9',
      'https://127.0.0.1',
      `https://127.0.0.1:${sharedServer.apiPort}`,
      'http://127.0.0.1',
      `http://127.0.0.1:${sharedServer.apiPort}.evil.example`,
      'vscode-file://vscode-app',
      'chrome-extension://abc',
      '*',
      '',
    ]) {
      const { status, text, headers } = await knock(sharedServer, own({ Origin: origin }))
      expect(status, `origin ${origin}`).toBe(403)
      expect(text, origin).toContain('"header":"Origin"')
      expect(headers['access-control-allow-origin'], origin).toBeUndefined()
    }
    for (const site of ['cross-site', 'same-site'])
      expect((await knock(sharedServer, own({ 'Sec-Fetch-Site': site, 'Sec-Fetch-Mode': 'no-cors' }))).status, site).toBe(403)
  })

  test(`${name} opens for our own names of the host and our own page`, async ({ sharedServer }) => {
    const { apiPort } = sharedServer
    for (const host of ['127.0.0.1', 'localhost', `localhost:${apiPort}`, 'LOCALHOST', '[::1]:1', '127.0.0.1:1'])
      expect((await knock(sharedServer, { Host: host })).status, host).toBe(open)
    for (const origin of [`http://127.0.0.1:${apiPort}`, `http://localhost:${apiPort}`])
      expect((await knock(sharedServer, { Origin: origin })).status, origin).toBe(open)
  })

  if (identifies) {
    test(`${name} refuses bad identity headers with 400 and names the header`, async ({ sharedServer }) => {
      const bad: readonly (readonly [Headers, string])[] = [
        [{ [HEADERS.agentId]: '' }, 'X-Agent-ID'],
        [{ [HEADERS.agentId]: 'two words' }, 'X-Agent-ID'],
        [{ [HEADERS.agentId]: 'a'.repeat(65) }, 'X-Agent-ID'],
        [{ [HEADERS.agentId]: '-dash' }, 'X-Agent-ID'],
        [{ [HEADERS.agentId]: '<script>' }, 'X-Agent-ID'],
        [{ [HEADERS.agentId]: 'caf\u00e9' }, 'X-Agent-ID'],
        [{ [HEADERS.agentId]: ['one', 'two'] }, 'X-Agent-ID'],
        [{ [HEADERS.agentNamespace]: 'x y' }, 'X-Agent-Namespace'],
        [{ [HEADERS.agentNamespace]: 'n'.repeat(65) }, 'X-Agent-Namespace'],
        [{ [HEADERS.agentCapabilities]: '{broken' }, 'X-Agent-Capabilities'],
        [{ [HEADERS.agentCapabilities]: '7' }, 'X-Agent-Capabilities'],
        [{ [HEADERS.agentCapabilities]: 'null' }, 'X-Agent-Capabilities'],
        [{ [HEADERS.agentCapabilities]: '[1,2]' }, 'X-Agent-Capabilities'],
        [{ [HEADERS.agentCapabilities]: JSON.stringify({ k: 'x'.repeat(9_000) }) }, 'X-Agent-Capabilities'],
      ]
      for (const [headers, named] of bad) {
        const { status, text } = await knock(sharedServer, headers)
        expect(status, JSON.stringify(headers).slice(0, 80)).toBe(400)
        expect(text).toContain(named)
      }
      for (const reserved of ['owner']) expect((await knock(sharedServer, { [HEADERS.agentId]: reserved })).status).toBe(403)
    })
  }
}

test('the WebSocket refuses other paths and broken handshakes, and tells a plain request what it is', async ({ sharedServer }) => {
  expect((await rawUpgrade(`${sharedServer.wsUrl}/elsewhere`)).status).toBe(404)
  expect((await rawUpgrade(`${sharedServer.apiUrl}/mcp`)).status).toBe(404)
  expect((await rawUpgrade(sharedServer.wsUrl, { 'Sec-WebSocket-Key': 'short' })).status).toBe(400)
  expect((await rawUpgrade(sharedServer.wsUrl, { 'Sec-WebSocket-Version': '7' })).status).toBeGreaterThanOrEqual(400)
  const plain = await rawHttp(sharedServer.wsUrl.replace('ws', 'http'))
  expect(plain.status).toBe(426)
  expect(plain.text).toContain('WebSocket')
  const accepted = await rawUpgrade(`${sharedServer.wsUrl}/mcp`, { [HEADERS.agentId]: 'handshake', 'Sec-WebSocket-Protocol': 'other, mcp' })
  expect(accepted.status).toBe(101)
  expect(accepted.headers).toMatchObject({
    'sec-websocket-protocol': 'mcp',
    'x-session-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    'x-session-resume': expect.stringMatching(/.{20}/),
  })
})

test('one connection more than allowed is refused with 503 and a reason, and there is room again when one goes', async ({
  startServer,
  closing,
}) => {
  const server = await startServer({ env: { TMWS_WS_MAX_CONNECTIONS: '3', TMWS_EMBEDDING_PROVIDER: 'off' } })
  const open = await Promise.all([1, 2, 3].map((number) => RawSocket.open(server.wsUrl, { [HEADERS.agentId]: `n${number}` })))
  const refused = await rawUpgrade(server.wsUrl)
  expect(refused.status).toBe(503)
  expect(refused.text).toContain('maximum of 3 connections')
  expect((await server.health()).checks.sessions.status).toBe('degraded')
  await open[0]!.close()
  const next = closing(await RawSocket.open(server.wsUrl))
  expect((await next.request('ping')).result).toEqual({})
  for (const socket of open.slice(1)) expect(socket.isOpen).toBe(true)
})

test('an agent that asks too often gets 429 with Retry-After, and the others do not notice', async ({ startServer }) => {
  const server = await startServer({
    env: { TMWS_RATE_LIMIT_REQUESTS: '20', TMWS_RATE_LIMIT_PERIOD: '30', TMWS_EMBEDDING_PROVIDER: 'off' },
  })
  const greedy = new RestClient(server.apiUrl, { agentId: 'greedy' })
  const answers = await Promise.all(Array.from({ length: 30 }, () => greedy.get('/tags')))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(20)
  const [refused] = answers.filter(({ status }) => status === 429)
  expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(refused?.body).toMatchObject({ error: { code: 'rate_limited', details: { retry_after_seconds: expect.any(Number) } } })
  const socket = await RawSocket.open(server.wsUrl, { [HEADERS.agentId]: 'modest' })
  for (let number = 0; number < 25; number += 1) {
    const { error } = await socket.request('get_agent_info')
    if (number < 18) expect(error).toBeUndefined()
    else if (number > 20) expect(error).toMatchObject({ code: 429, data: { code: 'rate_limited' } })
  }
  expect((await rawUpgrade(server.wsUrl, { [HEADERS.agentId]: 'greedy' })).status).toBe(429)
  expect((await fetch(`${server.apiUrl}/health`)).status).toBe(200)
})

test('with sign-in on, every door wants a token, and the page brings no cookie', async ({ startServer }) => {
  const server = await startServer({
    env: { TMWS_AUTH_ENABLED: 'true', TMWS_SECRET_KEY: 'an end-to-end secret of more than 32 characters', TMWS_EMBEDDING_PROVIDER: 'off' },
  })
  for (const { name, identifies, knock } of DOORS) {
    const anonymous = await knock(server, {})
    if (!identifies) {
      expect(anonymous.headers['set-cookie'], name).toBeUndefined()
      continue
    }
    expect(anonymous.status, name).toBe(401)
    expect(anonymous.headers['www-authenticate'], name).toBe('Bearer')
    expect((await knock(server, { Authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' })).status, `${name}: an unsigned token`).toBe(401)
    expect(
      (await knock(server, { Authorization: `Bearer ${server.ownerToken}`, [HEADERS.agentId]: 'agent' })).status,
      `${name}: the person's token for an agent`,
    ).toBe(403)
  }
  const login = (token: unknown) =>
    rawHttp(`${server.apiUrl}/api/v1/login`, { method: 'POST', headers: JSON_POST, body: JSON.stringify({ token }) })
  expect((await login('wrong')).status).toBe(401)
  expect((await login(7)).status).toBe(401)
  const opened = await login(server.ownerToken)
  expect(opened.status).toBe(204)
  expect((await fetch(`${server.apiUrl}/health`)).status, 'health is open to all').toBe(200)
})
