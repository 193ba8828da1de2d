import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import { silentLog } from '../../base/log.ts'
import { importQuerySchema } from '../../contract/transfer.ts'
import { digestOf, exportData } from '../../memory/transfer/export-data.ts'
import { importData } from '../../memory/transfer/import-data.ts'
import { at } from '../fixtures.conformance.ts'
import { openStores } from '../open-stores.ts'
import type { Stores } from '../open-stores.ts'
import { act, aPlan } from '../random-store.conformance.ts'
import { fillWithEverything } from '../transfer-fixtures.conformance.ts'
import { EVERYTHING } from '../transfer-store.ts'
import { describePostgres, openEmptied, optionsOf, runSql } from './postgres.fixture.ts'

const root = mkdtempSync(join(tmpdir(), 'tmws-moving-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let serial = 0
function openSqlite(): Promise<Stores> {
  const folder = join(root, String(serial++))
  return openStores({ provider: 'sqlite', file: join(folder, 'tmws.db'), backupFolder: folder, synchronous: 'normal', log: silentLog })
}

async function exported(stores: Stores): Promise<string> {
  let text = ''
  for await (const part of exportData(stores.transfer, { selection: EVERYTHING, madeBy: 'tmws test' })) text += part
  return text
}

async function imported(stores: Stores, file: string): Promise<void> {
  async function* bytes(): AsyncGenerator<Buffer> {
    yield await Promise.resolve(Buffer.from(file))
  }
  await importData(stores.transfer, bytes, { ...importQuerySchema.parse({}), now: at(60), actor: 'owner', continue_runs: true })
}

describePostgres('moved to PostgreSQL and back', (cluster) => {
  const openPostgres = (): Promise<Stores> => openEmptied(optionsOf(cluster().url), (text) => runSql(cluster().url, text))

  async function thereAndBack(fill: (stores: Stores) => Promise<void>): Promise<void> {
    const [first, second, third] = [await openSqlite(), await openPostgres(), await openSqlite()]
    await fill(first)
    const file = await exported(first)
    await imported(second, file)
    expect(await exported(second)).toBe(file)
    await imported(third, await exported(second))
    expect(await exported(third)).toBe(file)
    expect(await digestOf(second.transfer, { selection: EVERYTHING })).toBe(await digestOf(first.transfer, { selection: EVERYTHING }))
    for (const { memories } of [first, second, third]) await memories.close()
  }

  it('everything is the same file, byte for byte', () => thereAndBack(fillWithEverything))

  it('whatever agents did before', async () => {
    await fc.assert(
      fc.asyncProperty(aPlan, (plan) => thereAndBack((stores) => act(stores, plan))),
      { numRuns: 8 },
    )
  }, 180_000)
})
