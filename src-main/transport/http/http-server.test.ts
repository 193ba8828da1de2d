import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHashEmbedder } from '../../embedding/hash-embedder.ts'
import { TestServer } from '../../server/testing/start-test-server.ts'

let server: TestServer
let dashboardFolder: string
beforeAll(async () => {
  dashboardFolder = await mkdtemp(join(tmpdir(), 'tmws-dashboard-'))
  await mkdir(join(dashboardFolder, 'assets'))
  await writeFile(join(dashboardFolder, 'index.html'), '<!doctype html><title>TMWS</title>')
  await writeFile(join(dashboardFolder, 'assets', 'app.js'), 'void 0')
  server = await TestServer.start({ TMWS_CORS_ORIGINS: '["https://app.example.com"]' }, { dashboardFolder })
})
afterAll(async () => {
  await server.stop()
  await rm(dashboardFolder, { recursive: true, force: true })
})

/** A request with headers that `fetch` would not send. */
async function raw(
  method: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: IncomingHttpHeaders; text: string }> {
  const { hostname, port } = new URL(server.apiUrl)
  const request = httpRequest({ hostname, port, method, path, headers, agent: false }).end()
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return { status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString() }
}

describe('hosts and origins', () => {
  test.each(['/health', '/api/v1/memory', '/', '/metrics', '/openapi.json', '/docs', '/mcp', '/nothing'])(
    'a foreign Host gets nothing from %s',
    async (path) => {
      const answer = await raw('GET', path, { host: 'evil.example' })
      expect([answer.status, (JSON.parse(answer.text) as { error: { code: string } }).error.code]).toEqual([403, 'forbidden'])
      expect(answer.headers['set-cookie']).toBeUndefined()
    },
  )

  test('a page of a foreign origin can neither ask nor ask whether it may', async () => {
    const origin = { origin: 'https://evil.example' }
    const answers = [
      await raw('GET', '/health', origin),
      await raw('POST', '/api/v1/memory', { ...origin, 'content-type': 'text/plain' }),
      await raw('OPTIONS', '/api/v1/memory', { ...origin, 'access-control-request-method': 'POST' }),
    ]
    expect(answers.map(({ status, headers }) => [status, headers['access-control-allow-origin']])).toEqual(Array(3).fill([403, undefined]))
  })

  test('a page of a listed origin may, with our headers', async () => {
    const preflight = await raw('OPTIONS', '/api/v1/memory', {
      origin: 'https://app.example.com',
      'access-control-request-method': 'PATCH',
      'access-control-request-headers': 'x-agent-id,authorization,mcp-protocol-version',
    })
    expect([preflight.status, preflight.headers['access-control-allow-origin']]).toEqual([204, 'https://app.example.com'])
    expect(preflight.headers['access-control-allow-methods']).toContain('PATCH')
    expect(preflight.headers['access-control-allow-headers']).toMatch(/X-Agent-ID.*Mcp-Method/i)
    const answer = await raw('GET', '/health', { origin: 'https://app.example.com' })
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([200, 'https://app.example.com'])
  })
})

describe('odd requests', () => {
  test.each([
    ['GET', '/nothing'],
    ['GET', '/api/v1/nothing'],
    ['GET', '/api/v2/memory'],
    ['PUT', '/api/v1/memory'],
    ['DELETE', '/api/v1/tags'],
    ['GET', '/api/v1/events'],
    ['GET', `/${'x'.repeat(3_000)}`],
    ['GET', '/../../etc/passwd'],
    ['GET', '/assets/..%2f..%2fpackage.json'],
  ])('%s %s is a 404 in our words', async (method, path) => {
    const answer = await raw(method, path)
    const { error } = JSON.parse(answer.text) as { error: { code: string; message: string; request_id: string } }
    expect([answer.status, error.code, error.request_id]).toEqual([404, 'not_found', answer.headers['x-request-id']])
    expect(error.message.length).toBeLessThan(200)
  })

  test('a path that is no URL is a 400 in our words', async () => {
    const answer = await raw('GET', '/api/v1/memory/%zz')
    expect([answer.status, (JSON.parse(answer.text) as { error: { code: string } }).error.code]).toEqual([400, 'invalid_request'])
  })

  test('bytes that are no HTTP are a 400, and the server goes on', async () => {
    const { hostname, port } = new URL(server.apiUrl)
    const socket = connect(Number(port), hostname)
    socket.write('\u0016\u0003\u0001 nonsense\r\n\r\n')
    const [data] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    expect(data.toString()).toMatch(/^HTTP\/1\.1 400 /)
    expect((await server.rest('GET', '//health')).status).toBe(200)
  })

  test('HEAD says what GET would, without a body', async () => {
    const answer = await raw('HEAD', '/api/v1/agents/current', { 'x-agent-id': 'alice' })
    expect([answer.status, answer.text, answer.headers['content-type']]).toEqual([200, '', 'application/json; charset=utf-8'])
  })

  test('an identity that is none is a 400 that names the header', async () => {
    const answer = await server.rest('GET', '/memory', { headers: { 'x-agent-id': 'a b' } })
    expect([answer.status, answer.body.error.details]).toEqual([400, { field: 'X-Agent-ID' }])
    expect((await server.rest('GET', '/memory', { headers: { 'x-agent-id': 'owner' } })).status).toBe(403)
  })
})

describe('open to all', () => {
  test('health says how each part is, and nothing secret', async () => {
    const { status, body } = await server.rest<Record<string, unknown>>('GET', '//health')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      status: 'healthy',
      checks: {
        storage: { status: 'healthy' },
        embedding: { status: 'healthy' },
        state: { status: 'healthy' },
        sessions: { status: 'healthy', live: 0, max: 100 },
      },
    })
    expect(Object.keys(body).toSorted()).toEqual(['checks', 'status', 'uptime_seconds', 'version'])
    expect(JSON.stringify(body)).not.toContain(server.ownerToken)
    expect(JSON.stringify(body)).not.toContain(server.folder)
    expect((await server.rest('GET', '//health/live')).body).toEqual({ status: 'healthy' })
    expect((await server.rest('GET', '//health/ready')).body).toEqual({ status: 'healthy' })
  })

  test('metrics count requests by route, not by URL, and tool calls', async () => {
    await server.rest('GET', '/memory/00000000-0000-7000-8000-000000000000', { agent: 'alice' })
    const { body } = await server.rest<string>('GET', '//metrics')
    expect(body).toContain('tmws_http_request_duration_seconds_count{method="GET",route="/api/v1/memory/:memory_id",status="404"} 1')
    expect(body).toContain('tmws_tool_call_duration_seconds_count{tool="recall_memory",transport="rest",outcome="error"} 1')
    expect(body).toMatch(/^tmws_sessions\{transport="websocket"\} 0$/m)
    expect(body).toMatch(/^tmws_silent_peers_total 0$/m)
    expect(body).toMatch(/^tmws_sessions_closed_total 0$/m)
    expect(body).not.toContain('00000000-0000')
  })

  test('metrics tell how late the event loop was since they were asked last', async () => {
    const latest = async (): Promise<number> => {
      const { body } = await server.rest<string>('GET', '//metrics')
      return Number(/^tmws_event_loop_lag_seconds\{quantile="1"\} (\S+)$/m.exec(body)?.[1])
    }
    await latest()
    // The first sample after a scrape is where the next one is counted from.
    await new Promise((resolve) => setTimeout(resolve, 50))
    const end = performance.now() + 120
    while (performance.now() < end);
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(await latest()).toBeGreaterThan(0.08)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await latest()).toBeLessThan(0.08)
  })

  test('the documents are served from here', async () => {
    expect((await server.rest<{ openapi: string }>('GET', '//openapi.json')).body.openapi).toBe('3.1.0')
    const docs = await raw('GET', '/docs')
    expect(docs.status).toBeLessThan(400)
    expect((await raw('GET', '/docs/')).text).toContain('swagger')
  })
})

describe('the dashboard', () => {
  test('the page brings the cookie of the person, which works and is not seen by scripts', async () => {
    const page = await raw('GET', '/')
    expect([page.status, page.headers['cache-control'], page.text]).toEqual([200, 'no-store', '<!doctype html><title>TMWS</title>'])
    const [cookie] = page.headers['set-cookie'] ?? []
    expect(cookie).toMatch(/^tmws_owner=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/)
    const value = cookie?.split(';')[0] ?? ''
    expect((await server.rest<{ is_owner: boolean }>('GET', '/agents/current', { headers: { cookie: value } })).body.is_owner).toBe(true)
    expect(
      (await server.rest<{ is_owner: boolean }>('GET', '/agents/current', { headers: { cookie: value, 'x-agent-id': 'alice' } })).body
        .is_owner,
    ).toBe(false)
    expect(page.headers['content-security-policy']).toMatch(/default-src 'self'.*frame-ancestors 'none'/)
  })

  test.each(['iframe', 'script', 'image', 'empty'])('loaded as %s it brings no cookie', async (destination) => {
    expect((await raw('GET', '/', { 'sec-fetch-dest': destination })).headers['set-cookie']).toBeUndefined()
  })

  test('its files are served', async () => {
    const file = await raw('GET', '/assets/app.js')
    expect([file.status, file.headers['cache-control']]).toEqual([200, 'public, max-age=2592000, immutable'])
  })

  test('the token of the discovery file is exchanged for the cookie, and no other', async () => {
    const good = await server.rest('POST', '/login', { body: { token: server.ownerToken } })
    expect([good.status, good.headers.get('set-cookie')]).toEqual([204, expect.stringMatching(/^tmws_owner=/)])
    for (const body of [{ token: 'wrong' }, { token: 5 }, {}, []]) {
      const bad = await server.rest('POST', '/login', { body })
      expect([bad.status, bad.headers.get('set-cookie'), bad.body.error.code]).toEqual([401, null, 'unauthenticated'])
    }
  })
})

describe('stopping', () => {
  test('a client that went away during its request does not hold up the stop', async () => {
    const hash = createHashEmbedder()
    const slow = {
      ...hash,
      embedQuery: (_text: string, signal?: AbortSignal) =>
        new Promise<Float32Array>((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted')))),
    }
    const other = await TestServer.start({}, { embedder: slow })
    const gone = new AbortController()
    const request = fetch(`${other.apiUrl}/api/v1/memory/search`, {
      method: 'POST',
      body: '{"query":"x"}',
      headers: { 'content-type': 'application/json' },
      signal: gone.signal,
    })
    await new Promise((resolve) => setTimeout(resolve, 150))
    gone.abort()
    await expect(request).rejects.toThrow()
    const start = performance.now()
    await other.stop()
    expect(performance.now() - start).toBeLessThan(4_000)
  })

  test('a running request is answered before the server goes', async () => {
    const hash = createHashEmbedder()
    const slow = {
      ...hash,
      embedQuery: async (text: string) => (await new Promise((resolve) => setTimeout(resolve, 400)), hash.embedQuery(text)),
    }
    const other = await TestServer.start({}, { embedder: slow })
    const answer = other.rest<{ count: number }>('POST', '/memory/search', { body: { query: 'x' } })
    await new Promise((resolve) => setTimeout(resolve, 100))
    await other.stop()
    expect((await answer).body.count).toBe(0)
  })
})
