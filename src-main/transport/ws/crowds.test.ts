import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { TestServer } from '../../server/testing/start-test-server.ts'
import { refusalOf, WsClient } from './testing/ws-client.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

async function open(server: TestServer, agent: string): Promise<WsClient> {
  const client = await WsClient.open(server.wsUrl, { agent })
  closers.push(() => client.socket.terminate())
  return client
}

/** Masked text frames, as a client library would write them, many in one piece. */
function frames(texts: readonly string[]): Buffer {
  return Buffer.concat(
    texts.map((text) => {
      const payload = Buffer.from(text)
      return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload])
    }),
  )
}

async function rawSocket(server: TestServer, agent: string): Promise<Socket> {
  const { hostname, port } = new URL(server.wsUrl)
  const socket = connect(Number(port), hostname)
  closers.push(() => socket.destroy())
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  const lines = ['GET / HTTP/1.1', 'Host: 127.0.0.1', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13']
  socket.write([...lines, 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', `X-Agent-ID: ${agent}`, '', ''].join('\r\n'))
  await once(socket, 'data')
  return socket
}

test('a flood of one client, which reads none of the answers, leaves the others their turns and ends itself', async () => {
  await using server = await TestServer.start({ TMWS_RATE_LIMIT_ENABLED: 'false' })
  const modest = await open(server, 'modest')
  const flood = await rawSocket(server, 'flood')
  flood.pause()
  const ping = '{"jsonrpc":"2.0","id":1,"method":"get_session_statistics"}'
  const piece = frames(Array<string>(1_000).fill(ping))
  let sent = 0
  const pour = (): void => {
    // Written only as fast as the server reads, as a real client would have to.
    while (!flood.destroyed && sent < 200_000) {
      sent += 1_000
      if (!flood.write(piece)) return void flood.once('drain', pour)
    }
  }
  const before = process.memoryUsage().rss
  pour()
  const waits: number[] = []
  for (let turn = 0; turn < 40; turn += 1) {
    const start = performance.now()
    await modest.ask('get_agent_info')
    waits.push(performance.now() - start)
  }
  // Without turns the first answer comes when the flood is over, seconds later; a busy machine alone costs less.
  expect(Math.max(...waits)).toBeLessThan(1_000)
  expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024)
  expect(sent).toBeGreaterThan(1_000)
})

test('a storm of upgrades: as many as fit get in, each other one is told why, and the server goes on', async () => {
  await using server = await TestServer.start({ TMWS_WS_MAX_CONNECTIONS: '40', TMWS_WS_MAX_CONNECTIONS_PER_AGENT: '40' })
  const outcomes = await Promise.all(
    Array.from({ length: 300 }, async (_, n) => {
      try {
        const refusal = await refusalOf(server.wsUrl, { agent: `storm-${n}` })
        return refusal.status
      } catch (error) {
        // `refusalOf` lets go of what was accepted after all, which makes room for another.
        return String(error).includes('accepted') ? 'accepted' : String(error)
      }
    }),
  )
  expect(outcomes.filter((outcome) => outcome !== 503 && outcome !== 'accepted')).toEqual([])
  expect(outcomes.filter((outcome) => outcome === 'accepted').length).toBeGreaterThanOrEqual(40)
  await expect.poll(() => server.server.context.sessions.liveCount, { timeout: 5_000 }).toBe(0)
  expect((await (await open(server, 'after')).ask('get_agent_info')).result).toMatchObject({ agent_id: 'after' })
})

test('a peer that was refused and does not go is dropped', async () => {
  await using server = await TestServer.start({ TMWS_WS_MAX_CONNECTIONS: '1' })
  await open(server, 'only')
  const refused = await rawSocket(server, 'late')
  refused.setKeepAlive(false)
  const closed = once(refused, 'close')
  const start = performance.now()
  await closed
  expect(performance.now() - start).toBeLessThan(4_000)
})

test('one connection may listen to one resource only so many times', async () => {
  await using server = await TestServer.start({ TMWS_RATE_LIMIT_ENABLED: 'false' })
  const client = await open(server, 'eager')
  const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} }
  const params = { notifications: { resourceSubscriptions: ['memory://recent'] }, _meta: meta }
  for (let n = 0; n < 65; n += 1) client.send({ jsonrpc: '2.0', id: `listen ${n}`, method: 'subscriptions/listen', params })
  const refused = await client.heard(({ error }) => error !== undefined)
  expect(refused).toMatchObject({ id: 'listen 64', error: { code: 503, message: expect.stringContaining('64 times') as string } })
})
