import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Workflow } from '../api/types.ts'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { SegmentedChoice } from '../components/segmented-choice.tsx'
import { readJsonObject } from '../model/json-object.ts'
import type { Stores } from '../state/stores.ts'
import { strings } from '../strings/strings.ts'

const words = strings.workflows
const BLANK = 'blank'
const BLANK_WORKFLOW = {
  name: 'my-workflow',
  description: '',
  steps: [{ id: 'find', tool: 'semantic_search', arguments: { query: '{{input.topic}}', limit: 5 } }],
}

interface WorkflowDialogProps {
  readonly stores: Stores
  /** Absent for a new one. */
  readonly workflow: Workflow | undefined
  readonly onSaved: (id: string) => void
  readonly onClose: () => void
}

/** A workflow as JSON, from an example or from nothing. The server says what is wrong with it. */
export function WorkflowDialog({ stores, workflow, onSaved, onClose }: WorkflowDialogProps) {
  const [text, setText] = useState(() => pretty(workflow ? editable(workflow) : BLANK_WORKFLOW))
  const [source, setSource] = useState(BLANK)
  const [error, setError] = useState<string>()
  const examples = useQuery({
    queryKey: ['workflow-examples'],
    queryFn: ({ signal }) => stores.coordination.workflowExamples(signal),
    enabled: workflow === undefined,
    staleTime: Infinity,
  })
  const start = (name: string) => {
    setSource(name)
    const example = examples.data?.find((candidate) => candidate.example === name)
    setText(pretty(example ? editable(example) : BLANK_WORKFLOW))
    setError(undefined)
  }
  const save = async () => {
    const input = readJsonObject(text)
    if ('problem' in input) {
      setError(input.problem)
      return
    }
    // The server checks every field and names the one that is wrong.
    const saved = await stores.workflowActions.save(workflow, input.value)
    if (typeof saved === 'string') {
      setError(saved)
      return
    }
    onSaved(saved.id)
    onClose()
  }
  return (
    <Dialog title={workflow ? words.editTitle(workflow.name) : words.newTitle} onClose={onClose}>
      <form
        className="dialog-body form"
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        {workflow === undefined && (
          <SegmentedChoice
            label={words.fromExample}
            value={source}
            options={[
              { value: BLANK, text: words.blank },
              ...(examples.data ?? []).map(({ example }) => ({ value: example, text: example })),
            ]}
            onChange={start}
          />
        )}
        <label>
          <span className="field-label">{words.definition}</span>
          <textarea className="field mono" rows={16} spellCheck={false} value={text} onChange={(event) => setText(event.target.value)} />
        </label>
        <p className="faint">{words.definitionHow}</p>
        {error !== undefined && (
          <p className="form-error" role="alert">
            {error}
          </p>
        )}
        <div className="form-actions">
          <Button type="submit" look="primary">
            {workflow ? words.save : words.create}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function editable({ name, description, steps, schedule }: Pick<Workflow, 'name' | 'description' | 'steps' | 'schedule'>) {
  return { name, ...(description !== undefined && { description }), steps, ...(schedule && { schedule }) }
}

function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2)
}
