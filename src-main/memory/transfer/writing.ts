import { ENDED_STATES } from '../../contract/workflow.ts'
import type { TransferRecord, TransferStore, WriteOptions, WriteOutcome } from '../../storage/transfer-store.ts'
import { ImportTally } from './import-summary.ts'

export interface NumberedRecord {
  readonly record: TransferRecord
  /** Of its file; 0 where there is none. */
  readonly line: number
  readonly bytes: number
}

export interface WritingOptions {
  /** Goes on with runs that had not ended; else they come as cancelled. */
  readonly continue_runs: boolean
  /** When runs that had not ended were cancelled, ISO 8601; absent: now. */
  readonly openRunsEndedAt?: string
  /** Whatever has no history of its own is left as it is where `onConflict` says `replace`: what it is now could not be had back. */
  readonly replacesOnlyMemories?: boolean
  readonly onProgress?: (progress: { readonly records: number; readonly total: number; readonly phase: 'checking' | 'importing' }) => void
  readonly signal?: AbortSignal
}

/** Few enough for a short transaction. */
const BATCH_RECORDS = 128
const BATCH_BYTES = 4 * 1024 * 1024

/** Brings records into a store, batch by batch. */
export class Writing {
  readonly #store: TransferStore
  readonly #write: WriteOptions
  readonly #options: WritingOptions
  readonly #total: number
  readonly #tally = new ImportTally()
  #batch: NumberedRecord[] = []
  #bytes = 0
  /** The memory that was written last, when it was skipped: what hangs on it is left out. */
  #skipped: { readonly id: string; readonly outcome: WriteOutcome } | undefined

  constructor(store: TransferStore, write: WriteOptions, options: WritingOptions, total: number) {
    this.#store = store
    this.#write = write
    this.#options = options
    this.#total = total
  }

  async run(records: AsyncIterable<NumberedRecord>): Promise<ImportTally> {
    for await (const numbered of records) {
      this.#options.signal?.throwIfAborted()
      if (this.#mustGoApart(numbered.record)) await this.#flush()
      this.#take(numbered)
      if (this.#batch.length >= BATCH_RECORDS || this.#bytes >= BATCH_BYTES) await this.#flush()
    }
    await this.#flush()
    return this.#tally
  }

  /** What may be replaced and what may not are written by calls of their own. */
  #mustGoApart(record: TransferRecord): boolean {
    const [first] = this.#batch
    return this.#options.replacesOnlyMemories === true && first !== undefined && isOfMemory(first.record) !== isOfMemory(record)
  }

  #take(numbered: NumberedRecord): void {
    const { record, line } = numbered
    const skipped = this.#skipped
    if (skipped && (record.kind === 'history' || record.kind === 'vector') && record.memoryId === skipped.id) {
      this.#tally.add(record, line, skipped.outcome)
      return
    }
    this.#batch.push({
      ...numbered,
      record: this.#options.continue_runs ? record : withoutOpenRun(record, this.#options.openRunsEndedAt ?? this.#write.now),
    })
    this.#bytes += numbered.bytes
  }

  async #flush(): Promise<void> {
    const batch = this.#batch
    const [first] = batch
    if (!first) return
    const outcomes = await this.#store.write(
      batch.map(({ record }) => record),
      this.#options.replacesOnlyMemories === true && !isOfMemory(first.record) ? { ...this.#write, onConflict: 'skip' } : this.#write,
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

function isOfMemory({ kind }: TransferRecord): boolean {
  return kind === 'memory' || kind === 'history' || kind === 'vector'
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
