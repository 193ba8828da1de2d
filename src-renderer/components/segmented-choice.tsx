import type { ReactNode } from 'react'

interface SegmentedChoiceProps<T extends string> {
  readonly label: string
  readonly value: T
  readonly options: readonly { readonly value: T; readonly text: string; readonly icon?: ReactNode }[]
  readonly onChange: (value: T) => void
}

/** One of two or three faces of the same thing, side by side. */
export function SegmentedChoice<T extends string>({ label, value, options, onChange }: SegmentedChoiceProps<T>) {
  return (
    <span className="segmented" role="group" aria-label={label}>
      {options.map((option) => (
        <button key={option.value} type="button" aria-pressed={option.value === value} onClick={() => onChange(option.value)}>
          {option.icon}
          {option.text}
        </button>
      ))}
    </span>
  )
}
