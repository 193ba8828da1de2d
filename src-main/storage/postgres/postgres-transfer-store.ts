import { sql } from 'kysely'
import { SqlTransfer } from '../sql/sql-transfer.ts'
import type {
  TransferKind,
  TransferPage,
  TransferRecord,
  TransferSelection,
  TransferStore,
  WriteOptions,
  WriteOutcome,
} from '../transfer-store.ts'
import type { PostgresDatabase } from './postgres-database.ts'
import { buildMissingGraphs } from './postgres-graphs.ts'
import { partsOf } from './postgres-parts.ts'

/** Moving everything takes as long as it takes; single statements stay bounded. */
const UNHURRIED = { budgetMs: Infinity } as const

/** Whole records out of and into a database. */
export class PostgresTransferStore implements TransferStore {
  readonly #database: PostgresDatabase

  constructor(database: PostgresDatabase) {
    this.#database = database
  }

  read(kind: TransferKind, selection: TransferSelection, cursor?: string): Promise<TransferPage> {
    return this.#run('readTransfer', (transfer) => transfer.read(kind, selection, cursor))
  }

  count(selection: TransferSelection): Promise<Readonly<Record<TransferKind, number>>> {
    return this.#run('countTransfer', (transfer) => transfer.count(selection))
  }

  write(records: readonly TransferRecord[], options: WriteOptions): Promise<WriteOutcome[]> {
    return this.#run('writeTransfer', (transfer) => transfer.write(records, options))
  }

  settle(): Promise<void> {
    return this.#database.maintain(async (db) => {
      await buildMissingGraphs(db)
      // Questions are planned by what was there before, until the database looks by itself.
      const tables = await sql<{ name: string }>`SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()`.execute(db)
      await sql`ANALYZE ${sql.join(tables.rows.map(({ name }) => sql.table(name)))}`.execute(db)
    })
  }

  getMark(): Promise<string | undefined> {
    return this.#run('getTransferMark', (transfer) => transfer.getMark())
  }

  setMark(mark: string | undefined): Promise<void> {
    return this.#run('setTransferMark', (transfer) => transfer.setMark(mark))
  }

  #run<T>(what: string, work: (transfer: SqlTransfer) => Promise<T>): Promise<T> {
    return this.#database.run(what, (db) => work(new SqlTransfer(partsOf(db))), UNHURRIED)
  }
}
