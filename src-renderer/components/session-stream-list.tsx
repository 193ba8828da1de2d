import { latency } from '../format/numbers.ts'
import { strings } from '../strings/strings.ts'
import { Age } from './age.tsx'

const words = strings.sessions

interface Call {
  readonly key: number
  readonly at: string
  readonly tool: string
  readonly ok: boolean
  readonly duration_ms: number
}

/** What one session asked while the page was open, the newest first. */
export function SessionStreamList({ calls, now }: { readonly calls: readonly Call[]; readonly now: number }) {
  if (calls.length === 0) {
    return (
      <p className="faint">
        {words.streamEmpty}. {words.streamHow}
      </p>
    )
  }
  return (
    <ul className="rows stream">
      {calls.map(({ key, at, tool, ok, duration_ms }) => (
        <li key={key} className="row">
          <span className="mono truncate">{tool}</span>
          <span className="error-text">{ok ? '' : words.failed}</span>
          <span className="figures faint right">{latency(duration_ms)}</span>
          <span className="figures faint right">
            <Age at={at} now={now} />
          </span>
        </li>
      ))}
    </ul>
  )
}
