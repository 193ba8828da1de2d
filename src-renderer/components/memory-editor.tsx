import { useState, type KeyboardEvent, type ReactNode } from 'react'
import type { MemoryDraft } from '../model/memory-draft.ts'
import { strings } from '../strings/strings.ts'
import { Button } from './button.tsx'
import { Key } from './key.tsx'
import { MemoryForm } from './memory-form.tsx'

interface MemoryEditorProps {
  readonly initial: MemoryDraft
  readonly submitText: string
  readonly hint?: string
  readonly modKey: string
  /** Answers a sentence when it did not work. */
  readonly onSave: (draft: MemoryDraft) => Promise<string | undefined>
  readonly onDraft?: (draft: MemoryDraft) => void
  readonly onCancel: () => void
  /** Beside the message when saving failed. */
  readonly failureAction?: ReactNode
}

/** The form with its buttons. Ctrl/Cmd+Enter saves, Esc leaves. */
export function MemoryEditor({ initial, submitText, hint, modKey, onSave, onDraft, onCancel, failureAction }: MemoryEditorProps) {
  const [draft, setDraft] = useState(initial)
  const [isSaving, setIsSaving] = useState(false)
  const [error, setError] = useState<string>()
  const change = (next: MemoryDraft) => {
    setDraft(next)
    onDraft?.(next)
  }
  const save = () => {
    if (isSaving) return
    if (draft.content.trim() === '') {
      setError(strings.editor.empty)
      return
    }
    setIsSaving(true)
    setError(undefined)
    void onSave(draft).then((problem) => {
      setIsSaving(false)
      setError(problem)
    })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.nativeEvent.isComposing) return
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) save()
    else if (event.key === 'Escape') onCancel()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <form
      className="memory-editor"
      onKeyDown={onKeyDown}
      onSubmit={(event) => {
        event.preventDefault()
        save()
      }}
    >
      <MemoryForm draft={draft} hint={hint} onChange={change} />
      {error !== undefined && (
        <p className="form-error" role="alert">
          {error} {failureAction}
        </p>
      )}
      <div className="form-actions">
        <Button look="quiet" onClick={onCancel}>
          {strings.common.cancel}
        </Button>
        <Button type="submit" look="primary" disabled={isSaving} aria-keyshortcuts="Control+Enter Meta+Enter">
          {isSaving ? strings.editor.saving : submitText}
        </Button>
        <Key name={`${modKey} ↵`} />
      </div>
    </form>
  )
}
