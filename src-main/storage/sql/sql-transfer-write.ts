import type { TransferRecord, WriteOptions, WriteOutcome } from '../transfer-store.ts'
import type { SqlParts } from './search-index.ts'
import type { ChangeParts } from './sql-change.ts'
import { skipWithMemory } from '../transfer-rules.ts'
import { mergeHistory, mergeVectors } from './sql-transfer-children.ts'
import { mergeMemories } from './sql-transfer-merge.ts'
import { mergeAgents, mergeExecutions, mergeTasks, mergeWorkflows } from './sql-transfer-others.ts'

/** Merges records in one transaction. A dialect whose transactions run side by side must make them serializable. */
export function writeTransfer(parts: SqlParts, records: readonly TransferRecord[], options: WriteOptions): Promise<WriteOutcome[]> {
  return parts.db.transaction().execute(async (tx) => {
    const open: ChangeParts = { tx, index: parts.index, ...(parts.hold && { hold: parts.hold }) }
    await hold(open, records)
    const outcomes = new Map<TransferRecord, WriteOutcome>()
    // Memories first and all together; what hangs on them follows.
    await mergeMemories(open, recordsOf(records, 'memory'), options, outcomes)
    skipWithMemory(records, outcomes)
    const isOpen = (record: TransferRecord): boolean => !outcomes.has(record)
    await mergeHistory(open, recordsOf(records, 'history').filter(isOpen), options, outcomes)
    await mergeVectors(open, recordsOf(records, 'vector').filter(isOpen), options, outcomes)
    await mergeAgents(tx, recordsOf(records, 'agent'), options, outcomes)
    await mergeTasks(tx, recordsOf(records, 'task'), options, outcomes)
    await mergeWorkflows(tx, recordsOf(records, 'workflow'), options, outcomes)
    await mergeExecutions(tx, recordsOf(records, 'execution'), options, outcomes)
    return records.flatMap((record) => outcomes.get(record) ?? [])
  })
}

/** What is compared with what is there must not change until it is written. */
async function hold({ tx, hold: holdRows }: ChangeParts, records: readonly TransferRecord[]): Promise<void> {
  if (!holdRows) return
  // A memory's history and vectors belong to it.
  const memories = records.flatMap((record) =>
    'memoryId' in record ? [record.memoryId] : record.kind === 'memory' ? [record.memory.id] : [],
  )
  await holdRows(tx, 'memories', [...new Set(memories)])
  await holdRows(
    tx,
    'tasks',
    recordsOf(records, 'task').map(({ task }) => task.id),
  )
  await holdRows(
    tx,
    'workflows',
    recordsOf(records, 'workflow').map(({ workflow }) => workflow.id),
  )
  await holdRows(
    tx,
    'executions',
    recordsOf(records, 'execution').map(({ run }) => run.execution.id),
  )
}

function recordsOf<K extends TransferRecord['kind']>(
  records: readonly TransferRecord[],
  kind: K,
): (TransferRecord & { readonly kind: K })[] {
  return records.filter((record): record is TransferRecord & { readonly kind: K } => record.kind === kind)
}
