import { useQuery } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { useState } from 'react'
import { DEFAULT_NAMESPACE, LIMITS } from '../../src-main/contract/protocol.ts'
import type { Task, TaskInput, TaskPriority } from '../api/types.ts'
import { Button, IconButton } from '../components/button.tsx'
import { ChoiceMenu } from '../components/choice-menu.tsx'
import { Dialog } from '../components/dialog.tsx'
import type { Stores } from '../state/stores.ts'
import { strings } from '../strings/strings.ts'

const words = strings.tasks
const PRIORITIES: readonly TaskPriority[] = ['critical', 'high', 'medium', 'low']
const NOBODY = ''

interface NewTaskDialogProps {
  readonly stores: Stores
  /** That it may wait for. */
  readonly tasks: readonly Task[]
  readonly onMade: (id: string) => void
  readonly onClose: () => void
}

/** A task from a person: what, how urgent, for whom, after what, until when. */
export function NewTaskDialog({ stores, tasks, onMade, onClose }: NewTaskDialogProps) {
  const [title, setTitle] = useState('')
  const [description, setDescription] = useState('')
  const [priority, setPriority] = useState<TaskPriority>('medium')
  const [agentId, setAgentId] = useState(NOBODY)
  const [due, setDue] = useState('')
  const [waitsFor, setWaitsFor] = useState<readonly Task[]>([])
  const [error, setError] = useState<string>()
  const agents = useQuery({ queryKey: ['agents', 'names'], queryFn: ({ signal }) => stores.coordination.agents(undefined, signal) })
  const known = agents.data?.agents ?? []
  // Only agents of its namespace see a task: it goes where its agent is.
  const namespace = known.find((agent) => agent.agent_id === agentId)?.namespace ?? waitsFor[0]?.namespace ?? DEFAULT_NAMESPACE
  const open = tasks.filter((task) => task.status !== 'cancelled' && !waitsFor.some((other) => other.id === task.id))

  const save = async () => {
    const input: TaskInput = {
      title: title.trim(),
      priority,
      namespace,
      ...(description.trim() !== '' && { description: description.trim() }),
      ...(agentId !== NOBODY && { assigned_agent_id: agentId }),
      ...(waitsFor.length > 0 && { dependencies: waitsFor.map(({ id }) => id) }),
      ...(due !== '' && { due_at: new Date(due).toISOString() }),
    }
    const made = await stores.taskActions.create(input)
    if (typeof made === 'string') setError(made)
    else {
      onMade(made.id)
      onClose()
    }
  }
  return (
    <Dialog title={words.new} onClose={onClose}>
      <form
        className="dialog-body form"
        onSubmit={(event) => {
          event.preventDefault()
          if (title.trim() !== '') void save()
        }}
      >
        <label>
          <span className="field-label">{words.fields.title}</span>
          <input
            className="field"
            value={title}
            maxLength={LIMITS.taskTitleCharacters}
            onChange={(event) => setTitle(event.target.value)}
          />
        </label>
        <label>
          <span className="field-label">{words.fields.description}</span>
          <textarea className="field" rows={4} value={description} onChange={(event) => setDescription(event.target.value)} />
        </label>
        <div className="form-row">
          <div>
            <span className="field-label">{words.fields.priority}</span>
            <ChoiceMenu
              label={words.fields.priority}
              look="plain"
              value={priority}
              options={PRIORITIES.map((value) => ({ value, text: words.priorities[value] }))}
              onChange={setPriority}
            />
          </div>
          <div>
            <span className="field-label">{words.fields.agent}</span>
            <ChoiceMenu
              label={words.fields.agent}
              look="plain"
              value={agentId}
              options={[{ value: NOBODY, text: words.anyAgent }, ...known.map(({ agent_id }) => ({ value: agent_id, text: agent_id }))]}
              onChange={setAgentId}
            />
          </div>
          <label>
            <span className="field-label">{words.fields.due}</span>
            <input className="field" type="datetime-local" value={due} onChange={(event) => setDue(event.target.value)} />
          </label>
        </div>
        <div>
          <span className="field-label">{words.fields.dependencies}</span>
          <ul className="chosen-tasks">
            {waitsFor.map((task) => (
              <li key={task.id} className="tag">
                <span>{task.title}</span>
                <IconButton
                  small
                  label={words.removeDependency(task.title)}
                  icon={<X size={12} />}
                  onClick={() => setWaitsFor(waitsFor.filter((other) => other.id !== task.id))}
                />
              </li>
            ))}
          </ul>
          {open.length > 0 && (
            <ChoiceMenu
              label={words.chooseDependency}
              look="plain"
              value=""
              options={open.slice(0, 100).map((task) => ({ value: task.id, text: task.title }))}
              onChange={(id) => setWaitsFor([...waitsFor, ...open.filter((task) => task.id === id)])}
            >
              {words.chooseDependency}
            </ChoiceMenu>
          )}
        </div>
        {error !== undefined && (
          <p className="form-error" role="alert">
            {error}
          </p>
        )}
        <div className="form-actions">
          <span className="faint">
            {words.fields.namespace}: {namespace}
          </span>
          <Button type="submit" look="primary" disabled={title.trim() === ''}>
            {words.new}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
