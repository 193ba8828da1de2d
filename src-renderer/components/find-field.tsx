import { Search } from 'lucide-react'

interface FindFieldProps {
  /** Also what stands in the empty field. */
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
}

/** Narrows what is on the screen while one types. */
export function FindField({ label, value, onChange }: FindFieldProps) {
  return (
    <label className="find-field field">
      <Search size={14} aria-hidden="true" />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        value={value}
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  )
}
