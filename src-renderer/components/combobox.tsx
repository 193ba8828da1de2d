import { Popover } from 'radix-ui'
import { useId, useRef, useState, type KeyboardEvent, type ReactNode, type Ref } from 'react'

export interface ComboboxOption {
  readonly id: string
  readonly text: ReactNode
  readonly hint?: ReactNode
}

interface ComboboxProps {
  readonly label: string
  readonly placeholder: string
  readonly text: string
  readonly options: readonly ComboboxOption[]
  /** How many there are, for who cannot see them; or why there are none, below the field. */
  readonly status?: string | undefined
  readonly inputRef?: Ref<HTMLInputElement>
  readonly onText: (text: string) => void
  readonly onChoose: (id: string) => void
  /** Esc while the list is closed. */
  readonly onCancel?: () => void
}

/** A field that finds one of many. Arrows choose, Enter takes, Esc closes the list. */
export function Combobox({ label, placeholder, text, options, status, inputRef, onText, onChoose, onCancel }: ComboboxProps) {
  const [isOpen, setIsOpen] = useState(false)
  const [chosenId, setChosenId] = useState<string>()
  const list = useRef<HTMLDivElement>(null)
  const id = useId()
  const at = Math.max(
    0,
    options.findIndex((option) => option.id === chosenId),
  )
  const chosen = isOpen ? options[at] : undefined
  const take = (option: ComboboxOption) => {
    setIsOpen(false)
    setChosenId(undefined)
    onChoose(option.id)
  }
  const move = (step: number) => {
    const next = options[(at + step + options.length) % options.length]
    setChosenId(next?.id)
    list.current?.querySelector(`[data-option="${CSS.escape(next?.id ?? '')}"]`)?.scrollIntoView({ block: 'nearest' })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (isOpen) move(event.key === 'ArrowDown' ? 1 : -1)
      else setIsOpen(true)
    } else if (event.key === 'Enter' && chosen) take(chosen)
    else if (event.key === 'Escape' && isOpen) setIsOpen(false)
    else if (event.key === 'Escape' && onCancel) onCancel()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const isShown = isOpen && options.length > 0
  return (
    <div className="combobox">
      <Popover.Root open={isShown}>
        <Popover.Anchor asChild>
          <input
            ref={inputRef}
            type="text"
            className="field"
            role="combobox"
            aria-label={label}
            aria-expanded={isShown}
            aria-controls={isShown ? id : undefined}
            aria-autocomplete="list"
            aria-activedescendant={isShown && chosen ? `${id}-${chosen.id}` : undefined}
            aria-describedby={`${id}-status`}
            placeholder={placeholder}
            autoComplete="off"
            spellCheck={false}
            value={text}
            onFocus={() => setIsOpen(true)}
            onClick={() => setIsOpen(true)}
            onBlur={() => setIsOpen(false)}
            onChange={(event) => {
              setIsOpen(true)
              setChosenId(undefined)
              onText(event.target.value)
            }}
            onKeyDown={onKeyDown}
          />
        </Popover.Anchor>
        <Popover.Content
          ref={list}
          id={id}
          role="listbox"
          aria-label={label}
          className="menu combobox-list"
          align="start"
          sideOffset={4}
          collisionPadding={8}
          // The field keeps the focus all the time, and closes its list itself.
          onOpenAutoFocus={(event) => event.preventDefault()}
          onCloseAutoFocus={(event) => event.preventDefault()}
          onEscapeKeyDown={(event) => event.preventDefault()}
          onMouseDown={(event) => event.preventDefault()}
        >
          {options.map((option, index) => (
            <div
              key={option.id}
              id={`${id}-${option.id}`}
              data-option={option.id}
              className="combobox-option"
              role="option"
              aria-selected={index === at}
              onMouseMove={() => setChosenId(option.id)}
              onClick={() => take(option)}
            >
              <span className="truncate">{option.text}</span>
              {option.hint}
            </div>
          ))}
        </Popover.Content>
      </Popover.Root>
      <p id={`${id}-status`} className={options.length > 0 ? 'visually-hidden' : 'combobox-status'} role="status">
        {isOpen ? status : undefined}
      </p>
    </div>
  )
}
