import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { silentLog } from '../../../src-main/base/log.ts'
import { openStores } from '../../../src-main/storage/open-stores.ts'
import type { Stores } from '../../../src-main/storage/open-stores.ts'
import { startPostgresCluster } from '../postgres-cluster.ts'
import type { PostgresCluster } from '../postgres-cluster.ts'

/** A store to be measured, and what only its dialect can tell. */
export interface ScaleStore {
  readonly label: string
  readonly stores: Stores
  /** Batches that are written side by side. */
  readonly writers: number
  /** Lets it finish what it does after a large change. */
  settle(): Promise<Readonly<Record<string, unknown>>>
  diskBytes(): Promise<number>
  facts(): Readonly<Record<string, unknown>>
  close(): Promise<void>
}

/** SQLite in `folder`. */
export async function openSqliteScaleStore(folder: string): Promise<ScaleStore> {
  const stores = await openStores({
    provider: 'sqlite',
    file: join(folder, 'tmws.db'),
    backupFolder: join(folder, 'backups'),
    synchronous: 'normal',
    log: silentLog,
  })
  return {
    label: 'SQLite',
    stores,
    writers: 1,
    settle: () => Promise.resolve({}),
    diskBytes: () => Promise.resolve(readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)),
    facts: () => ({}),
    close: () => stores.memories.close(),
  }
}

/** As resources/docs/postgres.md advises for a million memories on a machine that has other things to do as well. */
const SERVER_SETTINGS = [
  'shared_buffers=4GB',
  'effective_cache_size=12GB',
  'work_mem=32MB',
  'maintenance_work_mem=4GB',
  'max_wal_size=8GB',
  'checkpoint_timeout=30min',
]
const HOURS_MS = 6 * 3_600_000

/** PostgreSQL: the empty database at `url`, or one of a server of its own that is gone after. */
export async function openPostgresScaleStore(url?: string): Promise<ScaleStore> {
  const cluster = url === undefined ? await startPostgresCluster({ isDurable: true, settings: SERVER_SETTINGS }) : undefined
  const target = url ?? cluster?.url
  if (target === undefined)
    throw new Error('There is no PostgreSQL with pgvector; run node resources/scripts/setup-postgres.ts, or give --url.')
  try {
    const stores = await openStores({
      provider: 'postgres',
      url: target,
      poolSize: 10,
      connectTimeoutMs: 3_000,
      statementTimeoutMs: 120_000,
      log: silentLog,
    })
    return await postgresScaleStore(stores, target, cluster)
  } catch (error) {
    await cluster?.remove()
    throw error
  }
}

async function postgresScaleStore(stores: Stores, url: string, cluster: PostgresCluster | undefined): Promise<ScaleStore> {
  const client = new pg.Client({ connectionString: url, query_timeout: HOURS_MS })
  client.on('error', () => undefined)
  await client.connect()
  await client.query('SET search_path = tmws, public')
  return {
    label: 'Postgres',
    stores,
    writers: 3,
    settle: async () => {
      const start = performance.now()
      await stores.transfer.settle?.()
      const graphSeconds = Math.round((performance.now() - start) / 1000)
      await client.query('VACUUM ANALYZE')
      return { graph_build_seconds: graphSeconds }
    },
    diskBytes: async () => {
      const { rows } = await client.query<{ bytes: string }>(
        `SELECT sum(pg_total_relation_size(oid)) AS bytes FROM pg_class WHERE relkind = 'r' AND relnamespace = 'tmws'::regnamespace`,
      )
      return Number(rows[0]?.bytes)
    },
    facts: () => (cluster ? { server_settings: SERVER_SETTINGS, server_memory_mib: memoryMib(cluster.pids()) } : {}),
    close: async () => {
      await client.end()
      await stores.memories.close()
      await cluster?.remove()
    },
  }
}

/** What processes have in memory, shared pages counted once; undefined where Linux's /proc is missing. */
function memoryMib(pids: readonly number[]): number | undefined {
  try {
    const kib = pids.map((pid) => Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0))
    return Math.round(kib.reduce((sum, one) => sum + one, 0) / 1024)
  } catch {
    return undefined
  }
}
