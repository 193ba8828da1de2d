import { sql } from 'kysely'
import type { HoldRows } from '../sql/hold-rows.ts'

/** Always in the order of the ids, so that two that want the same rows do not wait for each other. */
export const holdRows: HoldRows = async (tx, table, ids) => {
  if (ids.length === 0) return
  await sql`SELECT id FROM ${sql.table(table)} WHERE id = ANY(${[...ids]}::text[]) ORDER BY id FOR UPDATE`.execute(tx)
}
