import type { Backup } from '../../src-main/contract/transfer.ts'
import { bytes, count } from '../format/numbers.ts'
import { absoluteTime } from '../format/relative-time.ts'
import type { Counts, RestoreOutcome } from '../model/restore-outcome.ts'
import { strings } from '../strings/strings.ts'
import { FactRow } from './facts.tsx'

const { restore: words, backups } = strings.settings
const listed = new Intl.ListFormat(strings.locale, { type: 'conjunction' })

interface RestoreFactsProps {
  readonly backup: Backup
  /** Absent while the copy is looked through. */
  readonly outcome?: RestoreOutcome | undefined
}

/** Which copy it is, what it holds, and what restoring it would change. */
export function RestoreFacts({ backup, outcome }: RestoreFactsProps) {
  return (
    <dl className="facts">
      <FactRow label={words.facts.made}>
        {words.made(absoluteTime(backup.created_at), backups.kinds[backup.kind], bytes(backup.bytes))}
      </FactRow>
      {outcome && <FactRow label={words.facts.holds}>{countsText(outcome.holds)}</FactRow>}
      {outcome?.changes && (
        <>
          <FactRow label={words.facts.new}>{countsText(outcome.new)}</FactRow>
          {outcome.replaced.length > 0 && (
            <FactRow label={words.facts.replaced}>
              {countsText(outcome.replaced)}
              <span className="fact-note">{words.replacedHow}</span>
            </FactRow>
          )}
        </>
      )}
      {outcome && outcome.skipped.length > 0 && (
        <FactRow label={words.facts.skipped}>
          {countsText(outcome.skipped)}
          <span className="fact-note">{words.skippedHow}</span>
        </FactRow>
      )}
    </dl>
  )
}

/** "3 memories and 1 task" */
export function countsText(counts: Counts): string {
  return counts.length === 0 ? words.nothing : listed.format(counts.map(({ kind, count: n }) => words.things[kind](n, count(n))))
}
