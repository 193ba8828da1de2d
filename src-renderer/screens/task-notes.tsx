import { useState } from 'react'
import type { Task } from '../api/types.ts'
import { Age } from '../components/age.tsx'
import { AgentName } from '../components/agent-name.tsx'
import { Button } from '../components/button.tsx'
import type { Stores } from '../state/stores.ts'
import { strings } from '../strings/strings.ts'

const words = strings.tasks

interface TaskNotesProps {
  readonly stores: Stores
  readonly task: Task
  readonly now: number
}

/** What was noted on the way, the newest last, and a field for one more. */
export function TaskNotes({ stores, task, now }: TaskNotesProps) {
  const [note, setNote] = useState('')
  const mayAdd = task.status !== 'completed' && task.status !== 'cancelled'
  if (!mayAdd && task.notes.length === 0) return null
  return (
    <section className="pane-section" aria-label={words.fields.notes}>
      <h3>{words.fields.notes}</h3>
      <ol className="task-notes">
        {task.notes.map(({ at, by, text }) => (
          <li key={`${at} ${text}`}>
            <span className="task-line">
              <AgentName agentId={by} />
              <span className="faint">
                <Age at={at} now={now} long />
              </span>
            </span>
            <p className="pane-words">{text}</p>
          </li>
        ))}
      </ol>
      {mayAdd && (
        <form
          className="note-form"
          onSubmit={(event) => {
            event.preventDefault()
            if (note.trim() === '') return
            void stores.taskActions.update(task, { note: note.trim() }).then((isDone) => isDone && setNote(''))
          }}
        >
          <input
            className="field"
            aria-label={words.addNote}
            placeholder={words.addNote}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
          <Button type="submit" disabled={note.trim() === ''}>
            {words.saveNote}
          </Button>
        </form>
      )}
    </section>
  )
}
