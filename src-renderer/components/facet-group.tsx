import { useId, useState, type ReactNode } from 'react'
import { strings } from '../strings/strings.ts'

export interface FacetOption {
  readonly value: string
  readonly text: ReactNode
  readonly figure?: string
}

interface FacetGroupProps {
  readonly title: string
  readonly options: readonly FacetOption[]
  readonly chosen: ReadonlySet<string>
  /** Why it cannot be used now; it is shown dimmed. */
  readonly disabledWhy?: string | undefined
  readonly onToggle: (value: string) => void
  readonly children?: ReactNode
}

const SHOWN = 7

/** A list of values to filter by; a chosen one is chosen off by the same click. */
export function FacetGroup({ title, options, chosen, disabledWhy, onToggle, children }: FacetGroupProps) {
  const [isOpen, setIsOpen] = useState(false)
  const id = useId()
  if (options.length === 0) return null
  // What is chosen stays in sight even when it is far down.
  const shown = isOpen ? options : options.filter((option, at) => at < SHOWN || chosen.has(option.value))
  return (
    <section className="facet" aria-labelledby={id} title={disabledWhy}>
      <h3 id={id}>{title}</h3>
      <ul>
        {shown.map((option) => (
          <li key={option.value}>
            <button
              type="button"
              className="facet-option"
              aria-pressed={chosen.has(option.value)}
              disabled={disabledWhy !== undefined}
              onClick={() => onToggle(option.value)}
            >
              {option.text}
              {option.figure !== undefined && <span className="figures faint">{option.figure}</span>}
            </button>
          </li>
        ))}
      </ul>
      {options.length > SHOWN && (
        <button type="button" className="facet-more" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          {isOpen ? strings.facets.fewer : strings.facets.more(options.length - SHOWN)}
        </button>
      )}
      {children}
    </section>
  )
}
