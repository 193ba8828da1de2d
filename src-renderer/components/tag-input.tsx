import { X } from 'lucide-react'
import { useState } from 'react'
import { LIMITS } from '../../src-main/contract/protocol.ts'
import { strings } from '../strings/strings.ts'

interface TagInputProps {
  readonly tags: readonly string[]
  readonly onChange: (tags: readonly string[]) => void
}

/** Tags as chips; Enter or a comma adds, Backspace in the empty field takes the last away. */
export function TagInput({ tags, onChange }: TagInputProps) {
  const [text, setText] = useState('')
  const add = (raw: string) => {
    const tag = raw.trim().replace(/^#/, '')
    if (tag !== '' && !tags.includes(tag) && tags.length < LIMITS.tags) onChange([...tags, tag])
    setText('')
  }
  return (
    <div className="field tag-field">
      {tags.map((tag) => (
        <span key={tag} className="tag">
          <span>{tag}</span>
          <button type="button" aria-label={strings.editor.removeTag(tag)} onClick={() => onChange(tags.filter((old) => old !== tag))}>
            <X size={11} />
          </button>
        </span>
      ))}
      <input
        type="text"
        aria-label={strings.editor.addTag}
        placeholder={tags.length === 0 ? strings.editor.addTag : ''}
        maxLength={LIMITS.tagCharacters}
        value={text}
        onChange={(event) => (event.target.value.endsWith(',') ? add(event.target.value.slice(0, -1)) : setText(event.target.value))}
        onBlur={() => add(text)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return
          if (event.key === 'Enter' && text.trim() !== '' && !event.ctrlKey && !event.metaKey) {
            event.preventDefault()
            add(text)
          } else if (event.key === 'Backspace' && text === '') {
            onChange(tags.slice(0, -1))
          }
        }}
      />
    </div>
  )
}
