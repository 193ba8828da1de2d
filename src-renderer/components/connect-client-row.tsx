import type { ClientStatus } from '../../src-main/contract/clients.ts'
import type { ReactNode } from 'react'
import { strings } from '../strings/strings.ts'
import { StateMark, type Tone } from './state-mark.tsx'

const words = strings.connect

interface ConnectClientRowProps {
  readonly client: ClientStatus
  /** Shortened by the caller; undefined for a program that is not there. */
  readonly file: string | undefined
  readonly moreFiles: number
  readonly sessions: number
  /** Why its file is left alone. */
  readonly problem: string | undefined
  /** Who it is and when it was seen. */
  readonly presence: ReactNode
  readonly action: ReactNode
}

/** One program: what it is, how its connection is, and what can be done about it. */
export function ConnectClientRow(props: ConnectClientRowProps) {
  const { client, file, moreFiles, sessions, problem, presence, action } = props
  const { state, drift, title } = client
  const isBlocked = problem !== undefined && (state === 'none' || state === 'drifted')
  const tone: Tone = isBlocked ? 'warn' : state === 'connected' && sessions > 0 ? 'live' : TONES[state]
  const why = problem ?? (state === 'foreign' ? words.foreignHow : drift && words.drifts[drift])
  return (
    <li className={state === 'absent' ? 'client-row absent' : 'client-row'} aria-label={title}>
      <div className="client-name">
        <strong>{title}</strong>
        {file !== undefined && (
          <span className="client-file mono truncate" title={client.places.map((place) => place.file).join('\n')}>
            {file}
            {moreFiles > 0 && ` ${words.more(moreFiles)}`}
          </span>
        )}
      </div>
      <div className="client-state">
        <StateMark tone={tone} text={isBlocked ? words.blocked : words.states[state]} />
        {presence}
      </div>
      <div className="client-action">{action}</div>
      {why !== undefined && <p className="client-why">{why}</p>}
    </li>
  )
}

const TONES: Readonly<Record<ClientStatus['state'], Tone>> = {
  absent: 'quiet',
  none: 'quiet',
  connected: 'ok',
  drifted: 'warn',
  foreign: 'warn',
  unusable: 'error',
}
