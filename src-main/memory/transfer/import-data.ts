import { AppError } from '../../base/errors.ts'
import type { ImportQuery, ImportSummary, TransferLine } from '../../contract/transfer.ts'
import type { TransferStore, WriteOptions } from '../../storage/transfer-store.ts'
import { checkExport, isFooter, notAnExport, parse, requireSound } from './check-export.ts'
import type { BadLine } from './check-export.ts'
import { faultOf, recordOf } from './line-record.ts'
import { isMcpMemoryLine, memoriesOf, readMcpMemoryLine } from './mcp-memory-file.ts'
import { CutOff, linesOf, unpacked } from './read-lines.ts'
import { Writing } from './writing.ts'
import type { NumberedRecord } from './writing.ts'

export interface ImportOptions extends ImportQuery {
  /** ISO 8601. */
  readonly now: string
  readonly actor: string
  readonly onProgress?: (progress: { readonly records: number; readonly total: number; readonly phase: 'checking' | 'importing' }) => void
  readonly signal?: AbortSignal
}

/** Opens the file from its start; it is read twice, and once more for `fail`. */
export type OpenSource = () => AsyncIterable<Uint8Array>

/**
 * Merges a file into a store. The whole file is checked before anything is written; then it goes in batches, each of which holds
 * when it is done: after an interruption, the same import again does the rest. Throws `invalid_request` for a file that is not whole
 * (unless `accept_damage`) or is none of ours, `conflict` for `fail` when an id holds something else.
 */
export async function importData(store: TransferStore, open: OpenSource, options: ImportOptions): Promise<ImportSummary> {
  const input = await inspect(open, options)
  if (options.on_conflict === 'fail') await requireNoConflict(store, input, options)
  const write = { ...writeOptions(input, options), ...(options.dry_run && { dryRun: true }) }
  const tally = await new Writing(store, write, options, input.total).run(input.records())
  if (!options.dry_run) await store.settle?.()
  const { format, badLines, badLineCount } = input
  return tally.summary({ format, dry_run: options.dry_run, bad_lines: [...badLines], bad_line_count: badLineCount })
}

/** A file that may be imported. */
export interface Input {
  readonly format: ImportSummary['format']
  readonly total: number
  readonly badLines: readonly BadLine[]
  readonly badLineCount: number
  /** Whether its memories come without their history. */
  readonly isWithoutHistory: boolean
  readonly records: () => AsyncGenerator<NumberedRecord>
}

/** Looks a file through. Throws as `importData` does. */
export async function inspect(open: OpenSource, options: ImportOptions): Promise<Input> {
  if (await startsLikeMcpMemory(open)) return inspectMcpMemory(open, options)
  const { onProgress, signal } = options
  const checked = await checkExport(open(), {
    ...(onProgress && { onProgress: (records) => onProgress({ records, total: 0, phase: 'checking' }) }),
    ...(signal && { signal }),
  })
  if (!options.accept_damage) requireSound(checked)
  return {
    ...checked,
    format: 'tmws-export',
    total: checked.records,
    isWithoutHistory: !checked.header.selection.history,
    records: () => exportRecords(open, checked.badLineCount > 0),
  }
}

/** The records of an export that was checked; of a damaged one, those that can be read. */
async function* exportRecords(open: OpenSource, isDamaged: boolean): AsyncGenerator<NumberedRecord> {
  try {
    for await (const { number, bytes } of linesOf(unpacked(open()))) {
      if (number === 1) continue
      const value = parse(bytes)
      if (isFooter(value)) return
      if (isDamaged && (value instanceof Error || faultOf(value) !== undefined)) continue
      yield { record: recordOf(value as TransferLine), line: number, bytes: bytes.length } // checked
    }
  } catch (error) {
    if (!(error instanceof CutOff)) throw error
  }
}

async function startsLikeMcpMemory(open: OpenSource): Promise<boolean> {
  try {
    for await (const { bytes } of linesOf(unpacked(open()))) {
      if (bytes.toString('utf8').trim() !== '') return isMcpMemoryLine(parse(bytes))
    }
  } catch (error) {
    if (!(error instanceof CutOff)) throw error
  }
  throw notAnExport('it is empty')
}

async function inspectMcpMemory(open: OpenSource, options: ImportOptions): Promise<Input> {
  const badLines: BadLine[] = []
  let total = 0
  for await (const item of mcpRecords(open, options)) {
    if ('reason' in item) badLines.push(item)
    else total += 1
  }
  if (!options.accept_damage) requireSound({ badLines: badLines.slice(0, 100), badLineCount: badLines.length })
  return {
    format: 'mcp-memory',
    total,
    badLines: badLines.slice(0, 100),
    badLineCount: badLines.length,
    isWithoutHistory: true,
    records: async function* () {
      for await (const item of mcpRecords(open, options)) if (!('reason' in item)) yield item
    },
  }
}

async function* mcpRecords(open: OpenSource, options: ImportOptions): AsyncGenerator<NumberedRecord | BadLine> {
  const whose = { agentId: options.agent_id, namespace: options.namespace, now: options.now }
  let last = 0
  try {
    for await (const { number, bytes } of linesOf(unpacked(open()))) {
      last = number
      if (bytes.toString('utf8').trim() === '') continue
      const value = parse(bytes)
      const line = value instanceof Error ? `is no JSON (${value.message})` : readMcpMemoryLine(value)
      if (typeof line === 'string') yield { line: number, reason: line }
      else for (const memory of memoriesOf(line, whose)) yield { record: { kind: 'memory', memory }, line: number, bytes: bytes.length }
    }
  } catch (error) {
    if (!(error instanceof CutOff)) throw error
    yield { line: last + 1, reason: error.message }
  }
}

async function requireNoConflict(store: TransferStore, input: Input, options: ImportOptions): Promise<void> {
  const write = { ...writeOptions(input, options), dryRun: true }
  const tally = await new Writing(store, write, options, input.total).run(input.records())
  const conflicts = tally.skippedBecause('conflict')
  if (conflicts === 0) return
  const { kept } = tally.summary({ format: input.format, dry_run: true, bad_lines: [], bad_line_count: 0 })
  throw new AppError(
    'conflict',
    `${conflicts} records of the file are here already with something else in them. Nothing was changed. Import with --on-conflict skip to leave those, or replace.`,
    { details: { conflicts, kept } },
  )
}

function writeOptions(input: Input, { on_conflict, now, actor }: ImportOptions): WriteOptions {
  return {
    onConflict: on_conflict === 'replace' ? 'replace' : 'skip',
    now,
    actor,
    isWithoutHistory: input.isWithoutHistory,
    isWithoutTimes: input.format === 'mcp-memory',
  }
}
