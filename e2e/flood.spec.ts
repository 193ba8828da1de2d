import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { RawSocket } from './clients/raw-socket.ts'
import { expect, test } from './fixtures.ts'
import type { RunningServer } from './processes/server-process.ts'

const CALLS = 120
/** Between two calls of the agent that is measured, in milliseconds. */
const PACE_MS = 20
/** Connections of the flood, and requests that each keeps under way. */
const SOCKETS = 4
const UNDER_WAY = 50
/** A difference that the machine itself makes, in milliseconds: what is timed here takes two. */
const NOISE_MS = 15

/** Calls of each agent in a minute: few enough that the flood comes to their end, enough for the agent that is measured. */
const ALLOWED = 600

test(
  'a flood by one agent leaves the answers to others as quick as twice without it, while it may ask and when it may not',
  { tag: ['@stores', '@timed'] },
  async ({ startServer, closing }) => {
    test.setTimeout(180_000)
    const server = await (await startServer({ env: { TMWS_RATE_LIMIT_REQUESTS: String(ALLOWED) } })).untilHealthy()
    const quiet = closing(await RawSocket.open(server.wsUrl, { 'x-agent-id': 'quiet' }))
    for (let index = 0; index < 50; index += 1) await search(quiet)
    const alone = p95(await timed(quiet))
    const flood = await Flood.start(server, closing)
    const allowed = p95(await timed(quiet))
    await expect.poll(() => flood.refused, { timeout: 60_000 }).toBeGreaterThan(0)
    const refused = p95(await timed(quiet))
    await flood.stop()
    console.log(
      `flood: p95 ${alone.toFixed(1)} ms alone, ${allowed.toFixed(1)} ms beside searches, ${refused.toFixed(1)} ms beside refusals ` +
        `(${flood.answered} answers, ${flood.refused} of them refusals)`,
    )
    const most = Math.max(2 * alone, alone + NOISE_MS)
    expect(allowed).toBeLessThan(most)
    expect(refused).toBeLessThan(most)
  },
)

/** Asks as quickly as the server answers, whatever it answers. */
class Flood {
  answered = 0
  refused = 0
  #isOver = false
  #lanes: Promise<unknown> = Promise.resolve()

  static async start(server: RunningServer, closing: <T extends { close(): unknown }>(opened: T) => T): Promise<Flood> {
    const flood = new Flood()
    const sockets = await Promise.all(
      Array.from({ length: SOCKETS }, async () => closing(await RawSocket.open(server.wsUrl, { 'x-agent-id': 'flood' }))),
    )
    flood.#lanes = Promise.all(sockets.map((socket) => flood.#run(socket)))
    // It has begun to be answered, and takes up all it can.
    await delay(2_000)
    return flood
  }

  async stop(): Promise<void> {
    this.#isOver = true
    await this.#lanes
  }

  async #run(socket: RawSocket): Promise<void> {
    for (let sent = 0; !this.#isOver;) {
      const from = socket.frames.length
      for (let index = 0; index < UNDER_WAY; index += 1) {
        sent += 1
        socket.send(`{"jsonrpc":"2.0","id":${sent},"method":"search_memories","params":{"query":"anything at all ${sent}"}}`)
      }
      while (socket.frames.length < from + UNDER_WAY) await delay(1)
      const answers = socket.frames.splice(from, UNDER_WAY)
      this.answered += answers.length
      this.refused += answers.filter((frame) => frame.includes('rate_limited')).length
    }
  }
}

async function timed(socket: RawSocket): Promise<number[]> {
  const times: number[] = []
  for (let index = 0; index < CALLS; index += 1) {
    const start = performance.now()
    await search(socket)
    times.push(performance.now() - start)
    await delay(PACE_MS)
  }
  return times
}

async function search(socket: RawSocket): Promise<void> {
  expect(await socket.request('search_memories', { query: 'the release notes' })).toHaveProperty('result')
}

function p95(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? 0
}
