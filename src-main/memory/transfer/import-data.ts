import { AppError } from '../../base/errors.ts'
import type { ImportQuery, ImportSummary, TransferLine } from '../../contract/transfer.ts'
import { ENDED_STATES } from '../../contract/workflow.ts'
import type { TransferRecord, TransferStore, WriteOptions, WriteOutcome } from '../../storage/transfer-store.ts'
import { checkExport, isFooter, notAnExport, parse, requireSound } from './check-export.ts'
import type { BadLine } from './check-export.ts'
import { ImportTally } from './import-summary.ts'
import { faultOf, recordOf } from './line-record.ts'
import { isMcpMemoryLine, memoriesOf, readMcpMemoryLine } from './mcp-memory-file.ts'
import { CutOff, linesOf, unpacked } from './read-lines.ts'

export interface ImportOptions extends ImportQuery {
  /** ISO 8601. */
  readonly now: string
  readonly actor: string
  readonly onProgress?: (progress: { readonly records: number; readonly total: number; readonly phase: 'checking' | 'importing' }) => void
  readonly signal?: AbortSignal
}

/** Opens the file from its start; it is read twice, and once more for `fail`. */
export type OpenSource = () => AsyncIterable<Uint8Array>

/** Few enough for a short transaction. */
const BATCH_RECORDS = 128
const BATCH_BYTES = 4 * 1024 * 1024

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
interface Input {
  readonly format: ImportSummary['format']
  readonly total: number
  readonly badLines: readonly BadLine[]
  readonly badLineCount: number
  /** Whether its memories come without their history. */
  readonly isWithoutHistory: boolean
  readonly records: () => AsyncGenerator<NumberedRecord>
}

interface NumberedRecord {
  readonly record: TransferRecord
  readonly line: number
  readonly bytes: number
}

async function inspect(open: OpenSource, options: ImportOptions): Promise<Input> {
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
  const tally = await new Writing(store, write, { ...options, on_conflict: 'skip' }, input.total).run(input.records())
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

/** Brings records into a store, batch by batch. */
class Writing {
  readonly #store: TransferStore
  readonly #write: WriteOptions
  readonly #options: ImportOptions
  readonly #total: number
  readonly #tally = new ImportTally()
  #batch: NumberedRecord[] = []
  #bytes = 0
  /** The memory that was written last, when it was skipped: what hangs on it is left out. */
  #skipped: { readonly id: string; readonly outcome: WriteOutcome } | undefined

  constructor(store: TransferStore, write: WriteOptions, options: ImportOptions, total: number) {
    this.#store = store
    this.#write = write
    this.#options = options
    this.#total = total
  }

  async run(records: AsyncIterable<NumberedRecord>): Promise<ImportTally> {
    for await (const numbered of records) {
      this.#options.signal?.throwIfAborted()
      this.#take(numbered)
      if (this.#batch.length >= BATCH_RECORDS || this.#bytes >= BATCH_BYTES) await this.#flush()
    }
    await this.#flush()
    return this.#tally
  }

  #take(numbered: NumberedRecord): void {
    const { record, line } = numbered
    const skipped = this.#skipped
    if (skipped && (record.kind === 'history' || record.kind === 'vector') && record.memoryId === skipped.id) {
      this.#tally.add(record, line, skipped.outcome)
      return
    }
    this.#batch.push({ ...numbered, record: this.#options.continue_runs ? record : withoutOpenRun(record, this.#write.now) })
    this.#bytes += numbered.bytes
  }

  async #flush(): Promise<void> {
    const batch = this.#batch
    if (batch.length === 0) return
    const outcomes = await this.#store.write(
      batch.map(({ record }) => record),
      this.#write,
    )
    for (const [index, { record, line }] of batch.entries()) {
      const outcome = outcomes[index]
      if (!outcome) continue
      if (record.kind === 'memory') this.#skipped = outcome.result === 'skipped' ? { id: record.memory.id, outcome } : undefined
      this.#tally.add(record, line, outcome)
    }
    this.#batch = []
    this.#bytes = 0
    this.#options.onProgress?.({ records: this.#tally.records, total: this.#total, phase: 'importing' })
  }
}

/** A run that had not ended goes on where it came from; here it comes as cancelled, or its steps would be done twice. */
function withoutOpenRun(record: TransferRecord, now: string): TransferRecord {
  if (record.kind !== 'execution' || ENDED_STATES.includes(record.run.execution.status)) return record
  const { cancel: _, execution, ...rest } = record.run
  const message = 'It had not ended when it was exported, and was not continued here.'
  const steps = execution.steps.map(({ wake_at: _wakeAt, ...step }) =>
    ENDED_STATES.includes(step.status) ? step : { ...step, status: 'cancelled' as const, completed_at: now },
  )
  const ended = { ...execution, status: 'cancelled' as const, completed_at: now, error: { code: 'cancelled', message }, steps }
  return { kind: 'execution', run: { ...rest, execution: ended } }
}
