import { strings } from '../strings/strings.ts'
import { Button } from './button.tsx'

const words = strings.settings

interface SettingsSaveBarProps {
  readonly count: number
  readonly isSaving: boolean
  /** What is wrong with all of it; what is wrong with one field stands beside it. */
  readonly error: string | undefined
  /** Takes the present state of a file that was changed elsewhere. */
  readonly onReload: (() => void) | undefined
  readonly onSave: () => void
  readonly onDiscard: () => void
}

/** One save for all that was changed in a part. */
export function SettingsSaveBar({ count, isSaving, error, onReload, onSave, onDiscard }: SettingsSaveBarProps) {
  return (
    <footer className="save-bar" role="group" aria-label={words.unsaved(count)}>
      <span className={error === undefined ? 'faint' : 'form-error'} role="status">
        {error ?? words.unsaved(count)}
      </span>
      <span className="spacer" />
      {onReload && <Button onClick={onReload}>{words.reload}</Button>}
      <Button onClick={onDiscard} disabled={isSaving}>
        {words.discard}
      </Button>
      <Button look="primary" onClick={onSave} disabled={isSaving}>
        {isSaving ? words.saving : words.save}
      </Button>
    </footer>
  )
}
