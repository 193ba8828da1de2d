import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { quitThrough } from './quitting.ts'

/** Of Electron: quitting asks first, and ends when nobody minds. */
const electron = vi.hoisted((): { app?: unknown; powerMonitor?: unknown } => ({}))
vi.mock('electron', () => ({
  get app() {
    return electron.app
  },
  get powerMonitor() {
    return electron.powerMonitor
  },
}))

class App extends EventEmitter {
  ends = 0
  quit(): void {
    const preventDefault = vi.fn()
    this.emit('before-quit', { preventDefault })
    if (preventDefault.mock.calls.length === 0) this.ends++
  }
}

let app: App
let powerMonitor: EventEmitter
const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const
let before: ReadonlyMap<string, readonly unknown[]>

beforeEach(() => {
  vi.useFakeTimers()
  electron.app = app = new App()
  electron.powerMonitor = powerMonitor = new EventEmitter()
  before = new Map(signals.map((signal) => [signal, process.listeners(signal)]))
})
afterEach(() => {
  vi.useRealTimers()
  for (const signal of signals)
    for (const listener of process.listeners(signal)) if (!before.get(signal)?.includes(listener)) process.off(signal, listener)
})

test('the app ends when the server has stopped, and asks it once however often it is told', async () => {
  let finish: () => void = () => undefined
  const stop = vi.fn(() => new Promise<void>((resolve) => (finish = resolve)))
  quitThrough(stop, () => false)
  app.quit()
  app.quit()
  let mayGoDown = true
  powerMonitor.emit('shutdown', { preventDefault: () => (mayGoDown = false) })
  expect([app.ends, stop.mock.calls.length, mayGoDown]).toEqual([0, 1, false])
  finish()
  await vi.advanceTimersByTimeAsync(0)
  expect([app.ends, stop.mock.calls.length]).toEqual([1, 1])
})

test.each([
  ['that never stops', () => new Promise<void>(() => undefined), 15_000],
  ['that cannot be stopped', () => Promise.reject(new Error('no')), 0],
])('a server %s does not keep the app', async (_what, stop, ms) => {
  quitThrough(stop, () => false)
  app.quit()
  await vi.advanceTimersByTimeAsync(Math.max(0, ms - 1))
  if (ms > 0) expect(app.ends).toBe(0)
  await vi.advanceTimersByTimeAsync(1)
  expect(app.ends).toBe(1)
})

test('who installs an update ends the app itself, after the server has stopped', async () => {
  const last = vi.fn(() => true)
  quitThrough(() => Promise.resolve(), last)
  app.quit()
  await vi.advanceTimersByTimeAsync(0)
  expect([last.mock.calls.length, app.ends]).toEqual([1, 0])
})
