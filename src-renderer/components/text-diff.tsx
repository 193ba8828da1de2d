import { useMemo } from 'react'
import { diffText } from '../format/text-diff.ts'
import { strings } from '../strings/strings.ts'

/** A long stretch without change shows its two ends. */
const KEPT = 120

export function TextDiff({ before, after }: { readonly before: string; readonly after: string }) {
  const parts = useMemo(() => diffText(before, after), [before, after])
  return (
    <p className="text-diff">
      {parts.map(({ kind, text }, at) => {
        if (kind === 'added')
          return (
            <ins key={at} aria-label={`${strings.history.added} ${text}`}>
              {text}
            </ins>
          )
        if (kind === 'removed')
          return (
            <del key={at} aria-label={`${strings.history.removed} ${text}`}>
              {text}
            </del>
          )
        return <span key={at}>{shorten(text, at === 0, at === parts.length - 1)}</span>
      })}
    </p>
  )
}

function shorten(text: string, isFirst: boolean, isLast: boolean): string {
  if (text.length <= KEPT * 2) return text
  const start = isFirst ? '' : text.slice(0, KEPT)
  const end = isLast ? '' : text.slice(-KEPT)
  return `${start} … ${end}`
}
