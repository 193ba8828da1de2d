import type { SessionInfo } from '../../src-main/contract/session.ts'
import { count, latency } from '../format/numbers.ts'
import { strings } from '../strings/strings.ts'
import { Age } from './age.tsx'
import { AgentName } from './agent-name.tsx'
import { Face } from './face.tsx'

export function SessionList({ sessions, now }: { readonly sessions: readonly SessionInfo[]; readonly now: number }) {
  if (sessions.length === 0) return <Face level={3} title={strings.overview.noSessions} text={strings.overview.noSessionsHow} />
  return (
    <ul className="rows">
      {sessions.map((session) => (
        <li key={session.session_id} className="row session-row" title={session.client}>
          <AgentName agentId={session.agent_id} />
          <span className="truncate faint">
            {strings.overview.transports[session.transport]} · {session.namespace}
          </span>
          <span className="figures faint right">{strings.overview.requests(count(session.requests))}</span>
          <span className="figures faint right">{session.requests > 0 ? latency(session.latency_ms.p95) : ''}</span>
          <span className="figures faint right">
            <Age at={session.started_at} now={now} />
          </span>
        </li>
      ))}
    </ul>
  )
}
