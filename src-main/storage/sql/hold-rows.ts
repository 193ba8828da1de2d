import type { MemoryTransaction } from './sql-schema.ts'

/**
 * Keeps rows from being changed by others until the transaction ends, and waits for those who are at it. What is read after that is
 * as it stands. Only a dialect whose transactions run side by side has one; absent, no two are ever open at once. Ids of no row are ignored.
 */
export type HoldRows = (
  tx: MemoryTransaction,
  table: 'memories' | 'tasks' | 'workflows' | 'executions',
  ids: readonly string[],
) => Promise<void>
