import { ApiDocument } from './api-document/api-document.ts'
import { seedFrom } from './faults/seeded-random.ts'
import { expect, test } from './fixtures.ts'
import { INSPECTABLE, liveMib, residentMib } from './processes/process-vitals.ts'
import { faultsOfAnswer } from './rest-fuzz/judge.ts'
import { rawCase } from './rest-fuzz/raw-cases.ts'
import { restCase } from './rest-fuzz/rest-case.ts'
import type { FuzzWorld, RestCase } from './rest-fuzz/rest-case.ts'
import { CaseSender } from './rest-fuzz/send-case.ts'
import { stockUp, worldOf } from './rest-fuzz/world.ts'

/** `TMWS_FUZZ_SEED=42 TMWS_FUZZ_ONLY=rest:1234` repeats one request of a run with the seed 42 (`raw:1234`: one of bytes). */
const SEED = seedFrom('TMWS_FUZZ_SEED')
const REQUESTS = Number(process.env['TMWS_FUZZ_REQUESTS'] ?? 5_000)
const ONLY = process.env['TMWS_FUZZ_ONLY']

/** Requests under way at once. */
const LANES = 8
/** After so many, new things are made in place of those that were deleted. */
const ROUND = 2_000
/** Share of requests that no HTTP library would send. */
const RAW_SHARE = 0.03
/** Enough to see what is wrong. */
const MAX_FAULTS = 20

/** What the server may refer to beyond what it did after its first round: all that was stored stands in an index too. */
const LIVE_GROWTH_MIB = 80
/** What the system may count beyond that: a collector gives back late, if at all. */
const RESIDENT_GROWTH_MIB = 400

const MODES = [
  { title: 'without sign-in', share: 0.7, env: {} },
  { title: 'with sign-in', share: 0.3, env: { TMWS_AUTH_ENABLED: 'true', TMWS_SECRET_KEY: 'a-secret-of-the-fuzz-test-alone-0123456789' } },
]

function shown({ caller, method, path, headers, body }: RestCase): string {
  const text = body === undefined ? '' : ` ${JSON.stringify(body.subarray(0, 600).toString())}`
  return `${caller}: ${method} ${path.slice(0, 300)} ${JSON.stringify(headers).slice(0, 500)}${text}`
}

for (const { title, share, env } of MODES) {
  const count = Math.round(REQUESTS * share)

  test(`${count} requests made from the API document ${title} are answered as it says`, async ({ startServer, closing, makePlace }) => {
    test.setTimeout(120_000 + count * 30)
    console.log(`rest fuzz: seed ${SEED}, ${count} requests ${title}`)
    const home = makePlace().folder
    const server = await (
      await startServer({
        env: {
          TMWS_RATE_LIMIT_ENABLED: 'false',
          TMWS_RATE_LIMIT_FAILED_SIGN_INS: '1000000',
          TMWS_EMBEDDING_PROVIDER: 'hash',
          // Whatever looks for the settings of other programs finds a folder of its own.
          ...Object.fromEntries(
            ['APPDATA', 'LOCALAPPDATA', 'CODEX_HOME', 'CLAUDE_CONFIG_DIR', 'XDG_CONFIG_HOME'].map((name) => [name, home]),
          ),
          ...INSPECTABLE,
          ...env,
        },
      })
    ).untilHealthy()
    const document = await ApiDocument.of(server)
    const first = await worldOf(server, document, 'TMWS_AUTH_ENABLED' in env)
    const sender = closing(new CaseSender(server.apiUrl, LANES))
    const faults = new Map<string, string>()
    const statuses = new Map<number, number>()
    const answered = new Set<string>()
    let slowestMs = 0

    const ask = async (number: number, world: FuzzWorld): Promise<void> => {
      const sent = restCase(`${SEED}:${title}`, number, world)
      const key = `${sent.operation.method} ${sent.operation.path}`
      const start = performance.now()
      let wrong: string[]
      try {
        const answer = await sender.send(sent)
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
        if (answer.status < 300 && sent.method === sent.operation.method) answered.add(key)
        wrong = faultsOfAnswer(document, sent, answer)
      } catch (error) {
        wrong = sent.isStrayed || 'Content-Length' in sent.headers ? [] : [String(error)]
      }
      slowestMs = Math.max(slowestMs, performance.now() - start)
      for (const fault of wrong)
        faults.set(`${key} ${fault.slice(0, 60)}`, `TMWS_FUZZ_SEED=${SEED} TMWS_FUZZ_ONLY=rest:${number}: ${fault}\n  ${shown(sent)}`)
    }

    const askRaw = async (number: number, world: FuzzWorld): Promise<void> => {
      for (const fault of await rawCase(`${SEED}:${title}`, number, world.apiUrl))
        faults.set(fault.slice(0, 30), `TMWS_FUZZ_SEED=${SEED} TMWS_FUZZ_ONLY=raw:${number}: ${fault}`)
    }

    /** Takes the numbers from `from` to `to`, several at once, until there is too much to tell of. */
    const round = async (from: number, to: number, world: FuzzWorld): Promise<void> => {
      let next = from
      const lane = async (): Promise<void> => {
        while (next < to && faults.size < MAX_FAULTS) {
          const number = next++
          const isRaw = number % Math.round(1 / RAW_SHARE) === 0
          const name = `${isRaw ? 'raw' : 'rest'}:${number}`
          if (ONLY === undefined || ONLY === name) await (isRaw ? askRaw : ask)(number, world)
        }
      }
      await Promise.all(Array.from({ length: LANES }, lane))
    }

    const vitals = async () => ({ live: await liveMib(server.process), resident: residentMib(server.process.pid) ?? 0 })
    const start = performance.now()
    await round(0, Math.min(ROUND, count), first)
    const before = await vitals()
    for (let from = ROUND; from < count && faults.size < MAX_FAULTS; from += ROUND) {
      await round(from, Math.min(from + ROUND, count), { ...first, stock: ONLY === undefined ? await stockUp(first) : first.stock })
    }
    const after = await vitals()
    const seconds = (performance.now() - start) / 1_000

    console.log(
      `rest fuzz: ${Math.round(seconds)} s, slowest ${Math.round(slowestMs)} ms, statuses ${JSON.stringify(Object.fromEntries([...statuses].sort(([a], [b]) => a - b)))}, memory ${JSON.stringify({ before, after })}`,
    )
    expect([...faults.values()].join('\n')).toBe('')
    expect(server.process.isRunning).toBe(true)
    expect(server.place.discovery()?.pid).toBe(server.process.pid)
    expect((await server.health()).status).toBe('healthy')
    expect(after.live - before.live).toBeLessThan(LIVE_GROWTH_MIB)
    expect(after.resident - before.resident).toBeLessThan(RESIDENT_GROWTH_MIB)
    if (ONLY !== undefined || count < 10_000) return
    // A test that is refused everything finds nothing.
    const never = first.operations.map(({ method, path }) => `${method} ${path}`).filter((key) => !answered.has(key))
    expect(never.filter((key) => !/clients\/.*\/(preview|connect|repair|undo|verify)$|login$|DELETE .*\/sessions/.test(key))).toEqual([])
  })
}
