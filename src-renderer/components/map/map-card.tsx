import type { MemoryCard } from '../../../src-main/contract/map.ts'
import type { Size, Spot } from '../../model/map/map-view.ts'
import { strings } from '../../strings/strings.ts'
import { AgentName } from '../agent-name.tsx'
import { Age } from '../age.tsx'
import { Level } from '../level.tsx'

interface MapCardProps {
  /** Absent while it is fetched. */
  readonly card: MemoryCard | undefined
  /** Of the point, within a frame of this size. */
  readonly at: Spot
  readonly size: Size
  readonly now: number
}

const WIDTH = 296
const ROOM = 160
const GAP = 14

/** The beginning of the memory under the pointer, beside it and never over it. */
export function MapCard({ card, at, size, now }: MapCardProps) {
  const isLeft = at.x + GAP + WIDTH > size.width && at.x - GAP - WIDTH > 0
  const isUp = at.y + ROOM > size.height
  const left = isLeft ? at.x - GAP - WIDTH : Math.min(at.x + GAP, Math.max(0, size.width - WIDTH))
  return (
    <div className="map-card" style={{ left, width: WIDTH, ...(isUp ? { bottom: size.height - at.y + GAP } : { top: at.y + GAP }) }}>
      {card ? (
        <>
          <p>{card.text}</p>
          <div className="memory-line meta">
            <AgentName agentId={card.agent_id} />
            <span className="truncate namespace">{card.namespace}</span>
            <Level level={card.access_level} />
            <span className="figures age">
              <Age at={card.created_at} now={now} />
            </span>
          </div>
        </>
      ) : (
        <div className="skeleton map-card-skeleton" role="status" aria-label={strings.common.loading} />
      )}
    </div>
  )
}
