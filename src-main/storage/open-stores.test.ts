import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { silentLog } from '../base/log.ts'
import { inspectDatabase, isBackupSource, lockDataFolder, openMemoryStore } from './open-stores.ts'

it('opens each dialect by name', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tmws-open-'))
  const file = join(folder, 'memory.db')
  const sqlite = await openMemoryStore({ provider: 'sqlite', file, backupFolder: folder, synchronous: 'normal', log: silentLog })
  const volatile = await openMemoryStore({ provider: 'volatile' })
  expect([sqlite.capabilities, volatile.capabilities]).toEqual([
    { label: 'SQLite', isDurable: true, isShared: false },
    { label: 'volatile', isDurable: false, isShared: false },
  ])
  expect([isBackupSource(sqlite), isBackupSource(volatile)]).toEqual([true, false])
  expect(await inspectDatabase(file)).toEqual([])
  expect(await inspectDatabase(join(folder, 'none.db'))).toHaveLength(1)
  const lock = await lockDataFolder(folder)
  expect(await lockDataFolder(folder)).toBeUndefined()
  lock?.release()
  await Promise.all([sqlite.close(), volatile.close()])
  rmSync(folder, { recursive: true, force: true })
})

it('loads no native module for a volatile store', () => {
  const code = `
    const { openStores } = await import(${JSON.stringify(new URL('./open-stores.ts', import.meta.url).href)})
    await openStores({ provider: 'volatile' })
    const loaded = process.report.getReport().sharedObjects.filter((name) => name.endsWith('.node'))
    console.log(JSON.stringify(loaded))`
  const output = execFileSync(process.execPath, ['--no-warnings', '--input-type=module', '-e', code], { encoding: 'utf8' })
  expect(JSON.parse(output)).toEqual([])
})
