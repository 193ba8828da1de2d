import { Check, Pin } from 'lucide-react'
import type { Memory, Why } from '../../src-main/contract/memory.ts'
import { previewOf } from '../format/memory-text.ts'
import { hundredths } from '../format/numbers.ts'
import { strings } from '../strings/strings.ts'
import { Age } from './age.tsx'
import { AgentName } from './agent-name.tsx'
import { Importance } from './importance.tsx'
import { Level } from './level.tsx'
import { WhyBars } from './why-bars.tsx'

export interface RowMemory extends Memory {
  readonly score?: number
  readonly why?: Why
}

/** Ids of rows, for `aria-activedescendant`. */
export function rowId(memoryId: string): string {
  return `memory-row-${memoryId}`
}

const TAGS_SHOWN = 4

interface MemoryRowProps {
  readonly memory: RowMemory
  readonly isSelected: boolean
  readonly isFresh: boolean
  readonly isTicked: boolean
  readonly now: number
  /** Place in the whole list, from 1, and its size. */
  readonly position: number
  readonly total: number
  readonly top: number
  readonly height: number
  readonly onSelect: (id: string) => void
  readonly onTick: (id: string, isRange: boolean) => void
}

export function MemoryRow(props: MemoryRowProps) {
  const { memory, isSelected, isFresh, isTicked, now, position, total, top, height, onSelect, onTick } = props
  return (
    <div
      id={rowId(memory.id)}
      className={isFresh ? 'memory-row fresh' : 'memory-row'}
      role="option"
      aria-selected={isSelected}
      aria-checked={isTicked}
      aria-posinset={position}
      aria-setsize={total}
      style={{ transform: `translateY(${top}px)`, height }}
      onClick={() => onSelect(memory.id)}
    >
      {/* For the pointer; the keyboard has X, and a screen reader is told by aria-checked. */}
      <span
        className="tick"
        aria-hidden="true"
        title={strings.bulk.tick(previewOf(memory))}
        onClick={(event) => {
          event.stopPropagation()
          onTick(memory.id, event.shiftKey)
        }}
      >
        <Check size={12} />
      </span>
      <div className="memory-line">
        {memory.pinned && <Pin size={12} className="pin" aria-label={strings.detail.pinned} />}
        <span className="memory-preview truncate">{previewOf(memory) || strings.memories.untitled}</span>
        {memory.score !== undefined && (
          <span className="score figures" title={strings.memories.score(hundredths(memory.score))}>
            {hundredths(memory.score)}
          </span>
        )}
        <Importance value={memory.importance} />
      </div>
      {memory.why && <WhyBars why={memory.why} />}
      <div className="memory-line meta">
        <AgentName agentId={memory.agent_id} />
        <span className="truncate namespace">{memory.namespace}</span>
        <Level level={memory.access_level} />
        <span className="row-tags">
          {memory.tags.slice(0, TAGS_SHOWN).map((tag) => (
            <span key={tag}>#{tag}</span>
          ))}
        </span>
        <span className="figures age">
          <Age at={memory.created_at} now={now} />
        </span>
      </div>
    </div>
  )
}
