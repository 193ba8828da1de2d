import { useVirtualizer } from '@tanstack/react-virtual'
import { X } from 'lucide-react'
import { useEffect, useRef } from 'react'
import type { MemoryCard } from '../../../src-main/contract/map.ts'
import { count } from '../../format/numbers.ts'
import { strings } from '../../strings/strings.ts'
import { AgentName } from '../agent-name.tsx'
import { Age } from '../age.tsx'
import { IconButton } from '../button.tsx'

const words = strings.map
const ROW = 56

interface SelectionListProps {
  readonly ids: readonly string[]
  readonly cards: ReadonlyMap<string, MemoryCard>
  readonly openId: string | undefined
  readonly now: number
  readonly onOpen: (id: string) => void
  readonly onClear: () => void
  /** These are in sight. */
  readonly onWant: (ids: readonly string[]) => void
  /** Pointed at, or none. */
  readonly onPoint: (id: string | undefined) => void
}

/** The chosen memories, newest first. Only the rows in sight exist, and only their texts are fetched. */
export function SelectionList({ ids, cards, openId, now, onOpen, onClear, onWant, onPoint }: SelectionListProps) {
  const scroller = useRef<HTMLDivElement>(null)
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions are used in this render only, never handed to memoised children
  const virtual = useVirtualizer({ count: ids.length, getScrollElement: () => scroller.current, estimateSize: () => ROW, overscan: 8 })
  const rows = virtual.getVirtualItems()
  const [first, last] = [rows[0]?.index ?? 0, rows.at(-1)?.index ?? -1]
  useEffect(() => onWant(ids.slice(first, last + 1)), [ids, first, last, onWant])
  return (
    <section className="map-side-part" aria-label={words.selection}>
      <header className="map-side-head">
        <h2 role="status">{words.chosen(count(ids.length), ids.length)}</h2>
        <IconButton label={words.clear} icon={<X size={15} />} onClick={onClear} />
      </header>
      <div className="map-side-body" ref={scroller}>
        <ul style={{ height: virtual.getTotalSize(), position: 'relative' }} onPointerLeave={() => onPoint(undefined)}>
          {rows.map(({ index, start, size }) => {
            const id = ids[index] ?? ''
            const card = cards.get(id)
            return (
              <li key={id} className="selection-row" style={{ height: size, transform: `translateY(${start}px)` }}>
                <button type="button" aria-current={id === openId} onClick={() => onOpen(id)} onPointerEnter={() => onPoint(id)}>
                  {card ? (
                    <>
                      <span className="truncate">{card.text}</span>
                      <span className="memory-line meta">
                        <AgentName agentId={card.agent_id} />
                        <span className="figures age">
                          <Age at={card.created_at} now={now} />
                        </span>
                      </span>
                    </>
                  ) : (
                    <span className="skeleton" />
                  )}
                </button>
              </li>
            )
          })}
        </ul>
      </div>
    </section>
  )
}
