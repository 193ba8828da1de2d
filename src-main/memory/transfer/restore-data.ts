import type { ImportSummary } from '../../contract/transfer.ts'
import { EVERYTHING } from '../../storage/transfer-store.ts'
import type { TransferRecord, TransferStore } from '../../storage/transfer-store.ts'
import { pagesOf } from './export-data.ts'
import { inspect } from './import-data.ts'
import type { ImportOptions, OpenSource } from './import-data.ts'
import { Writing } from './writing.ts'
import type { NumberedRecord, WritingOptions } from './writing.ts'

/** Everything that a backup holds, as often as it is asked for. */
export interface RestoreSource {
  /** How many records there are at least: what hangs on memories may not be counted. */
  readonly total: number
  readonly isWithoutHistory: boolean
  readonly records: () => AsyncIterable<NumberedRecord>
}

export interface RestoreOptions extends Pick<WritingOptions, 'onProgress'> {
  /** ISO 8601. */
  readonly now: string
  readonly actor: string
  /** When the backup was made, ISO 8601: runs that had not ended then are cancelled as of that time, so that a second time nothing differs. */
  readonly madeAt: string
  readonly dryRun: boolean
}

export type RestoreTally = Pick<ImportSummary, 'records' | 'kinds' | 'kept'>

/**
 * Brings back what a backup holds and keeps what was made since. A memory goes back to what it was, and what it is now stays in its
 * history. What has no history (agents, tasks, workflows and their runs) is left where it is there. Goes in batches, each of which holds
 * when it is done; the same again changes nothing.
 */
export async function restoreData(to: TransferStore, source: RestoreSource, options: RestoreOptions): Promise<RestoreTally> {
  const { now, actor, madeAt, dryRun, onProgress } = options
  const write = { onConflict: 'replace', now, actor, dryRun, isWithoutHistory: source.isWithoutHistory } as const
  const how: WritingOptions = {
    continue_runs: false,
    openRunsEndedAt: madeAt,
    replacesOnlyMemories: true,
    ...(onProgress && {
      onProgress: ({ records, total }) =>
        onProgress({ records, total: Math.max(records, total), phase: dryRun ? 'checking' : 'importing' }),
    }),
  }
  const tally = await new Writing(to, write, how, source.total).run(source.records())
  if (!dryRun) await to.settle?.()
  const { records, kinds, kept } = tally.summary({ format: 'tmws-export', dry_run: dryRun, bad_lines: [], bad_line_count: 0 })
  return { records, kinds, kept }
}

/** A backup that is a store. */
export async function sourceFromStore(from: TransferStore): Promise<RestoreSource> {
  const counts = await from.count(EVERYTHING)
  return {
    total: Object.values(counts).reduce((sum, count) => sum + count, 0),
    isWithoutHistory: false,
    records: async function* () {
      for await (const { records } of pagesOf(from, { selection: EVERYTHING }))
        for (const record of records) yield { record, line: 0, bytes: sizeOf(record) }
    },
  }
}

/** A backup that is an export. Throws `invalid_request` when it is not whole. */
export async function sourceFromExport(open: OpenSource, options: ImportOptions): Promise<RestoreSource> {
  const { total, isWithoutHistory, records } = await inspect(open, options)
  return { total, isWithoutHistory, records }
}

/** About how much of a batch a record takes, in bytes. */
function sizeOf(record: TransferRecord): number {
  if (record.kind === 'memory') return record.memory.content.length
  if (record.kind === 'history') return JSON.stringify(record.entry.before ?? '').length
  if (record.kind === 'vector') return record.vectors.reduce((sum, { length }) => sum + length, 0)
  return record.kind === 'execution' ? JSON.stringify(record.run).length : SMALL_BYTES
}

const SMALL_BYTES = 1024
