import { hundredths } from '../format/numbers.ts'
import { strings } from '../strings/strings.ts'

const DOTS = [0.25, 0.5, 0.75, 1]

/** Importance in four dots; from 0.75 up they take the accent. */
export function Importance({ value }: { readonly value: number }) {
  const label = strings.memories.importance(hundredths(value))
  return (
    <span className={value >= 0.75 ? 'importance high' : 'importance'} role="img" aria-label={label} title={label}>
      {DOTS.map((step) => (
        <i key={step} className={value >= step - 0.125 ? 'on' : ''} />
      ))}
    </span>
  )
}
