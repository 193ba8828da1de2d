import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WsClient } from '../../transport/ws/testing/ws-client.ts'
import { TestServer } from '../testing/start-test-server.ts'

const SECRET = 'k8Jd02mPqx7ZtVw5Lr9Yh3Bn6Gf1Sa4Q'

let server: TestServer
beforeAll(async () => {
  server = await TestServer.start({ TMWS_RATE_LIMIT_REQUESTS: '12' })
})
afterAll(() => server.stop())

const scrape = async (): Promise<string> => (await server.rest<string>('GET', '//metrics')).body
const valueOf = (text: string, sample: string): number | undefined => {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${sample} `))
  return line === undefined ? undefined : Number(line.slice(sample.length + 1))
}

describe('metrics', () => {
  test('count calls of tools, the store and the model, changes, and what waits', async () => {
    const kept = await server.rest<{ memory: { id: string } }>('POST', '/memory', {
      agent: 'marguerite',
      body: { content: 'the tide tables' },
    })
    await server.server.context.indexer.settled()
    await server.rest('POST', '/memory/search', { agent: 'marguerite', body: { query: 'tide' } })
    const text = await scrape()
    const ok = (operation: string): string => `tmws_store_call_duration_seconds_count{operation="${operation}",outcome="ok"}`
    expect(valueOf(text, ok('memories.insert'))).toBe(1)
    expect(valueOf(text, ok('memories.candidates'))).toBe(1)
    expect(valueOf(text, 'tmws_embedding_duration_seconds_count{operation="query",outcome="ok"}')).toBe(1)
    expect(valueOf(text, 'tmws_embedded_texts_total{operation="texts"}')).toBe(1)
    expect(valueOf(text, 'tmws_memory_events_total{type="memory-stored"}')).toBe(1)
    expect(valueOf(text, 'tmws_tool_call_duration_seconds_count{tool="store_memory",transport="rest",outcome="ok"}')).toBe(1)
    for (const queue of ['http', 'tools', 'store', 'embedding', 'events', 'indexing'])
      expect([queue, valueOf(text, `tmws_queue_depth{queue="${queue}"}`)]).toEqual([queue, queue === 'http' ? 1 : 0])
    for (const part of ['storage', 'embedding', 'state', 'sessions']) expect(valueOf(text, `tmws_health_status{part="${part}"}`)).toBe(1)
    expect(text).toMatch(/^tmws_build_info\{version="\d[^"]*",storage="SQLite",node="\d[^"]*"\} 1$/m)
    expect(text).toMatch(/^process_resident_memory_bytes \d/m)
    // Few fixed words only.
    expect(text).not.toContain('marguerite')
    expect(text).not.toContain(kept.body.memory.id)
    expect(text).not.toContain('tide')
  })

  test('count failures by code and place, denials, and requests over the limit', async () => {
    await server.rest('GET', '/memory/00000000-0000-7000-8000-000000000000', { agent: 'bob' })
    await server.rest('GET', '/nowhere-at-all', { agent: 'bob' })
    await server.rest('GET', '/memory', { headers: { origin: 'http://evil.example' } })
    await server.rest('POST', '/memory', { agent: 'bob', body: { nothing: 1 } })
    for (let count = 0; count < 14; count++) await server.rest('GET', '/memory', { agent: 'hasty' })
    const text = await scrape()
    expect(valueOf(text, 'tmws_errors_total{place="tool",code="not_found"}')).toBe(1)
    expect(valueOf(text, 'tmws_errors_total{place="http",code="not_found"}')).toBe(2)
    expect(valueOf(text, 'tmws_errors_total{place="http",code="forbidden"}')).toBe(1)
    expect(valueOf(text, 'tmws_errors_total{place="tool",code="invalid_request"}')).toBe(1)
    expect(valueOf(text, 'tmws_errors_total{place="http",code="internal"}')).toBe(0)
    expect(valueOf(text, 'tmws_denials_total{reason="forbidden"}')).toBe(1)
    expect(valueOf(text, 'tmws_denials_total{reason="unauthenticated"}')).toBe(0)
    expect(valueOf(text, 'tmws_rate_limited_total')).toBe(2)
    expect(text).not.toContain('nowhere-at-all')
  })

  test('count connections by transport, and upgrades that were refused', async () => {
    const client = await WsClient.open(server.wsUrl, { agent: 'carol' })
    const during = await scrape()
    client.socket.close()
    await expect(WsClient.open(server.wsUrl, { headers: { origin: 'http://evil.example' } })).rejects.toThrow()
    expect(valueOf(during, 'tmws_sessions{transport="websocket"}')).toBe(1)
    expect(valueOf(during, 'tmws_sessions{transport="bridge"}')).toBe(0)
    expect(valueOf(during, 'tmws_sessions_opened_total{transport="websocket"}')).toBe(1)
    await expect.poll(async () => valueOf(await scrape(), 'tmws_sessions_closed_total')).toBe(1)
    const after = await scrape()
    expect(valueOf(after, 'tmws_sessions{transport="websocket"}')).toBe(0)
    expect(valueOf(after, 'tmws_errors_total{place="upgrade",code="forbidden"}')).toBe(1)
  })

  test('take no reason for a label that nobody thought of', async () => {
    const { meter } = server.server.context
    meter.denial('token_expired')
    meter.denial('Ann <ann@example.org>')
    for (let count = 0; count < 100; count++) meter.denial(`reason_${count}`)
    const text = await scrape()
    expect(valueOf(text, 'tmws_denials_total{reason="token_expired"}')).toBe(1)
    expect(text).not.toContain('example.org')
    expect(text.match(/^tmws_denials_total\{/gm)?.length).toBeLessThanOrEqual(33)
  })
})

describe('who may read metrics', () => {
  test('anybody where no tokens are needed', async () => {
    expect((await server.rest('GET', '//metrics')).status).toBe(200)
  })

  test('where tokens are needed, whoever has one', async () => {
    await using strict = await TestServer.start({ TMWS_AUTH_ENABLED: 'true', TMWS_SECRET_KEY: SECRET })
    const refused = await strict.rest('GET', '//metrics')
    expect([refused.status, refused.body.error.code]).toEqual([401, 'unauthenticated'])
    const token = await new SignJWT({ sub: 'prometheus' })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('5m')
      .sign(new TextEncoder().encode(SECRET))
    for (const headers of [{ authorization: `Bearer ${token}` }, strict.owner])
      expect((await strict.rest('GET', '//metrics', { headers })).status).toBe(200)
    const { body } = await strict.rest<string>('GET', '//metrics', { headers: strict.owner })
    expect(valueOf(body, 'tmws_denials_total{reason="unauthenticated"}')).toBe(1)
    // Health is for everybody still.
    for (const path of ['//health', '//health/live', '//health/ready']) expect((await strict.rest('GET', path)).status).toBe(200)
  })
})
