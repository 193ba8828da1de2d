import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FixedClock } from '../../base/clock.ts'
import { LocalEventBus } from '../../base/event-bus.ts'
import type { ServerEvent } from '../../contract/events.ts'
import { silentLog } from '../../base/log.ts'
import { OWNER, list, put, T0 } from '../../storage/fixtures.conformance.ts'
import { openStores } from '../../storage/open-stores.ts'
import type { Stores } from '../../storage/open-stores.ts'
import { BackupSchedule } from './backup-schedule.ts'
import { Backups, lastWriteMs } from './backups.ts'

const HOUR = 3_600_000
let folder: string
let stores: Stores
let clock: FixedClock
let events: ServerEvent[]
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tmws-schedule-'))
  clock = new FixedClock(Date.parse(T0))
  events = []
  stores = await open(join(folder, 'tmws.db'))
})
afterEach(async () => {
  await stores.memories.close()
  rmSync(folder, { recursive: true, force: true })
})

function open(file: string): Promise<Stores> {
  return openStores({ provider: 'sqlite', file, backupFolder: join(folder, 'x'), synchronous: 'normal', log: silentLog })
}

function schedule(backupFolder = join(folder, 'backups'), keep = 3): BackupSchedule {
  const bus = new LocalEventBus(silentLog)
  bus.subscribe(({ event }) => events.push(event))
  const backups = new Backups({ stores, folder: backupFolder, clock, madeBy: 'test' })
  const parts = { backups, lastWriteMs: () => lastWriteMs(join(folder, 'tmws.db')), clock, bus, log: silentLog }
  return new BackupSchedule(parts, { intervalMs: 24 * HOUR, keep, lookMs: HOUR })
}

const names = (): string[] => readdirSync(join(folder, 'backups')).toSorted()

/** The file system tells times apart in milliseconds at best. */
const aMoment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30))

test('copies once an interval, only what has changed, and keeps as many as it was told', async () => {
  const subject = schedule()
  await put(stores.memories, { content: 'kept' })
  await subject.look()
  expect(names()).toEqual(['tmws-2026-11-22T09-30-00-123Z-scheduled.db'])
  await subject.look()
  clock.advance(23 * HOUR)
  await put(stores.memories)
  await subject.look()
  expect(names()).toHaveLength(1)
  clock.advance(2 * HOUR)
  await subject.look()
  expect(names()).toHaveLength(2)
  clock.advance(48 * HOUR)
  await subject.look()
  expect(names()).toHaveLength(2)
  writeFileSync(join(folder, 'backups', 'tmws-of-mine-scheduled.db'), 'mine')
  writeFileSync(join(folder, 'backups', 'tmws-2020-01-01T00-00-00-000Z-manual.db'), 'mine too')
  for (let day = 0; day < 4; day++) {
    await aMoment()
    await put(stores.memories)
    clock.advance(25 * HOUR)
    await subject.look()
  }
  expect(names().filter((name) => name.endsWith('Z-scheduled.db'))).toHaveLength(3)
  expect(names()).toEqual(expect.arrayContaining(['tmws-of-mine-scheduled.db', 'tmws-2020-01-01T00-00-00-000Z-manual.db']))
  await subject.close()
})

test('a copy is whole, stands alone, and another process finds the schedule where it was', async () => {
  await put(stores.memories, { content: 'in the copy' })
  await schedule().look()
  const again = schedule()
  clock.advance(30 * HOUR)
  await again.look()
  expect(names()).toHaveLength(1)
  const copy = await open(join(folder, 'backups', names()[0]!))
  expect((await list(copy.memories, OWNER)).memories).toMatchObject([{ content: 'in the copy' }])
  await copy.memories.close()
})

test('goes on beside calls: writes during a copy are answered', async () => {
  await Promise.all(Array.from({ length: 300 }, (_, i) => put(stores.memories, { content: `filler ${i} ${'x'.repeat(2000)}` })))
  const subject = schedule()
  const copying = subject.look()
  const written = await Promise.all(Array.from({ length: 20 }, (_, i) => put(stores.memories, { content: `meanwhile ${i}` })))
  await copying
  expect([written.length, names().length, subject.problem]).toEqual([20, 1, undefined])
})

test('what fails is told until it works again, and leaves nothing half-made', async () => {
  writeFileSync(join(folder, 'blocked'), 'a file where a folder should be')
  const subject = schedule(join(folder, 'blocked', 'backups'))
  await put(stores.memories)
  await subject.look()
  expect(subject.problem).toMatch(/^The scheduled backup failed: /)
  expect(events).toMatchObject([{ type: 'health-changed', part: 'storage', status: 'degraded' }])
  rmSync(join(folder, 'blocked'))
  await subject.look()
  expect(subject.problem).toBeDefined()
  clock.advance(2 * HOUR)
  await subject.look()
  expect(subject.problem).toBeUndefined()
  expect(events.at(-1)).toMatchObject({ status: 'healthy' })
  expect(readdirSync(join(folder, 'blocked', 'backups'))).toHaveLength(1)
})

test('an unfinished copy of a process that died is cleared away', () => {
  const backups = new Backups({ stores, folder: join(folder, 'y'), clock, madeBy: 'test' })
  expect(backups.list()).toEqual([])
  rmSync(join(folder, 'y'), { recursive: true, force: true })
})

test('a copy that was being read when its process died is cleared away', () => {
  const scratch = join(folder, 'backups', '.reading-abc')
  mkdirSync(scratch, { recursive: true })
  writeFileSync(join(scratch, 'tmws-2020-01-01T00-00-00-000Z-manual.db'), 'half')
  writeFileSync(join(folder, 'backups', 'tmws-2020-01-01T00-00-00-000Z-manual.db'), 'whole')
  const backups = new Backups({ stores, folder: join(folder, 'backups'), clock, madeBy: 'test' })
  expect(names()).toEqual(['tmws-2020-01-01T00-00-00-000Z-manual.db'])
  expect(backups.list()).toHaveLength(1)
})
