import { Search } from 'lucide-react'
import { useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { strings } from '../strings/strings.ts'
import { Dialog } from './dialog.tsx'

export interface PaletteItem {
  readonly id: string
  readonly group: string
  readonly icon: ReactNode
  readonly text: string
  readonly hint?: ReactNode
  readonly run: () => void
}

interface CommandPaletteProps {
  readonly query: string
  readonly items: readonly PaletteItem[]
  readonly onQuery: (query: string) => void
  readonly onClose: () => void
}

/** One field that goes anywhere and does anything. Arrows choose, Enter runs. */
export function CommandPalette({ query, items, onQuery, onClose }: CommandPaletteProps) {
  const [chosenId, setChosenId] = useState<string>()
  const list = useRef<HTMLDivElement>(null)
  const id = useId()
  const chosen = Math.max(
    0,
    items.findIndex((item) => item.id === chosenId),
  )
  const run = (item: PaletteItem | undefined) => {
    if (!item) return
    onClose()
    item.run()
  }
  const move = (step: number) => {
    const next = items[(chosen + step + items.length) % items.length]
    setChosenId(next?.id)
    list.current?.querySelector(`[data-item="${next?.id ?? ''}"]`)?.scrollIntoView({ block: 'nearest' })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'ArrowDown') move(1)
    else if (event.key === 'ArrowUp') move(-1)
    else if (event.key === 'Enter') run(items[chosen])
    else return
    event.preventDefault()
  }
  return (
    <Dialog title={strings.palette.title} hasHead={false} onClose={onClose}>
      <div className="palette-input">
        <Search size={16} aria-hidden="true" />
        <input
          autoFocus
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls={id}
          aria-activedescendant={items[chosen] ? `${id}-${items[chosen].id}` : undefined}
          aria-label={strings.palette.title}
          placeholder={strings.palette.placeholder}
          autoComplete="off"
          spellCheck={false}
          value={query}
          onChange={(event) => {
            setChosenId(undefined)
            onQuery(event.target.value)
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div className="palette-list" id={id} role="listbox" aria-label={strings.palette.title} ref={list}>
        {items.length === 0 && <p className="palette-group">{strings.palette.nothing}</p>}
        {items.map((item, at) => (
          <div key={item.id} role="presentation">
            {items[at - 1]?.group !== item.group && (
              <div className="palette-group" role="presentation">
                {item.group}
              </div>
            )}
            <div
              id={`${id}-${item.id}`}
              data-item={item.id}
              className="palette-item"
              role="option"
              aria-selected={at === chosen}
              onMouseMove={() => setChosenId(item.id)}
              onClick={() => run(item)}
            >
              {item.icon}
              <span className="truncate">{item.text}</span>
              {item.hint}
            </div>
          </div>
        ))}
      </div>
    </Dialog>
  )
}
