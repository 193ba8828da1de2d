import type { Check } from '../../src-main/contract/session.ts'
import { strings } from '../strings/strings.ts'

/** Facts of a part that are worth a word beside its state; all are optional in the contract. */
const FACTS = ['dialect', 'model', 'provider']

/** The parts of the server; one that works less says what is missing and what to do. */
export function HealthList({ checks }: { readonly checks: Readonly<Record<string, Check>> }) {
  return (
    <ul className="health">
      {Object.entries(checks).map(([part, check]) => (
        <li key={part} className={check.status === 'healthy' ? '' : 'troubled'}>
          <span className={`status-dot ${check.status}`} />
          <span>{strings.overview.parts[part] ?? part}</span>
          <span className={`health-word ${check.status}`}>{strings.overview.statuses[check.status]}</span>
          {check.message !== undefined ? <p>{check.message}</p> : <p className="faint">{factsOf(check)}</p>}
        </li>
      ))}
    </ul>
  )
}

function factsOf(check: Check): string {
  return FACTS.map((name) => check[name])
    .filter((fact) => typeof fact === 'string')
    .join(' · ')
}
