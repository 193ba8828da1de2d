import { useState } from 'react'
import type { Workflow } from '../api/types.ts'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { readJsonObject } from '../model/json-object.ts'
import type { Stores } from '../state/stores.ts'
import { strings } from '../strings/strings.ts'

const words = strings.workflows

interface RunDialogProps {
  readonly stores: Stores
  readonly workflow: Workflow
  readonly onStarted: (runId: string) => void
  readonly onClose: () => void
}

/** Asks for the input of a run, and starts it. */
export function RunDialog({ stores, workflow, onStarted, onClose }: RunDialogProps) {
  const [text, setText] = useState(() => JSON.stringify(workflow.schedule?.input ?? {}, null, 2))
  const [error, setError] = useState<string>()
  const [isBusy, setIsBusy] = useState(false)
  const start = async () => {
    const input = readJsonObject(text)
    if ('problem' in input) {
      setError(input.problem)
      return
    }
    setIsBusy(true)
    const started = await stores.workflowActions.run(workflow, input.value)
    setIsBusy(false)
    if ('problem' in started) {
      setError(started.problem)
      return
    }
    onStarted(started.id)
    onClose()
  }
  return (
    <Dialog title={words.runTitle(workflow.name)} onClose={onClose}>
      <form
        className="dialog-body form"
        onSubmit={(event) => {
          event.preventDefault()
          void start()
        }}
      >
        <label>
          <span className="field-label">{words.input}</span>
          <textarea className="field mono" rows={8} spellCheck={false} value={text} onChange={(event) => setText(event.target.value)} />
        </label>
        <p className="faint">{words.inputHow}</p>
        {error !== undefined && (
          <p className="form-error" role="alert">
            {error}
          </p>
        )}
        <div className="form-actions">
          <Button type="submit" look="primary" disabled={isBusy}>
            {words.runNow}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
