import type { RestoreSummary } from '../../src-main/contract/transfer.ts'

/** What a person counts; histories and vectors belong to their memories. */
export const COUNTED_KINDS = ['memory', 'task', 'workflow', 'execution', 'agent'] as const
export type CountedKind = (typeof COUNTED_KINDS)[number]
export type Counts = readonly { readonly kind: CountedKind; readonly count: number }[]

export interface RestoreOutcome {
  readonly holds: Counts
  readonly new: Counts
  readonly replaced: Counts
  readonly skipped: Counts
  /** False when everything of the backup is there as it was. */
  readonly changes: boolean
}

/** The figures of a restore, or of the look before it; kinds of which there are none are left out. */
export function outcomeOf({ kinds }: Pick<RestoreSummary, 'kinds'>): RestoreOutcome {
  const countsBy = (of: (tally: RestoreSummary['kinds'][string]) => number): Counts =>
    COUNTED_KINDS.flatMap((kind) => {
      const tally = kinds[kind]
      const count = tally ? of(tally) : 0
      return count > 0 ? [{ kind, count }] : []
    })
  const left = ({ skipped }: RestoreSummary['kinds'][string]) => Object.values(skipped).reduce((sum, n) => sum + n, 0)
  return {
    holds: countsBy((tally) => tally.new + tally.replaced + tally.unchanged + left(tally)),
    new: countsBy((tally) => tally.new),
    replaced: countsBy((tally) => tally.replaced),
    skipped: countsBy(left),
    // Of every kind: a memory may lack a part of its history alone.
    changes: Object.values(kinds).some((tally) => tally.new + tally.replaced > 0),
  }
}
