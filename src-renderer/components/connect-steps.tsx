import { Check } from 'lucide-react'
import { strings } from '../strings/strings.ts'

interface ConnectStepsProps {
  readonly names: readonly string[]
  /** From 0; as many as there are names when all is done. */
  readonly current: number
}

/** Where one is in a short row of steps. */
export function ConnectSteps({ names, current }: ConnectStepsProps) {
  return (
    <ol className="steps" aria-label={strings.connect.sheet.steps}>
      {names.map((name, at) => (
        <li key={name} className={at < current ? 'done' : undefined} aria-current={at === current ? 'step' : undefined}>
          <span className="step-number" aria-hidden="true">
            {at < current ? <Check size={12} /> : at + 1}
          </span>
          {name}
        </li>
      ))}
    </ol>
  )
}
