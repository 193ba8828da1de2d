import type { Check } from '../../src-main/contract/session.ts'
import { strings } from '../strings/strings.ts'
import { Banner } from './banner.tsx'

interface ChecksProps {
  readonly checks: Readonly<Record<string, Check>>
}

const words = strings.overview

/** Facts of a part that are worth a word beside its state; all are optional in the contract. */
const FACTS = ['dialect', 'model', 'provider']

/** The parts of the server and whether each works. */
export function HealthList({ checks }: ChecksProps) {
  return (
    <ul className="health" aria-label={words.health}>
      {Object.entries(checks).map(([part, check]) => (
        <li key={part} title={check.message ?? factOf(check)}>
          <span className={`status-dot ${check.status}`} />
          <span>{words.parts[part] ?? part}</span>
          <span className={`truncate health-word ${check.status}`}>
            {words.statuses[check.status]}
            {check.status === 'healthy' && factOf(check) !== undefined && ` · ${factOf(check)}`}
          </span>
        </li>
      ))}
    </ul>
  )
}

/** Each part that works less says what is missing and what to do. */
export function Troubles({ checks }: ChecksProps) {
  return Object.entries(checks)
    .filter(([, check]) => check.status !== 'healthy')
    .map(([part, check]) => (
      <Banner key={part} tone={check.status === 'unhealthy' ? 'error' : 'warn'}>
        <b>
          {words.parts[part] ?? part}: {words.statuses[check.status]}.
        </b>{' '}
        {check.message}
      </Banner>
    ))
}

function factOf(check: Check): string | undefined {
  return FACTS.map((name) => check[name]).find((value) => typeof value === 'string')
}
