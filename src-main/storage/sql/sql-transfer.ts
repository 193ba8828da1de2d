import type {
  TransferKind,
  TransferPage,
  TransferRecord,
  TransferSelection,
  TransferStore,
  WriteOptions,
  WriteOutcome,
} from '../transfer-store.ts'
import type { SqlParts } from './search-index.ts'
import type { MemoryDatabase, MemoryDb } from './sql-schema.ts'
import { countTransfer, readTransferPage } from './sql-transfer-read.ts'
import { writeTransfer } from './sql-transfer-write.ts'

/** The table of marks. It is there only while a move is under way, so no migration makes it. */
interface WithMarks extends MemoryDatabase {
  transfer_marks: { name: string; value: string }
}

/** TransferStore over the tables that every SQL dialect has. */
export class SqlTransfer implements TransferStore {
  readonly #parts: SqlParts

  constructor(parts: SqlParts) {
    this.#parts = parts
  }

  read(kind: TransferKind, selection: TransferSelection, cursor?: string): Promise<TransferPage> {
    return readTransferPage(this.#parts.db, kind, selection, cursor)
  }

  count(selection: TransferSelection): Promise<Readonly<Record<TransferKind, number>>> {
    return countTransfer(this.#parts.db, selection)
  }

  write(records: readonly TransferRecord[], options: WriteOptions): Promise<WriteOutcome[]> {
    return writeTransfer(this.#parts, records, options)
  }

  async getMark(): Promise<string | undefined> {
    const { db } = this.#parts
    const tables = await db.introspection.getTables()
    if (!tables.some(({ name }) => name === 'transfer_marks')) return undefined
    const row = await withMarks(db).selectFrom('transfer_marks').select('value').where('name', '=', MARK).executeTakeFirst()
    return row?.value
  }

  async setMark(mark: string | undefined): Promise<void> {
    const { db } = this.#parts
    if (mark === undefined) {
      await db.schema.dropTable('transfer_marks').ifExists().execute()
      return
    }
    await db.schema
      .createTable('transfer_marks')
      .ifNotExists()
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('value', 'text', (column) => column.notNull())
      .execute()
    await withMarks(db)
      .insertInto('transfer_marks')
      .values({ name: MARK, value: mark })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: mark }))
      .execute()
  }
}

const MARK = 'move'

function withMarks(db: MemoryDb) {
  return db.withTables<Pick<WithMarks, 'transfer_marks'>>()
}
