import pg from 'pg'
import { afterAll, beforeAll, describe } from 'vitest'
import { startPostgresCluster } from '../../../resources/scripts/postgres-cluster.ts'
import type { PostgresCluster } from '../../../resources/scripts/postgres-cluster.ts'
import { findPostgres } from '../../../resources/scripts/setup-postgres.ts'
import { silentLog } from '../../base/log.ts'
import { openPostgresStores } from './open-postgres-stores.ts'
import type { PostgresStores } from './open-postgres-stores.ts'
import type { PostgresOptions } from './postgres-options.ts'

/** A suite with a PostgreSQL of its own; where there is none, it is skipped under a name that says so. */
export function describePostgres(name: string, suite: (cluster: () => PostgresCluster) => void): void {
  if (!findPostgres()) {
    describe.skip(`${name}: skipped, there is no PostgreSQL with pgvector (see resources/scripts/setup-postgres.ts)`, () => suite(missing))
    return
  }
  describe(name, () => {
    let cluster: PostgresCluster | undefined
    beforeAll(async () => {
      cluster = await startPostgresCluster()
    })
    afterAll(() => cluster?.remove())
    suite(() => cluster ?? missing())
  })
}

export function optionsOf(url: string, more: Partial<PostgresOptions> = {}): PostgresOptions {
  return { url, poolSize: 5, connectTimeoutMs: 3_000, statementTimeoutMs: 8_000, log: silentLog, ...more }
}

/** Statements past the store, as an administrator would run them. */
export async function runSql<T extends object>(url: string, text: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return ((await client.query<T>(`SET search_path = tmws, public; ${text}`)) as unknown as { rows: T[] }[]).at(-1)?.rows ?? []
  } finally {
    await client.end()
  }
}

/** Stores of one database that is emptied for each test: making the tables anew would take most of the time. */
export async function openEmptied(options: PostgresOptions, run: (text: string) => Promise<unknown>): Promise<PostgresStores> {
  await run(EMPTY)
  return openPostgresStores(options)
}

const EMPTY = `
  DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'tmws' AND tablename LIKE 'searched_vectors_%' LOOP
      EXECUTE format('DROP TABLE tmws.%I', name);
    END LOOP;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'tmws' AND tablename NOT IN ('schema_versions', 'index_state', 'word_totals', 'audit_entries', 'audit_state') LOOP
      EXECUTE format('DELETE FROM tmws.%I', name);
    END LOOP;
    IF to_regclass('tmws.audit_state') IS NOT NULL THEN
      ALTER TABLE tmws.audit_entries DISABLE TRIGGER USER;
      ALTER TABLE tmws.audit_state DISABLE TRIGGER USER;
      DELETE FROM tmws.audit_entries;
      UPDATE tmws.audit_state SET anchor_seq = 0, anchor_hash = repeat('0', 64), head_seq = 0, head_hash = repeat('0', 64);
      ALTER TABLE tmws.audit_entries ENABLE TRIGGER USER;
      ALTER TABLE tmws.audit_state ENABLE TRIGGER USER;
    END IF;
    IF to_regclass('tmws.word_totals') IS NOT NULL THEN UPDATE tmws.word_totals SET documents = 0, length = 0; END IF;
  END $$`

function missing(): never {
  throw new Error('There is no cluster.')
}
