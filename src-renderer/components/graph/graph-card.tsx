import type { GraphNode } from '../../../src-main/contract/map.ts'
import { cardSize, type Place } from '../../model/graph/graph-layout.ts'
import { strings } from '../../strings/strings.ts'
import { AgentName } from '../agent-name.tsx'
import { Age } from '../age.tsx'

interface GraphCardProps {
  readonly node: GraphNode
  /** Of its middle. */
  readonly place: Place
  readonly now: number
  readonly isLit: boolean
  readonly onOpen: (id: string) => void
  readonly onPoint: (id: string | undefined) => void
}

const NAME_CHARACTERS = 80

/** One memory of a graph. Choosing it puts it in the middle. */
export function GraphCard({ node, place, now, isLit, onOpen, onPoint }: GraphCardProps) {
  const { width, height } = cardSize(node.hops)
  const isMiddle = node.hops === 0
  return (
    <button
      type="button"
      className={`graph-card hops-${node.hops}${isLit ? ' lit' : ''}`}
      style={{ width, height, transform: `translate(${place.x - width / 2}px, ${place.y - height / 2}px)` }}
      aria-current={isMiddle}
      aria-label={isMiddle ? undefined : strings.graph.openNode(node.text.slice(0, NAME_CHARACTERS))}
      onClick={() => onOpen(node.id)}
      onPointerEnter={() => onPoint(node.id)}
      onPointerLeave={() => onPoint(undefined)}
      onFocus={() => onPoint(node.id)}
      onBlur={() => onPoint(undefined)}
    >
      <span className="graph-text">{node.text}</span>
      {node.hops < 2 && (
        <span className="memory-line meta">
          <AgentName agentId={node.agent_id} />
          <span className="figures age">
            <Age at={node.created_at} now={now} />
          </span>
        </span>
      )}
    </button>
  )
}
