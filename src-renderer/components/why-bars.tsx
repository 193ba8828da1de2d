import type { Why } from '../../src-main/contract/memory.ts'
import { hundredths } from '../format/numbers.ts'
import { strings } from '../strings/strings.ts'

const PARTS = ['vector', 'keyword', 'importance', 'recency'] as const

/** Why a hit was found: a small labelled bar for each reason that counted. */
export function WhyBars({ why }: { readonly why: Why }) {
  return (
    <span className="why" role="group" aria-label={strings.memories.why.label}>
      {PARTS.map((part) => {
        const value = why[part]
        if (value === undefined) return null
        const name = strings.memories.why[part]
        return (
          <span key={part} className={`why-part ${part}`} title={`${name} ${hundredths(value)}`}>
            <span>{name}</span>
            <span
              className="why-bar"
              role="meter"
              aria-label={name}
              aria-valuemin={0}
              aria-valuemax={100}
              aria-valuenow={Math.round(value * 100)}
            >
              <i style={{ width: `${Math.max(4, Math.min(100, value * 100))}%` }} />
            </span>
          </span>
        )
      })}
    </span>
  )
}
