import { useQuery } from '@tanstack/react-query'
import type { Task } from '../api/types.ts'
import { Age } from '../components/age.tsx'
import { AgentName } from '../components/agent-name.tsx'
import { Face } from '../components/face.tsx'
import { Facts } from '../components/facts.tsx'
import { JsonView } from '../components/json-view.tsx'
import { PriorityMark } from '../components/priority-mark.tsx'
import { StateMark } from '../components/state-mark.tsx'
import { absoluteTime } from '../format/relative-time.ts'
import type { Stores } from '../state/stores.ts'
import { strings } from '../strings/strings.ts'
import { SidePane } from './side-pane.tsx'
import { TaskButtons } from './task-buttons.tsx'
import { TASK_TONES } from './task-tones.ts'
import { TaskNotes } from './task-notes.tsx'

const words = strings.tasks

interface TaskPaneProps {
  readonly stores: Stores
  readonly id: string
  /** The tasks that the screen has, for the names of those it waits for. */
  readonly known: readonly Task[]
  readonly now: number
  readonly onOpen: (id: string) => void
  readonly onClose: () => void
}

/** One task whole: what it is, what it waits for, what came of it, and what a person may do with it. */
export function TaskPane({ stores, id, known, now, onOpen, onClose }: TaskPaneProps) {
  const listed = known.find((task) => task.id === id)
  const query = useQuery({
    queryKey: ['tasks', id],
    queryFn: ({ signal }) => stores.coordination.task(id, signal),
    ...(listed && { placeholderData: listed }),
  })
  const task = query.data
  if (!task) {
    return (
      <SidePane preferences={stores.preferences} label={words.detail} title={words.detail} onClose={onClose}>
        {query.status === 'error' && <Face title={words.gone} />}
      </SidePane>
    )
  }
  const waiting = known.filter((other) => other.dependencies.includes(id))
  return (
    <SidePane preferences={stores.preferences} label={words.detail} title={task.title} onClose={onClose}>
      <TaskButtons stores={stores} task={task} onGone={onClose} />
      {task.description !== undefined && <p className="pane-text">{task.description}</p>}
      <Facts
        facts={[
          { label: words.columns.status, value: <StateMark tone={TASK_TONES[task.status]} text={words.statuses[task.status]} /> },
          { label: words.fields.progress, value: task.status === 'in_progress' ? `${task.progress} %` : undefined },
          { label: words.fields.priority, value: <PriorityMark priority={task.priority} withText /> },
          {
            label: words.columns.agent,
            value: task.assigned_agent_id === undefined ? words.unassigned : <AgentName agentId={task.assigned_agent_id} />,
          },
          { label: words.fields.due, value: task.due_at && absoluteTime(task.due_at) },
          { label: words.fields.namespace, value: task.namespace },
          { label: words.fields.createdBy, value: <AgentName agentId={task.created_by} /> },
          { label: words.fields.created, value: <Age at={task.created_at} now={now} long /> },
          { label: words.fields.started, value: task.started_at && <Age at={task.started_at} now={now} long /> },
          { label: words.fields.completed, value: task.completed_at && <Age at={task.completed_at} now={now} long /> },
          { label: words.fields.retries, value: task.retry_count > 0 ? String(task.retry_count) : undefined },
          { label: words.fields.id, value: <span className="mono">{task.id}</span> },
        ]}
      />
      <TaskLinks title={words.fields.dependencies} ids={task.dependencies} known={known} onOpen={onOpen} />
      <TaskLinks title={words.fields.dependents} ids={waiting.map((other) => other.id)} known={known} onOpen={onOpen} />
      {task.error !== undefined && (
        <section className="pane-section" aria-label={words.fields.error}>
          <h3>{words.fields.error}</h3>
          <p className="pane-words error-text">{task.error}</p>
        </section>
      )}
      {task.result !== undefined && (
        <section className="pane-section" aria-label={words.fields.result}>
          <h3>{words.fields.result}</h3>
          <JsonView value={task.result} label={words.fields.result} />
        </section>
      )}
      <TaskNotes stores={stores} task={task} now={now} />
    </SidePane>
  )
}

interface TaskLinksProps {
  readonly title: string
  readonly ids: readonly string[]
  readonly known: readonly Task[]
  readonly onOpen: (id: string) => void
}

function TaskLinks({ title, ids, known, onOpen }: TaskLinksProps) {
  if (ids.length === 0) return null
  return (
    <section className="pane-section" aria-label={title}>
      <h3>{title}</h3>
      <ul className="task-links">
        {ids.map((id) => {
          const task = known.find((other) => other.id === id)
          return (
            <li key={id}>
              {task ? (
                <button type="button" className="task-link" onClick={() => onOpen(id)}>
                  <StateMark tone={TASK_TONES[task.status]} text="" />
                  <span className="truncate">{task.title}</span>
                </button>
              ) : (
                <span className="mono faint">
                  {id} ({words.dependencyGone})
                </span>
              )}
            </li>
          )
        })}
      </ul>
    </section>
  )
}
