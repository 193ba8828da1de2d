import { useId } from 'react'
import { strings } from '../strings/strings.ts'

const words = strings.connect.sheet

interface ConnectOptionsProps {
  readonly agentId: string
  readonly namespace: string
  readonly usualAgentId: string
  /** What is left empty is absent. */
  readonly onChange: (next: { readonly agent_id?: string; readonly namespace?: string }) => void
}

/** Who a program is going to be. */
export function ConnectOptions({ agentId, namespace, usualAgentId, onChange }: ConnectOptionsProps) {
  const id = useId()
  const tell = (agent: string, space: string) =>
    onChange({ ...(agent.trim() !== '' && { agent_id: agent.trim() }), ...(space.trim() !== '' && { namespace: space.trim() }) })
  return (
    <details className="connect-options">
      <summary>{words.options}</summary>
      <div className="form-pair">
        <div>
          <label className="field-label" htmlFor={`${id}-agent`}>
            {words.agentId}
          </label>
          <input
            id={`${id}-agent`}
            className="field mono"
            value={agentId}
            placeholder={usualAgentId}
            aria-describedby={`${id}-agent-how`}
            onChange={(event) => tell(event.target.value, namespace)}
          />
          <p id={`${id}-agent-how`} className="faint">
            {words.agentIdHow}
          </p>
        </div>
        <div>
          <label className="field-label" htmlFor={`${id}-namespace`}>
            {words.namespace}
          </label>
          <input
            id={`${id}-namespace`}
            className="field mono"
            value={namespace}
            placeholder="default"
            aria-describedby={`${id}-namespace-how`}
            onChange={(event) => tell(agentId, event.target.value)}
          />
          <p id={`${id}-namespace-how`} className="faint">
            {words.namespaceHow}
          </p>
        </div>
      </div>
    </details>
  )
}
