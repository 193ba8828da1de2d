import { sql } from 'kysely'
import type { MemoryDb } from '../sql/sql-schema.ts'
import { modelIds, vectorTable } from './postgres-vector-tables.ts'

/** Vectors linked by one statement. Each takes milliseconds, and whoever changes one of their memories waits for them all. */
const LINKED_AT_ONCE = 16

/**
 * Puts some of the vectors that wait outside the graph of their model into it. Returns whether there were any; those that somebody else is
 * changing or linking right now are left to them.
 */
export async function linkSome(db: MemoryDb): Promise<boolean> {
  for (const modelId of await modelIds(db)) {
    const table = vectorTable(modelId)
    const { numAffectedRows = 0n } = await sql`
      UPDATE ${table} SET in_graph = TRUE WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM ${table} WHERE NOT in_graph ORDER BY memory_seq LIMIT ${LINKED_AT_ONCE} FOR UPDATE SKIP LOCKED
      ))`.execute(db)
    if (numAffectedRows > 0n) return true
  }
  return false
}
