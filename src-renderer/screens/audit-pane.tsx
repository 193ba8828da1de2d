import type { StoreApi } from 'zustand/vanilla'
import type { AuditEntry } from '../api/types.ts'
import { AgentName } from '../components/agent-name.tsx'
import { Facts } from '../components/facts.tsx'
import { count } from '../format/numbers.ts'
import { absoluteTime } from '../format/relative-time.ts'
import type { Preferences } from '../state/preferences.ts'
import { strings } from '../strings/strings.ts'
import { SidePane } from './side-pane.tsx'

const words = strings.audit

interface AuditPaneProps {
  readonly preferences: StoreApi<Preferences>
  readonly entry: AuditEntry
  readonly onClose: () => void
}

/** One entry whole. Memories it names can be opened. */
export function AuditPane({ preferences, entry, onClose }: AuditPaneProps) {
  const { facts: names } = words
  return (
    <SidePane preferences={preferences} label={words.detail} title={<span className="mono">{entry.action}</span>} onClose={onClose}>
      <Facts
        facts={[
          { label: names.seq, value: count(entry.seq) },
          { label: names.at, value: absoluteTime(entry.at) },
          { label: names.agent, value: <AgentName agentId={entry.agent_id} /> },
          { label: names.namespace, value: entry.namespace },
          { label: names.outcome, value: words.outcomes[entry.outcome] },
          { label: names.code, value: entry.code && <span className="mono">{entry.code}</span> },
          { label: names.object, value: entry.object && <Objects object={entry.object} /> },
          { label: names.address, value: entry.address },
          { label: names.session, value: entry.session_id && <span className="mono">{entry.session_id}</span> },
          { label: names.request, value: entry.request_id && <span className="mono">{entry.request_id}</span> },
          ...Object.entries(entry.facts ?? {}).map(([label, value]) => ({ label, value: String(value) })),
          { label: names.hash, value: <span className="mono break">{entry.hash}</span> },
        ]}
      />
    </SidePane>
  )
}

const SCREENS = { memory: 'memories', agent: 'agents', task: 'tasks', session: 'sessions' } as const

function Objects({ object }: { readonly object: NonNullable<AuditEntry['object']> }) {
  const { kind } = object
  return (
    <ul className="object-ids">
      {object.ids.map((id) => (
        <li key={id}>
          {words.objects[kind]}{' '}
          {kind in SCREENS ? (
            <a className="mono" href={`#/${SCREENS[kind as keyof typeof SCREENS]}/${encodeURIComponent(id)}`}>
              {id}
            </a>
          ) : (
            <span className="mono">{id}</span>
          )}
        </li>
      ))}
    </ul>
  )
}
