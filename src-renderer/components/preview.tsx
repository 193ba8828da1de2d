import { lazy, Suspense } from 'react'
import { strings } from '../strings/strings.ts'

// Fetched by those who look at one.
const FormattedText = lazy(async () => ({ default: (await import('./formatted-text.tsx')).FormattedText }))

/** A text as formatted type. */
export function Preview({ text }: { readonly text: string }) {
  if (text.trim() === '') return <p className="faint preview">{strings.preview.nothing}</p>
  return (
    <div className="preview">
      <Suspense fallback={<p className="faint">{strings.common.loading}</p>}>
        <FormattedText text={text} />
      </Suspense>
    </div>
  )
}
