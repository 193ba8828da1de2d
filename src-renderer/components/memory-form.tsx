import type { AccessLevel } from '../../src-main/contract/memory.ts'
import { LIMITS } from '../../src-main/contract/protocol.ts'
import { useEffect, useId, useRef, useState } from 'react'
import { hundredths } from '../format/numbers.ts'
import type { MemoryDraft } from '../model/memory-draft.ts'
import { strings } from '../strings/strings.ts'
import { ChoiceMenu } from './choice-menu.tsx'
import { Level } from './level.tsx'
import { Preview } from './preview.tsx'
import { SegmentedChoice } from './segmented-choice.tsx'
import { TagInput } from './tag-input.tsx'

interface MemoryFormProps {
  readonly draft: MemoryDraft
  readonly hint?: string | undefined
  readonly onChange: (draft: MemoryDraft) => void
}

const LEVELS: readonly AccessLevel[] = ['private', 'team', 'shared', 'public', 'system']
const words = strings.editor

/** The fields of a memory, for a new one and for an old. */
export function MemoryForm({ draft, hint, onChange }: MemoryFormProps) {
  const text = useRef<HTMLTextAreaElement>(null)
  const id = useId()
  const [face, setFace] = useState<'write' | 'preview'>('write')
  useEffect(() => {
    const field = text.current
    if (!field) return
    field.focus()
    field.setSelectionRange(field.value.length, field.value.length)
  }, [])
  return (
    <>
      <SegmentedChoice
        label={strings.preview.label}
        value={face}
        options={[
          { value: 'write', text: strings.preview.write },
          { value: 'preview', text: strings.preview.preview },
        ]}
        onChange={setFace}
      />
      {face === 'preview' && <Preview text={draft.content} />}
      <textarea
        ref={text}
        hidden={face === 'preview'}
        className="field memory-text"
        aria-label={words.content}
        placeholder={hint}
        maxLength={LIMITS.contentCharacters}
        rows={Math.max(7, Math.min(18, draft.content.split('\n').length + 3))}
        value={draft.content}
        onChange={(event) => onChange({ ...draft, content: event.target.value })}
      />
      <div>
        <span className="field-label">{words.tags}</span>
        <TagInput tags={draft.tags} onChange={(tags) => onChange({ ...draft, tags })} />
      </div>
      <div className="form-pair">
        <div>
          <label className="field-label" htmlFor={`${id}-importance`}>
            {words.importance}
          </label>
          <div className="range">
            <input
              id={`${id}-importance`}
              type="range"
              min={0}
              max={1}
              step={0.05}
              value={draft.importance}
              onChange={(event) => onChange({ ...draft, importance: Number(event.target.value) })}
            />
            <output className="figures">{hundredths(draft.importance)}</output>
          </div>
        </div>
        <div>
          <span className="field-label">{words.level}</span>
          <ChoiceMenu
            label={words.level}
            look="plain"
            value={draft.level}
            options={LEVELS.map((level) => ({ value: level, text: strings.levels[level], icon: <Level level={level} /> }))}
            onChange={(level) => onChange({ ...draft, level })}
          />
        </div>
      </div>
    </>
  )
}
