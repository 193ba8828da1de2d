// `npm run bench:ws -- --clients 50 --requests 2000`: connections and round trips over WebSocket, beside a bare echo of the same run.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { BenchServer } from './lib/bench-server.ts'
import { BridgePipe } from './lib/bridge-pipe.ts'
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
const { hostname, port } = new URL(server.wsUrl)
const toServer = ['--host', hostname, '--port', port]
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
  add('bridge: start to first answer', 'ms', await series(bridgeStarts, () => startBridge(toServer)), 120)
  const { through, added } = await bridgeOverhead()
  add('get_agent_info through the bridge', 'ms', through)
  add('bridge: added to a direct call', 'ms', added, 0.8)
  add('bridge: the same start without a server', 'ms', await startWithoutServer(), 1000)
  report('ws', rows, { clients, requests, stores_per_second: Math.round(stores.flat().length / seconds) })
} finally {
  await server.stop()
}

/** Starts a bridge, asks `initialize`, and waits for the answer. */
async function startBridge(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<number> {
  let bridge: BridgePipe | undefined
  const took = await timed(async () => {
    bridge = new BridgePipe(args, env)
    await bridge.initialize()
  })
  await bridge?.close()
  return took
}

/** The same question directly and through the bridge, by turns: what the bridge adds to each. */
async function bridgeOverhead(): Promise<{ through: number[]; added: number[] }> {
  const direct = await RpcClient.connectMcp(server.wsUrl, 'bench')
  const bridge = new BridgePipe(toServer)
  await bridge.initialize()
  await series(200, () => bridge.ask('get_agent_info', {}))
  const through: number[] = []
  const added: number[] = []
  for (let turn = 0; turn < requests; turn += 1) {
    const directMs = await timed(() => direct.call('get_agent_info', {}))
    const throughMs = await timed(() => bridge.ask('get_agent_info', {}))
    through.push(throughMs)
    added.push(throughMs - directMs)
  }
  direct.close()
  await bridge.close()
  return { through, added }
}

/** The same where no server runs: the bridge starts what stands in for it, on an empty folder. */
async function startWithoutServer(): Promise<number[]> {
  const folder = mkdtempSync(join(tmpdir(), 'tmws-bench-alone-'))
  const env = { ...process.env, TMWS_DATA_DIR: folder, TMWS_RUNTIME_FILE: join(folder, 'runtime.json') }
  // Nothing listens on port 1.
  const times = await series(Math.ceil(bridgeStarts / 2), () => startBridge(['--port', '1'], env))
  rmSync(folder, { recursive: true, force: true })
  return times
}
