import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useId, useRef, type KeyboardEvent, type ReactNode } from 'react'
import { useWidth } from './use-width.ts'

export interface Column<Row> {
  readonly key: string
  readonly head: string
  /** A track of a CSS grid, such as `minmax(80px, 1fr)`. */
  readonly width: string
  readonly align?: 'right'
  /** Left out while the table is narrower than this, in CSS pixels; what it says is also in the pane. */
  readonly hideBelow?: number
  readonly cell: (row: Row) => ReactNode
}

interface DataTableProps<Row> {
  readonly label: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string
  readonly selectedKey?: string | undefined
  readonly onSelect?: (row: Row) => void
  /** The end of the rows came near: read more, if there is more. */
  readonly onNearEnd?: () => void
  readonly isBusy?: boolean
}

const ROW_HEIGHT = 36
const OVERSCAN = 12
const LOOK_AHEAD = 20

/** A table of rows of one height, of which only those in sight exist. One stop of the Tab key; arrows, j and k choose a row. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, rows, keyOf, selectedKey, onSelect, onNearEnd, isBusy = false } = props
  const table = useRef<HTMLDivElement>(null)
  const width = useWidth(table) ?? Infinity
  const columns = props.columns.filter(({ hideBelow = 0 }) => width >= hideBelow)
  const id = useId()
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions are used in this render only, never handed to memoised children
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => table.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
    // The head stays over the rows.
    scrollMargin: ROW_HEIGHT,
    scrollPaddingStart: ROW_HEIGHT,
  })
  const shown = virtual.getVirtualItems()
  const lastShown = shown.at(-1)?.index ?? 0
  const selectedIndex = selectedKey === undefined ? -1 : rows.findIndex((row) => keyOf(row) === selectedKey)
  const template = columns.map(({ width }) => width).join(' ')

  useEffect(() => {
    if (lastShown >= rows.length - LOOK_AHEAD) onNearEnd?.()
  }, [lastShown, rows.length, onNearEnd])
  useEffect(() => {
    if (selectedIndex >= 0) virtual.scrollToIndex(selectedIndex, { align: 'auto' })
    // eslint-disable-next-line react-hooks/exhaustive-deps -- follows the choice, not each change of the rows
  }, [selectedKey])

  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key]
    if (step === undefined || !onSelect || event.ctrlKey || event.metaKey || event.altKey) return
    const row = rows[Math.max(0, Math.min(rows.length - 1, selectedIndex < 0 ? 0 : selectedIndex + step))]
    if (row) onSelect(row)
    event.preventDefault()
    // The arrows belong to the table while it has the focus.
    event.stopPropagation()
  }
  return (
    <div
      ref={table}
      className={onSelect ? 'table choosable' : 'table'}
      role="grid"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      aria-busy={isBusy}
      aria-activedescendant={selectedIndex >= 0 ? `${id}-${selectedIndex}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div className="table-head" role="row" aria-rowindex={1} style={{ gridTemplateColumns: template }}>
        {columns.map((column) => (
          <span key={column.key} role="columnheader" className={column.align === 'right' ? 'right' : 'truncate'}>
            {column.head}
          </span>
        ))}
      </div>
      <div className="table-rows" role="rowgroup" style={{ height: virtual.getTotalSize() }}>
        {shown.map(({ index, start }) => {
          const row = rows[index]
          if (row === undefined) return null
          return (
            <div
              key={keyOf(row)}
              id={`${id}-${index}`}
              className="table-row"
              role="row"
              aria-rowindex={index + 2}
              aria-selected={onSelect ? index === selectedIndex : undefined}
              style={{ gridTemplateColumns: template, transform: `translateY(${start - ROW_HEIGHT}px)`, height: ROW_HEIGHT }}
              onClick={() => onSelect?.(row)}
            >
              {columns.map((column) => (
                <span key={column.key} role="gridcell" className={column.align === 'right' ? 'figures right' : 'truncate'}>
                  {column.cell(row)}
                </span>
              ))}
            </div>
          )
        })}
      </div>
    </div>
  )
}

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: 10, PageUp: -10, Home: -1e9, End: 1e9 }
