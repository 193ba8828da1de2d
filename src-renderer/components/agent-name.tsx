import { OWNER_AGENT_ID } from '../../src-main/contract/protocol.ts'
import { agentColor } from '../format/agent-color.ts'
import { strings } from '../strings/strings.ts'

/** An agent by its colour and its id; the person is "You". */
export function AgentName({ agentId }: { readonly agentId: string }) {
  const isOwner = agentId === OWNER_AGENT_ID
  return (
    <span className="agent-name">
      <span className="swatch" style={{ background: isOwner ? 'var(--text-3)' : agentColor(agentId) }} />
      <span className="truncate" title={agentId}>
        {isOwner ? strings.common.you : agentId}
      </span>
    </span>
  )
}
