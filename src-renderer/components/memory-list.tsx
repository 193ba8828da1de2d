import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useEffectEvent, useRef, type Ref } from 'react'
import { strings } from '../strings/strings.ts'
import { MemoryRow, rowId, type RowMemory } from './memory-row.tsx'

const ROW_HEIGHT = 60
const HIT_HEIGHT = 84
const OVERSCAN = 10
/** So many rows before the end, the next page is asked for. */
const LOOK_AHEAD = 20

interface MemoryListProps {
  readonly items: readonly RowMemory[]
  readonly total: number
  readonly isSearch: boolean
  readonly selectedId?: string | undefined
  readonly freshIds: ReadonlySet<string>
  readonly tickedIds: ReadonlySet<string>
  readonly now: number
  readonly hasMore: boolean
  readonly isRefreshing: boolean
  readonly ref?: Ref<HTMLDivElement>
  readonly onSelect: (id: string) => void
  readonly onTick: (id: string, isRange: boolean) => void
  readonly onNearEnd: () => void
  readonly onScrolled: (isScrolled: boolean) => void
}

/** Rows of one height, of which only those in sight exist. */
export function MemoryList(props: MemoryListProps) {
  const {
    items,
    total,
    isSearch,
    selectedId,
    freshIds,
    tickedIds,
    now,
    hasMore,
    isRefreshing,
    ref,
    onSelect,
    onTick,
    onNearEnd,
    onScrolled,
  } = props
  const scroller = useRef<HTMLDivElement>(null)
  const height = isSearch ? HIT_HEIGHT : ROW_HEIGHT
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions are used in this render only, never handed to memoised children
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: OVERSCAN,
  })
  const rows = virtual.getVirtualItems()
  const lastShown = rows.at(-1)?.index ?? 0
  const selectedIndex = selectedId === undefined ? -1 : items.findIndex((memory) => memory.id === selectedId)

  // A new question starts at the top, in a new list.
  const onStart = useEffectEvent(() => onScrolled(false))
  useEffect(() => onStart(), [])
  useEffect(() => {
    if (hasMore && lastShown >= items.length - LOOK_AHEAD) onNearEnd()
  }, [hasMore, lastShown, items.length, onNearEnd])
  useEffect(() => {
    if (selectedIndex >= 0) virtual.scrollToIndex(selectedIndex, { align: 'auto' })
    // eslint-disable-next-line react-hooks/exhaustive-deps -- follows the choice, not each change of the list
  }, [selectedId])

  return (
    <div className="memory-scroll" ref={scroller} onScroll={(event) => onScrolled(event.currentTarget.scrollTop > 4)}>
      <div
        ref={ref}
        className={`memory-list ${isRefreshing ? 'refreshing' : ''} ${tickedIds.size > 0 ? 'ticking' : ''}`}
        role="listbox"
        aria-multiselectable="true"
        tabIndex={0}
        aria-label={strings.memories.list}
        aria-busy={isRefreshing}
        aria-activedescendant={selectedIndex >= 0 && selectedId !== undefined ? rowId(selectedId) : undefined}
        style={{ height: virtual.getTotalSize() }}
      >
        {rows.map(({ index, start }) => {
          const memory = items[index]
          if (!memory) return null
          return (
            <MemoryRow
              key={memory.id}
              memory={memory}
              isSelected={memory.id === selectedId}
              isFresh={freshIds.has(memory.id)}
              isTicked={tickedIds.has(memory.id)}
              now={now}
              position={index + 1}
              total={total}
              top={start}
              height={height}
              onSelect={onSelect}
              onTick={onTick}
            />
          )
        })}
      </div>
    </div>
  )
}
