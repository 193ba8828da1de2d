import type { ImportSummary } from '../../src-main/contract/transfer.ts'
import { count } from '../format/numbers.ts'
import { strings } from '../strings/strings.ts'
import { Banner } from './banner.tsx'

const words = strings.settings.moving
const MOST_LINES = 5

/** What an import did, or would do. */
export function BackupImportResult({ summary }: { readonly summary: ImportSummary }) {
  const { dry_run: isTrial, records, kinds, bad_lines: badLines, bad_line_count: badLineCount } = summary
  const { columns } = words
  return (
    <div className="import-result">
      <Banner tone={badLineCount > 0 ? 'warn' : 'ok'}>
        {isTrial ? words.checked(count(records)) : words.done(count(records))} {badLineCount > 0 && words.badLines(count(badLineCount))}
      </Banner>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">{columns.kind}</th>
            {(['new', 'replaced', 'unchanged', 'skipped'] as const).map((name) => (
              <th key={name} scope="col" className="right">
                {columns[name]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Object.entries(kinds).map(([kind, tally]) => (
            <tr key={kind}>
              <td>{kind}</td>
              <td className="figures right">{count(tally.new)}</td>
              <td className="figures right">{count(tally.replaced)}</td>
              <td className="figures right">{count(tally.unchanged)}</td>
              <td className="figures right">{count(Object.values(tally.skipped).reduce((total, n) => total + n, 0))}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {badLines.slice(0, MOST_LINES).map(({ line, reason }) => (
        <p key={line} className="faint break">
          {words.line(line, reason)}
        </p>
      ))}
    </div>
  )
}
