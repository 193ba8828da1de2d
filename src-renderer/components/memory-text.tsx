import { useState } from 'react'
import { looksFormatted } from '../format/memory-text.ts'
import { strings } from '../strings/strings.ts'
import { Preview } from './preview.tsx'
import { SegmentedChoice } from './segmented-choice.tsx'

const words = strings.preview

/** The text as it was stored; one that has Markdown in it can be read as formatted type too. */
export function MemoryText({ text }: { readonly text: string }) {
  const [face, setFace] = useState<'text' | 'formatted'>('text')
  return (
    <>
      {looksFormatted(text) && (
        <div className="text-face">
          <SegmentedChoice
            label={words.label}
            value={face}
            options={[
              { value: 'text', text: words.text },
              { value: 'formatted', text: words.formatted },
            ]}
            onChange={setFace}
          />
        </div>
      )}
      {face === 'formatted' ? <Preview text={text} /> : <div className="memory-text">{text}</div>}
    </>
  )
}
