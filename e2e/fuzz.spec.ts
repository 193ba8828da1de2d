import { setTimeout as delay } from 'node:timers/promises'
import { connectNamedWs } from './clients/mcp-clients.ts'
import { RestClient } from './clients/rest-client.ts'
import { Bystander } from './faults/bystander.ts'
import { FuzzedBridge } from './faults/fuzz-bridge.ts'
import { fuzzFrames } from './faults/fuzz-frames.ts'
import { fuzzHandshake } from './faults/fuzz-handshakes.ts'
import { planOf, roundsOf } from './faults/fuzz-plan.ts'
import type { Round } from './faults/fuzz-plan.ts'
import { fuzzWebSocket } from './faults/fuzz-websocket.ts'
import { seedFrom } from './faults/seeded-random.ts'
import { expect, test } from './fixtures.ts'
import { INSPECTABLE, liveMib, openHandles, residentMib } from './processes/process-vitals.ts'
import type { RunningServer } from './processes/server-process.ts'
import { until } from './processes/until.ts'

/** `TMWS_FUZZ_CASES=1000 TMWS_FUZZ_SEED=42 TMWS_FUZZ_ONLY=websocket:17` repeats one round of a run with the seed 42. */
const SEED = seedFrom('TMWS_FUZZ_SEED')
const CASES = Number(process.env['TMWS_FUZZ_CASES'] ?? 100_000)
const ONLY = process.env['TMWS_FUZZ_ONLY']
/** Until a server that keeps lost sessions for a second has let go of them, in milliseconds. */
const AWAY_MS = 7_000

/** What a process may still refer to at the end beyond what it did after its warm-up: 80,000 cases that leave 150 bytes each are too many. */
const LIVE_GROWTH_MIB = 10
/** What the system may count beyond that: a collector gives back late, if at all. */
const RESIDENT_GROWTH_MIB = 160

interface Vitals {
  readonly live: number
  readonly resident: number | undefined
}

async function vitals(process: RunningServer['process']): Promise<Vitals> {
  return { live: await liveMib(process), resident: residentMib(process.pid) }
}

async function sessionsOf(server: RunningServer): Promise<unknown> {
  const owner = new RestClient(server.apiUrl, { headers: { authorization: `Bearer ${server.ownerToken}` } })
  const { body } = await owner.get('/stats')
  return [body['total_sessions'], body['ws_connections']]
}

/** Takes rounds until none is left or a fault was found; `lanes` of them at a time. */
async function runRounds(
  rounds: readonly Round[],
  lanes: number,
  run: (seed: string, round: Round) => Promise<string[]>,
): Promise<string[]> {
  const left = rounds.filter(({ name }) => ONLY === undefined || name === ONLY)
  const faults: string[] = []
  const lane = async (): Promise<void> => {
    for (let round = left.shift(); round && faults.length === 0; round = left.shift()) {
      const found = await run(`${SEED}:${round.name}`, round).catch((error: unknown) => [String(error)])
      const repeat = `TMWS_FUZZ_SEED=${SEED} TMWS_FUZZ_CASES=${CASES} TMWS_FUZZ_ONLY=${round.name}`
      faults.push(...found.map((fault) => `${repeat}: ${fault}`))
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return faults
}

test(`${CASES} broken, half and hostile messages on the WebSocket and the bridge’s input harm nobody @timed`, async ({
  startServer,
  closing,
}) => {
  test.setTimeout(420_000)
  console.log(`fuzz: seed ${SEED}, ${CASES} cases`)
  // What is kept for clients that may come back goes after a second, so that what is left at the end is a leak.
  const settings = { TMWS_RATE_LIMIT_ENABLED: 'false', TMWS_EMBEDDING_PROVIDER: 'hash', TMWS_SESSION_RESUME_TTL: '1', ...INSPECTABLE }
  const server = await (await startServer({ env: settings })).untilHealthy()
  const client = closing(await connectNamedWs(server, { agentId: 'bystander' }))
  const plan = planOf(CASES)

  const rounds = async (share: 'first' | 'rest', bridges: readonly FuzzedBridge[]): Promise<string[]> => {
    const part = (way: keyof typeof plan, each: number): Round[] => {
      const all = roundsOf(way, plan[way], each)
      const border = Math.ceil(all.length / 5)
      return share === 'first' ? all.slice(0, border) : all.slice(border)
    }
    const bridgeRounds = part('bridge', 100)
    const found = await Promise.all([
      runRounds(part('websocket', 100), 3, (seed, { size }) => fuzzWebSocket(server, seed, size)),
      runRounds(part('frames', 5), 2, (seed, { size }) => fuzzFrames(server, seed, size)),
      runRounds(part('handshakes', 1), 2, (seed) => fuzzHandshake(server, seed)),
      ...bridges.map((bridge, index) =>
        runRounds(
          bridgeRounds.filter((_, number) => number % bridges.length === index),
          1,
          (seed, round) => bridge.round(seed, round),
        ),
      ),
    ])
    return found.flat()
  }

  const bridges = ['bridge-1', 'bridge-2'].map((agentId) => new FuzzedBridge(server, agentId, INSPECTABLE))
  expect((await Promise.all(bridges.map((bridge) => bridge.open()))).flat()).toEqual([])
  const handlesBefore = openHandles(server.process.pid)
  const bystander = new Bystander(client, server).start()

  const processes = [server.process, ...bridges.map((bridge) => bridge.process)]
  expect((await rounds('first', bridges)).join('\n')).toBe('')
  await delay(AWAY_MS)
  // A full collection stops the process that it looks into.
  const before = await bystander.untimed(() => Promise.all(processes.map(vitals)))
  expect((await rounds('rest', bridges)).join('\n')).toBe('')
  await delay(AWAY_MS)
  const after = await bystander.untimed(() => Promise.all(processes.map(vitals)))
  const handlesAfter = openHandles(server.process.pid)

  await test.step('the bridges go when their input ends, and not before', async () => {
    expect((await Promise.all(bridges.map((bridge) => bridge.end()))).flat()).toEqual([])
  })
  await test.step('the bystander got right answers all along, and /health its own within a second', async () => {
    await bystander.stop()
    expect(bystander.faults).toEqual([])
    expect(bystander.rounds).toBeGreaterThan(0)
    expect(bystander.slowestHealthMs).toBeLessThan(1_000)
  })
  await test.step('the server is the same process, and only the bystander’s session is left', async () => {
    expect(server.process.isRunning).toBe(true)
    await until('the other sessions to end', async () => JSON.stringify(await sessionsOf(server)) === '[1,1]')
    expect(server.place.discovery()?.pid).toBe(server.process.pid)
    expect((handlesAfter ?? 0) - (handlesBefore ?? 0)).toBeLessThan(8)
  })
  const grown = after.map(({ live, resident }, index) => ({
    live: live - (before[index]?.live ?? 0),
    resident: (resident ?? 0) - (before[index]?.resident ?? 0),
  }))
  console.log(`fuzz: slowest /health ${Math.round(bystander.slowestHealthMs)} ms; memory ${JSON.stringify({ before, after })}`)
  for (const { live, resident } of grown) {
    expect(live).toBeLessThan(LIVE_GROWTH_MIB)
    expect(resident).toBeLessThan(RESIDENT_GROWTH_MIB)
  }
})
