import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { silentLog } from '../src-main/base/log.ts'
import { EmbeddedLane } from './embedded-lane.ts'
import type { Failure } from './refusal.ts'
import { QUICK } from './testing/memory-host.ts'
import { until } from './testing/until.ts'

const folder = mkdtempSync(join(tmpdir(), 'tmws-lane '))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const TIMINGS = { ...QUICK, embeddedReadyWithinMs: 700, embeddedFinishMs: 400, retryRefusedMs: 500 }
const STATE = (state: object) => `console.log(JSON.stringify({jsonrpc:'2.0',method:'tmws/embedded_state',params:${JSON.stringify(state)}}))`
const READY = STATE({ state: 'ready' })
const ECHO = `process.stdin.on('data', (chunk) => process.stdout.write(chunk)); process.stdin.on('end', () => process.exit(0))`

const lanes: EmbeddedLane[] = []
afterEach(async () => {
  await Promise.all(lanes.splice(0).map((lane) => lane.stop()))
})

interface Watched {
  readonly lane: EmbeddedLane
  readonly events: string[]
  readonly failures: Failure[]
}

let serial = 0
function start(script: string | undefined, isNeeded = true, timings = TIMINGS): Watched {
  const file = join(folder, `program ${++serial}.cjs`)
  if (script !== undefined) writeFileSync(file, script)
  const lane = new EmbeddedLane({ file, env: { MARK: 'passed on' } }, timings, silentLog)
  lanes.push(lane)
  const [events, failures]: [string[], Failure[]] = [[], []]
  lane.start({
    opened: () => events.push('opened'),
    message: (frame) => events.push(frame.toString('utf8')),
    lost: () => events.push('lost'),
    failed: (failure) => failures.push(failure),
    drained: () => undefined,
    isNeeded: () => isNeeded,
    leaving: () => Promise.resolve(),
    staying: () => undefined,
  })
  return { lane, events, failures }
}

test('carries messages both ways once the program says that it is ready', async () => {
  const { lane, events } = start(`console.log('noise'); ${READY}; ${ECHO}`)
  expect(lane.downSince).toBeTypeOf('number')
  await until(() => events.includes('opened'), 'the opening')
  lane.send(Buffer.from('{"id":1}'))
  await until(() => events.length === 2, 'the echo')
  expect([events, lane.downSince]).toEqual([['opened', '{"id":1}'], undefined])
})

test('gives the program its environment, and Electron the word to be Node', async () => {
  const { events } = start(`${READY}; console.log(JSON.stringify([process.env.MARK, process.env.ELECTRON_RUN_AS_NODE])); ${ECHO}`)
  await until(() => events.length === 2, 'the environment')
  expect(events[1]).toBe('["passed on","1"]')
})

test('a program that refuses is final, with its sentence, and is not started again at once', async () => {
  const { lane, events, failures } = start(`${STATE({ state: 'refused', message: 'Sign-in is on.' })}; process.exitCode = 1`)
  await until(() => failures.length > 0, 'the refusal')
  expect(failures).toMatchObject([{ isFinal: true, sentence: 'TMWS cannot be served from the database itself: Sign-in is on.' }])
  lane.wake()
  await new Promise((resolve) => setTimeout(resolve, 150))
  expect([failures.length, events]).toEqual([1, []])
  await until(() => failures.length === 2, 'another attempt, later')
})

test('a program that is not there is final too', () => {
  expect(start(undefined).failures).toMatchObject([{ isFinal: true, sentence: expect.stringMatching(/is not there/) as string }])
})

test.each([
  ['ends before it is ready', 'process.exit(3)', /it ended with 3/],
  ['never says that it is ready', 'setInterval(() => {}, 1000)', /it was ended by SIGKILL/],
])('a program that %s is tried again while it is needed', async (_, script, sentence) => {
  const { failures } = start(script)
  await until(() => failures.length >= 2, 'two attempts')
  expect(failures[0]).toMatchObject({ isFinal: false, sentence: expect.stringMatching(sentence) as string })
})

test('a program that dies is lost, and replaced if something waits', async () => {
  const { lane, events } = start(`${READY}; ${ECHO}`)
  await until(() => events.includes('opened'), 'the opening')
  lane.drop()
  await until(() => events.length === 3, 'another one')
  expect(events).toEqual(['opened', 'lost', 'opened'])
})

test('lets the program finish, and ends one that does not', async () => {
  const polite = start(`${READY}; process.stdin.resume(); process.stdin.on('end', () => setTimeout(() => process.exit(0), 100))`)
  const stubborn = start(`${READY}; setInterval(() => {}, 1000)`)
  await until(() => polite.events.length + stubborn.events.length === 2, 'both')
  const startedAt = performance.now()
  await polite.lane.stop()
  const politeMs = performance.now() - startedAt
  await stubborn.lane.stop()
  expect(politeMs).toBeGreaterThanOrEqual(95)
  expect(performance.now() - startedAt).toBeLessThan(3_000)
  expect([polite.events, stubborn.events]).toEqual([['opened'], ['opened']])
})

test('a program that hangs while something waits is ended, and its pongs are not for the host', async () => {
  const quick = { ...TIMINGS, heartbeatTickMs: 20, pingAwaitedAfterMs: 40, pongAwaitedWithinMs: 400 }
  // Answers every ping and nothing else, until it is told to hang.
  const script = `${READY}; let buffer = ''; process.stdin.on('data', (chunk) => {
    for (const line of String(chunk).split('\\n').filter(Boolean)) {
      const message = JSON.parse(line)
      if (message.method === 'hang') for (;;);
      if (message.method === 'ping') console.log(JSON.stringify({ jsonrpc: '2.0', id: message.id, result: {} }))
    }
  }); process.stdin.on('end', () => process.exit(0))`
  const { lane, events } = start(script, false, quick)
  await until(() => events.includes('opened'), 'the opening')
  lane.send(Buffer.from('{"method":"slow","id":1}'))
  await new Promise((resolve) => setTimeout(resolve, 600))
  expect(events).toEqual(['opened'])
  lane.send(Buffer.from('{"method":"hang","id":2}'))
  await until(() => events.includes('lost'), 'the end', 5_000)
  expect(events).toEqual(['opened', 'lost'])
})
