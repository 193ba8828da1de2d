import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { Heartbeat } from './heartbeat.ts'
import type { HeartbeatOptions } from './heartbeat.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** Both ends of one connection; the near end is watched. */
async function watchedPair(
  options: HeartbeatOptions,
  client: { autoPong: boolean },
): Promise<{ near: WebSocket; far: WebSocket; heartbeat: Heartbeat; told: string[] }> {
  const http = createServer().listen(0, '127.0.0.1')
  await once(http, 'listening')
  const wss = new WebSocketServer({ server: http })
  const far = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`, client)
  const [near] = (await once(wss, 'connection')) as [WebSocket]
  const heartbeat = new Heartbeat(options)
  const told: string[] = []
  heartbeat.watch(near, { onPing: () => told.push('ping'), onPong: () => told.push('pong') })
  closers.push(() => {
    heartbeat.close()
    far.terminate()
    http.close()
  })
  return { near, far, heartbeat, told }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test('a silent peer is ended after interval and timeout', async () => {
  const { near } = await watchedPair({ intervalMs: 40, timeoutMs: 40 }, { autoPong: false })
  const start = performance.now()
  await once(near, 'close')
  expect(performance.now() - start).toBeGreaterThan(70)
})

test.each([
  [100, 30],
  [40, 40],
  [30, 100],
  [20, 200],
])('a peer that answers stays, with an interval of %i ms and a timeout of %i ms', async (intervalMs, timeoutMs) => {
  const { near } = await watchedPair({ intervalMs, timeoutMs }, { autoPong: true })
  await pause(600)
  expect(near.readyState).toBe(near.OPEN)
})

test('a silent peer is ended even when pings are sent faster than they time out', async () => {
  const { near } = await watchedPair({ intervalMs: 20, timeoutMs: 100 }, { autoPong: false })
  const start = performance.now()
  await once(near, 'close')
  expect(performance.now() - start).toBeLessThan(400)
})

test('a peer that talks without answering pings lives', async () => {
  const { near, far } = await watchedPair({ intervalMs: 60, timeoutMs: 60 }, { autoPong: false })
  const talking = setInterval(() => far.send('x'), 20)
  closers.push(() => clearInterval(talking))
  await pause(400)
  expect(near.readyState).toBe(near.OPEN)
})

test('a half-open peer is found within interval and timeout', async () => {
  const { near, heartbeat } = await watchedPair({ intervalMs: 400, timeoutMs: 200 }, { autoPong: false })
  const start = performance.now()
  await once(near, 'close')
  expect(performance.now() - start).toBeLessThan(700)
  expect(heartbeat.silentCount).toBe(1)
})

test('tells of its pings, and of the answer to the last one only', async () => {
  const { far, told } = await watchedPair({ intervalMs: 20, timeoutMs: 2_000 }, { autoPong: false })
  const pings: Buffer[] = []
  far.on('ping', (data: Buffer) => pings.push(data))
  await expect.poll(() => pings.length).toBeGreaterThan(2)
  far.pong(pings[0])
  far.pong('not asked for')
  await pause(50)
  expect(told).not.toContain('pong')
})

test.each(['monotonic', 'wall'] as const)(
  'after a sleep that the %s clock shows nobody is ended for a ping from before it',
  async (which) => {
    let sleptMs = 0
    const clocks = { monotonic: () => performance.now() + sleptMs, wall: () => Date.now() + sleptMs }
    const options = { intervalMs: 100, timeoutMs: 300, [which]: clocks[which] }
    const { near, told } = await watchedPair(options, { autoPong: false })
    await expect.poll(() => told).toContain('ping')
    sleptMs = 8 * 3_600_000
    const woke = performance.now()
    const pingsBefore = told.length
    await expect.poll(() => told.length).toBeGreaterThan(pingsBefore)
    expect(near.readyState).toBe(near.OPEN)
    // It gets its full time once more, and no longer.
    if (near.readyState !== near.CLOSED) await once(near, 'close')
    expect(performance.now() - woke).toBeGreaterThan(250)
    expect(performance.now() - woke).toBeLessThan(1_500)
  },
)

test('an answer that waited while the process was busy counts as come in time', async () => {
  const { near, told } = await watchedPair({ intervalMs: 60, timeoutMs: 60 }, { autoPong: true })
  await expect.poll(() => told).toContain('ping')
  // Both ends are in this process: the pong can only be read after the block.
  const end = performance.now() + 90
  while (performance.now() < end);
  await pause(200)
  expect(near.readyState).toBe(near.OPEN)
})

test('a wall clock that is set back changes nothing', async () => {
  let offset = 0
  const { near, told } = await watchedPair({ intervalMs: 40, timeoutMs: 100, wall: () => Date.now() - offset }, { autoPong: true })
  offset = 7_200_000
  await expect.poll(() => told.filter((word) => word === 'pong').length).toBeGreaterThan(2)
  expect(near.readyState).toBe(near.OPEN)
})
