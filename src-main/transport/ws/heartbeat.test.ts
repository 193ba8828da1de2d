import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { Heartbeat } from './heartbeat.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** Both ends of one connection; the near end is watched. */
async function watchedPair(
  options: { intervalMs: number; timeoutMs: number },
  client: { autoPong: boolean },
): Promise<{ near: WebSocket; far: WebSocket }> {
  const http = createServer().listen(0, '127.0.0.1')
  await once(http, 'listening')
  const wss = new WebSocketServer({ server: http })
  const far = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`, client)
  const [near] = (await once(wss, 'connection')) as [WebSocket]
  const heartbeat = new Heartbeat(options)
  heartbeat.watch(near)
  closers.push(() => {
    heartbeat.close()
    far.terminate()
    http.close()
  })
  return { near, far }
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
