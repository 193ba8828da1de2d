// `npm run bench:ws -- --clients 50 --requests 2000`: connections and round trips over WebSocket, beside a bare echo of the same run.
import { spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { BenchServer } from './lib/bench-server.ts'
import { measureEchoFloor } from './lib/echo-floor.ts'
import { numberFlag, report } from './lib/report.ts'
import type { Row } from './lib/report.ts'
import { RpcClient } from './lib/rpc-client.ts'
import { sampleNote } from './lib/sample-text.ts'
import { series, summarize, timed } from './lib/statistics.ts'

const clients = numberFlag('clients', 50)
const requests = numberFlag('requests', 2000)
const bridgeStarts = numberFlag('bridge-starts', 20)

const floor = await measureEchoFloor(requests)
const server = await BenchServer.start()
const rows: Row[] = []
const add = (what: string, unit: string, values: readonly number[], aim?: number): void =>
  void rows.push({ what, unit, summary: summarize(values), ...(aim !== undefined && { aim }) })
try {
  add('echo: connect', 'ms', floor.connect)
  add('echo: round trip', 'ms', floor.roundTrip)
  // The first connections load code; they are not what a client meets all day.
  await series(10, async () => (await RpcClient.connectMcp(server.wsUrl, 'warm-up')).close())
  add('connect + initialize', 'ms', await series(200, async () => (await RpcClient.connectMcp(server.wsUrl, 'bench')).close()), 5)
  const one = await RpcClient.connectMcp(server.wsUrl, 'bench')
  await series(200, () => one.call('get_agent_info', {}))
  add('get_agent_info, one client', 'ms', await series(requests, () => one.call('get_agent_info', {})), 0.5)
  one.close()

  await delay(500)
  const before = server.residentKib()
  const open = await Promise.all(Array.from({ length: clients }, (_, index) => RpcClient.connectMcp(server.wsUrl, `bench-${index}`)))
  await delay(500)
  add(`memory per idle session (${clients})`, 'KiB', [(server.residentKib() - before) / clients])
  const each = Math.ceil(requests / clients)
  const atOnce = await Promise.all(open.map((client) => series(each, () => client.call('get_agent_info', {}))))
  add(`get_agent_info, ${clients} clients at once`, 'ms', atOnce.flat())
  const start = performance.now()
  const stores = await Promise.all(
    open.map((client, index) => series(20, (turn) => client.tool('store_memory', { content: sampleNote(index * 1000 + turn) }))),
  )
  const seconds = (performance.now() - start) / 1000
  add(`store_memory, ${clients} clients at once`, 'ms', stores.flat())
  for (const client of open) client.close()
  add('bridge: start to first answer', 'ms', await series(bridgeStarts, () => startBridge(server.wsUrl)), 200)
  report('ws', rows, { clients, requests, stores_per_second: Math.round(stores.flat().length / seconds) })
} finally {
  await server.stop()
}

/** Starts a bridge, asks `initialize`, and waits for the answer. */
function startBridge(wsUrl: string): Promise<number> {
  const { hostname, port } = new URL(wsUrl)
  return timed(async () => {
    const bridge = spawn(process.execPath, ['out/bridge/tmws-bridge.cjs', '--host', hostname, '--port', port], {
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    bridge.stdin.write(
      `${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } } })}\n`,
    )
    await new Promise((resolve) => bridge.stdout.once('data', resolve))
    bridge.stdin.end()
  })
}
