import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { silentLog } from '../base/log.ts'
import { DesktopState } from './desktop-state.ts'
import { UpdateDesk } from './updates.ts'
import type { UpdateSource } from './updates.ts'

/** Releases as a test wants them. */
class FakeSource implements UpdateSource {
  newest: string | undefined
  fails: Error | undefined
  looks = 0
  installs = 0
  onProgress: ((part: number) => void) | undefined
  finish: () => void = () => undefined

  look(): Promise<string | undefined> {
    this.looks++
    return this.fails ? Promise.reject(this.fails) : Promise.resolve(this.newest)
  }

  download(onProgress: (part: number) => void): Promise<void> {
    this.onProgress = onProgress
    return new Promise((resolve) => (this.finish = resolve))
  }

  installNow(): void {
    this.installs++
  }
}

let folder: string
let source: FakeSource
let desk: UpdateDesk
const open = (): UpdateDesk => {
  const state = new DesktopState(join(folder, 'desktop.json'), (error) => {
    throw error
  })
  return new UpdateDesk(source, '', state, silentLog)
}

beforeEach(() => {
  vi.useFakeTimers()
  folder = mkdtempSync(join(tmpdir(), 'tmws-updates-'))
  source = new FakeSource()
  desk = open()
})
afterEach(() => {
  desk.close()
  vi.useRealTimers()
  rmSync(folder, { recursive: true, force: true })
})

const DAY_MS = 24 * 60 * 60 * 1000

test('it looks by itself only where that was switched on: soon after a start, then once a day, and after a failure too', async () => {
  await vi.advanceTimersByTimeAsync(3 * DAY_MS)
  expect(source.looks).toBe(0)
  desk.setChecks(true)
  await vi.advanceTimersByTimeAsync(61_000)
  expect(source.looks).toBe(1)
  source.fails = new Error('no network')
  await vi.advanceTimersByTimeAsync(DAY_MS)
  expect([source.looks, desk.get().status]).toEqual([2, 'failed'])
  source.fails = undefined
  await vi.advanceTimersByTimeAsync(DAY_MS)
  expect([source.looks, desk.get().status]).toEqual([3, 'current'])
  desk.setChecks(false)
  await vi.advanceTimersByTimeAsync(3 * DAY_MS)
  expect(source.looks).toBe(3)
})

test('each step waits to be told, and a step under way is not begun again', async () => {
  source.newest = '2.0.0'
  expect(desk.download().status).toBe('idle')
  expect(await desk.check()).toMatchObject({ status: 'available', version: '2.0.0' })
  expect(desk.download()).toMatchObject({ status: 'downloading', progress: 0 })
  source.onProgress?.(0.5)
  expect([desk.download().progress, (await desk.check()).status, source.looks]).toEqual([0.5, 'downloading', 1])
  expect(() => desk.wantInstall()).toThrow('no downloaded version')
  source.finish()
  await vi.advanceTimersByTimeAsync(0)
  expect(desk.get()).toMatchObject({ status: 'ready', version: '2.0.0' })
  expect([desk.installIfWanted(), source.installs]).toEqual([false, 0])
  desk.wantInstall()
  expect([desk.installIfWanted(), source.installs]).toEqual([true, 1])
})

test('a failure is one sentence, and the next look is free of it', async () => {
  source.fails = new Error('HttpError: 404\n"method: GET url: https://…"\nHeaders: …')
  expect(await desk.check()).toEqual({ status: 'failed', problem: 'HttpError: 404', checksByItself: false })
  source.fails = undefined
  expect(await desk.check()).toMatchObject({ status: 'current' })
  expect(desk.get()).not.toHaveProperty('problem')
})
