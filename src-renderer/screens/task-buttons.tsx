import { useQuery } from '@tanstack/react-query'
import { Check, Play, RotateCcw, Trash2, Undo2, X } from 'lucide-react'
import { useState } from 'react'
import { TASK_TRANSITIONS } from '../../src-main/contract/task.ts'
import type { Task } from '../api/types.ts'
import { Button, IconButton } from '../components/button.tsx'
import { ChoiceMenu } from '../components/choice-menu.tsx'
import type { Stores } from '../state/stores.ts'
import { strings } from '../strings/strings.ts'

const words = strings.tasks

interface TaskButtonsProps {
  readonly stores: Stores
  readonly task: Task
  readonly onGone: () => void
}

/** What a person may do with a task in its state. */
export function TaskButtons({ stores, task, onGone }: TaskButtonsProps) {
  const { taskActions } = stores
  const [reason, setReason] = useState<string>()
  const agents = useQuery({ queryKey: ['agents', 'names'], queryFn: ({ signal }) => stores.coordination.agents(undefined, signal) })
  const names = (agents.data?.agents ?? []).map(({ agent_id }) => agent_id)
  const may = new Set(TASK_TRANSITIONS[task.status])
  const isOpen = task.status !== 'completed' && task.status !== 'cancelled'
  const update = (status: 'pending' | 'in_progress') => () => void taskActions.update(task, { status })
  if (reason !== undefined) {
    return (
      <form
        className="pane-actions"
        onSubmit={(event) => {
          event.preventDefault()
          if (reason.trim() === '') return
          void taskActions.end(task, 'fail', reason.trim())
          setReason(undefined)
        }}
      >
        <input
          autoFocus
          className="field"
          aria-label={words.whatWentWrong}
          placeholder={words.whatWentWrong}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
        <Button type="submit" look="primary" disabled={reason.trim() === ''}>
          {words.actions.fail}
        </Button>
        <Button onClick={() => setReason(undefined)}>{strings.common.cancel}</Button>
      </form>
    )
  }
  return (
    <div className="pane-actions">
      {may.has('in_progress') && (
        <Button icon={<Play size={13} />} onClick={update('in_progress')}>
          {words.actions.start}
        </Button>
      )}
      {may.has('completed') && (
        <Button icon={<Check size={14} />} onClick={() => void taskActions.end(task, 'complete')}>
          {words.actions.complete}
        </Button>
      )}
      {may.has('pending') && (
        <Button icon={task.status === 'in_progress' ? <Undo2 size={13} /> : <RotateCcw size={13} />} onClick={update('pending')}>
          {PENDING_WORDS[task.status] ?? words.actions.reopen}
        </Button>
      )}
      {may.has('failed') && <Button onClick={() => setReason('')}>{words.actions.fail}</Button>}
      {isOpen && names.length > 0 && (
        <ChoiceMenu
          label={words.actions.assign}
          look="plain"
          value={task.assigned_agent_id ?? ''}
          options={names.map((name) => ({ value: name, text: name }))}
          onChange={(name) => void taskActions.assign(task, name)}
        >
          {words.actions.assign}
        </ChoiceMenu>
      )}
      <span className="spacer" />
      {may.has('cancelled') && (
        <IconButton label={words.actions.cancel} icon={<X size={14} />} onClick={() => void taskActions.end(task, 'cancel')} />
      )}
      <IconButton
        label={words.actions.delete}
        icon={<Trash2 size={14} />}
        onClick={() => void taskActions.delete(task).then((isDone) => isDone && onGone())}
      />
    </div>
  )
}

const PENDING_WORDS: Partial<Record<Task['status'], string>> = {
  in_progress: words.actions.release,
  failed: words.actions.retry,
}
