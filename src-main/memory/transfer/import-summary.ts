import type { ImportSummary } from '../../contract/transfer.ts'
import type { TransferRecord, WriteOutcome } from '../../storage/transfer-store.ts'

type Tally = { new: number; unchanged: number; replaced: number; skipped: Record<string, number> }

const MAX_LISTED = 100

/** Counts what became of each record. */
export class ImportTally {
  readonly #kinds: Record<string, Tally> = {}
  readonly #kept: { line: number; kind: string; id: string; reason: string }[] = []
  #records = 0

  get records(): number {
    return this.#records
  }

  add(record: TransferRecord, line: number, outcome: WriteOutcome): void {
    const tally = (this.#kinds[record.kind] ??= { new: 0, unchanged: 0, replaced: 0, skipped: {} })
    this.#records += 1
    if (outcome.result !== 'skipped') {
      tally[outcome.result] += 1
      return
    }
    tally.skipped[outcome.reason] = (tally.skipped[outcome.reason] ?? 0) + 1
    // Of what hangs on a memory that was skipped, the memory says enough.
    if (isPart(record) && outcome.reason !== 'no_memory' && outcome.reason !== 'other_dimensions') return
    if (this.#kept.length < MAX_LISTED) this.#kept.push({ line, kind: record.kind, id: idOf(record), reason: outcome.reason })
  }

  /** Records that were skipped for a reason, what hangs on memories not counted. */
  skippedBecause(reason: string): number {
    const whole = Object.entries(this.#kinds).filter(([kind]) => kind !== 'history' && kind !== 'vector')
    return whole.reduce((sum, [, { skipped }]) => sum + (skipped[reason] ?? 0), 0)
  }

  summary(rest: Pick<ImportSummary, 'format' | 'dry_run' | 'bad_lines' | 'bad_line_count'>): ImportSummary {
    return { ...rest, records: this.#records, kinds: this.#kinds, kept: this.#kept }
  }
}

function isPart({ kind }: TransferRecord): boolean {
  return kind === 'history' || kind === 'vector'
}

export function idOf(record: TransferRecord): string {
  switch (record.kind) {
    case 'agent':
      return record.agent.agent_id
    case 'memory':
      return record.memory.id
    case 'history':
    case 'vector':
      return record.memoryId
    case 'task':
      return record.task.id
    case 'workflow':
      return record.workflow.id
    case 'execution':
      return record.run.execution.id
  }
}
