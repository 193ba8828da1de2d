import type { SqlParts } from '../sql/search-index.ts'
import type { MemoryDb } from '../sql/sql-schema.ts'
import { holdRows } from './postgres-hold.ts'
import { postgresSearchIndex } from './postgres-search-index.ts'

/** What the shared statements work with in this dialect. */
export function partsOf(db: MemoryDb): SqlParts {
  return { db, index: postgresSearchIndex, hold: holdRows }
}
