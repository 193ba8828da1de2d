import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { mcpOpening } from '../src-main/contract/mcp-opening.ts'
import { FakeServer } from './testing/fake-server.ts'
import { MemoryHost, QUICK } from './testing/memory-host.ts'
import { until } from './testing/until.ts'
import { BRIDGE_VERSION } from './version.ts'

const SOON = { ...QUICK, openEarlyAfterMs: 100, answerWithinMs: 5_000, replayWithinMs: 5_000 }
const OPENING = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'host', version: '1' } }
const servers: FakeServer[] = []

async function startServer(port?: number): Promise<FakeServer> {
  const server = await FakeServer.start(port)
  servers.push(server)
  return server
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop().catch(() => undefined)))
})

test('a host is answered while there is no server, and the server hears of it when it comes', async () => {
  const port = await freePort()
  await using host = MemoryHost.at(port, SOON)
  expect(await host.ask('open', 'initialize', OPENING)).toEqual({
    jsonrpc: '2.0',
    id: 'open',
    result: mcpOpening('2025-06-18', BRIDGE_VERSION),
  })
  host.say({ method: 'notifications/initialized' })
  host.say({ id: 'list', method: 'tools/list' })
  const server = await startServer(port)
  expect(await host.answer('list')).toHaveProperty('result')
  expect(server.heard()).toMatchObject([
    { method: 'initialize', id: expect.stringMatching(/^tmws-bridge:replay:/) as string, params: OPENING },
    { method: 'notifications/initialized' },
    { method: 'tools/list', id: 'list' },
  ])
  expect(host.answers('open')).toHaveLength(1)
})

test('a server that is there and slow is not asked twice, and its late answer is dropped', async () => {
  const server = await startServer()
  const echo = server.answerTo
  let late: (() => void) | undefined
  server.answerTo = (message) => {
    if (message['method'] !== 'initialize') return echo(message)
    late = () => server.visits[0]?.socket.send(JSON.stringify({ jsonrpc: '2.0', id: message['id'], result: { late: true } }))
    return undefined
  }
  await using host = MemoryHost.at(server.port, SOON)
  expect(await host.ask('open', 'initialize', OPENING)).toMatchObject({ result: { serverInfo: { name: 'tmws' } } })
  host.say({ method: 'notifications/initialized' })
  late?.()
  expect(await host.ask('list', 'tools/list')).toHaveProperty('result')
  expect(server.methods()).toEqual(['initialize', 'notifications/initialized', 'tools/list'])
  expect(host.answers('open')).toHaveLength(1)
})

test('a server that is quick answers by itself', async () => {
  const server = await startServer()
  await using host = MemoryHost.at(server.port, SOON)
  const answer = await host.ask('open', 'initialize', OPENING)
  await new Promise((resolve) => setTimeout(resolve, 2 * SOON.openEarlyAfterMs))
  expect(host.answers('open')).toEqual([answer])
  expect(answer).not.toMatchObject({ result: { serverInfo: { name: 'tmws' } } })
})

test('a refusal is told instead', async () => {
  const server = await startServer()
  server.refusing = { status: 401, body: '{"error":{"code":"unauthenticated","message":"No token."}}' }
  await using host = MemoryHost.at(server.port, SOON)
  expect(await host.ask('open', 'initialize', OPENING)).toHaveProperty('error')
})

test('a host that withdraws hears nothing', async () => {
  await using host = MemoryHost.at(await freePort(), { ...SOON, answerWithinMs: 500 })
  host.say({ id: 'open', method: 'initialize', params: OPENING })
  host.say({ method: 'notifications/cancelled', params: { requestId: 'open' } })
  host.say({ id: 'other', method: 'ping' })
  await until(() => host.answers('other').length === 1, 'the other answer', 10_000)
  expect(host.answers('open')).toEqual([])
})
