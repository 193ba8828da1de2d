// `npm run bench:sessions -- --idle 2000 --active 200 --seconds 60`: a crowd of idle connections and a busy part of it, and what they
// cost the server: memory, how late its event loop is, and whether every ping comes in its time.
import { setTimeout as delay } from 'node:timers/promises'
import { BenchServer } from './lib/bench-server.ts'
import { IdleCrowd } from './lib/idle-crowd.ts'
import { numberFlag, report } from './lib/report.ts'
import type { Row } from './lib/report.ts'
import { RpcClient } from './lib/rpc-client.ts'
import { scrapeMetrics } from './lib/scrape-metrics.ts'
import { summarize, timed } from './lib/statistics.ts'

const idle = numberFlag('idle', 2000)
const active = numberFlag('active', 200)
const seconds = numberFlag('seconds', 60)
/** Calls a second of each active client: a busy agent, not a load test. */
const callsPerSecond = numberFlag('calls-per-second', 1)

const PING_SECONDS = 5
const LAG = 'tmws_event_loop_lag_seconds'

const server = await BenchServer.start({
  TMWS_WS_PING_INTERVAL: String(PING_SECONDS),
  TMWS_WS_PING_TIMEOUT: '5',
  TMWS_WS_MAX_CONNECTIONS_PER_AGENT: '10000',
})
const rows: Row[] = []
const add = (what: string, unit: string, values: readonly number[], aim?: number): void =>
  void rows.push({ what, unit, summary: summarize(values), ...(aim !== undefined && { aim }) })
try {
  // Code that the first connections load is not what a session costs.
  const warmUp = await IdleCrowd.open(server.wsUrl, 50)
  await warmUp.close()
  await settle()
  const before = server.residentKib()
  const start = performance.now()
  const crowd = await IdleCrowd.open(server.wsUrl, idle)
  const connectSeconds = (performance.now() - start) / 1000
  await settle()
  add(`memory per idle session (${idle})`, 'KiB', [(server.residentKib() - before) / idle], 40)

  const lags = { p50: [] as number[], p99: [] as number[], max: [] as number[] }
  const calls = await Promise.all(Array.from({ length: active }, (_, n) => RpcClient.connectMcp(server.wsUrl, `active-${n}`)))
  await delay(1_000)
  await scrapeMetrics(server.apiUrl)
  crowd.startCounting()
  const latencies: number[] = []
  const end = performance.now() + seconds * 1000
  const working = calls.map((client, n) => work(client, n, end, latencies))
  while (performance.now() < end) {
    await delay(Math.min(5_000, end - performance.now()))
    const metrics = await scrapeMetrics(server.apiUrl)
    lags.p50.push((metrics.get(`${LAG}{quantile="0.5"}`) ?? Number.NaN) * 1000)
    lags.p99.push((metrics.get(`${LAG}{quantile="0.99"}`) ?? Number.NaN) * 1000)
    lags.max.push((metrics.get(`${LAG}{quantile="1"}`) ?? Number.NaN) * 1000)
  }
  await Promise.all(working)
  const pings = crowd.missedPings(PING_SECONDS * 1000)
  add('event loop lag, median of each 5 s', 'ms', lags.p50)
  add('event loop lag, p99 of each 5 s', 'ms', lags.p99, 20)
  add('event loop lag, latest of each 5 s', 'ms', lags.max)
  add(`calls of ${active} active clients`, 'ms', latencies)
  const metrics = await scrapeMetrics(server.apiUrl)
  report('sessions', rows, {
    idle,
    active,
    seconds,
    calls: latencies.length,
    connections_per_second: Math.round(idle / connectSeconds),
    resident_mib: Math.round(server.residentKib() / 1024),
    pings_expected: pings.expected,
    pings_missed: pings.missed,
    connections_lost: crowd.lost,
    silent_peers: metrics.get('tmws_silent_peers_total') ?? 0,
  })
  for (const client of calls) client.close()
  await crowd.close()
} finally {
  await server.stop()
}

/** Stores now and then, asks and searches in between, as agents do. */
async function work(client: RpcClient, n: number, end: number, latencies: number[]): Promise<void> {
  const paceMs = 1000 / callsPerSecond
  await delay((n / active) * paceMs)
  for (let turn = 0; performance.now() < end; turn += 1) {
    const started = performance.now()
    latencies.push(
      await timed(() =>
        turn % 10 === 0
          ? client.tool('store_memory', { content: `Client ${n} noted in turn ${turn} that the build took ${turn * 7} seconds.` })
          : turn % 5 === 0
            ? client.tool('semantic_search', { query: `how long the build of client ${n} took`, limit: 5 })
            : client.tool('get_session_statistics', {}),
      ),
    )
    await delay(Math.max(0, paceMs - (performance.now() - started)))
  }
}

/** Lets garbage go: what is measured is what stays. */
async function settle(): Promise<void> {
  let last = server.residentKib()
  for (let turn = 0; turn < 20; turn += 1) {
    await delay(500)
    const now = server.residentKib()
    if (Math.abs(now - last) < 256 && turn > 5) return
    last = now
  }
}
