import type { StoreApi } from 'zustand/vanilla'
import type { Agent } from '../api/types.ts'
import { count } from '../format/numbers.ts'
import type { Preferences } from '../state/preferences.ts'
import { strings } from '../strings/strings.ts'
import { Age } from '../components/age.tsx'
import { AgentName } from '../components/agent-name.tsx'
import { Button } from '../components/button.tsx'
import { Facts } from '../components/facts.tsx'
import { JsonView } from '../components/json-view.tsx'
import { SidePane } from './side-pane.tsx'
import { StateMark } from '../components/state-mark.tsx'

const words = strings.agents

interface AgentPaneProps {
  readonly preferences: StoreApi<Preferences>
  readonly agent: Agent
  readonly now: number
  readonly onMemories: () => void
  readonly onAudit: () => void
  readonly onClose: () => void
}

export function AgentPane({ preferences, agent, now, onMemories, onAudit, onClose }: AgentPaneProps) {
  const parts = [
    { title: words.capabilities, value: agent.capabilities },
    { title: words.metadata, value: agent.metadata },
  ]
  return (
    <SidePane preferences={preferences} label={agent.agent_id} title={<AgentName agentId={agent.agent_id} />} onClose={onClose}>
      <div className="pane-actions">
        <Button onClick={onMemories}>
          {words.showMemories} <span className="figures faint">{count(agent.memory_count)}</span>
        </Button>
        <Button onClick={onAudit}>{words.showAudit}</Button>
      </div>
      <Facts
        facts={[
          { label: words.columns.name, value: agent.display_name },
          { label: words.facts.id, value: <span className="mono">{agent.agent_id}</span> },
          { label: words.facts.namespace, value: agent.namespace },
          {
            label: words.facts.state,
            value: <StateMark tone={agent.status === 'active' ? 'live' : 'quiet'} text={words.states[agent.status]} />,
          },
          { label: words.facts.sessions, value: count(agent.live_sessions) },
          { label: words.facts.level, value: strings.levels[agent.access_level] },
          { label: words.facts.kind, value: agent.is_registered ? words.registered : words.seenOnly },
          { label: words.facts.since, value: <Age at={agent.created_at} now={now} long /> },
          {
            label: words.facts.seen,
            value: agent.last_seen_at === undefined ? words.never : <Age at={agent.last_seen_at} now={now} long />,
          },
        ]}
      />
      {parts
        .filter(({ value }) => Object.keys(value).length > 0)
        .map(({ title, value }) => (
          <section key={title} className="pane-section" aria-label={title}>
            <h3>{title}</h3>
            <JsonView value={value} label={title} />
          </section>
        ))}
    </SidePane>
  )
}
