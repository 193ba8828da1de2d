import { Hourglass } from 'lucide-react'
import type { Task } from '../../src-main/contract/task.ts'
import { absoluteTime, shortUntil } from '../format/relative-time.ts'
import { isLate } from '../model/task-board.ts'
import { strings } from '../strings/strings.ts'
import { AgentName } from './agent-name.tsx'
import { PriorityMark } from './priority-mark.tsx'

const words = strings.tasks

interface TaskCardProps {
  readonly task: Task
  readonly now: number
  readonly isSelected: boolean
  /** It waits for the task that is pointed at, or that waits for it. */
  readonly isRelated: boolean
  readonly onOpen: () => void
  readonly onPoint: (isOver: boolean) => void
}

/** Found again by the lines between cards. */
export function taskCardId(id: string): string {
  return `task-card-${id}`
}

export function TaskCard({ task, now, isSelected, isRelated, onOpen, onPoint }: TaskCardProps) {
  const late = isLate(task, now)
  return (
    <button
      id={taskCardId(task.id)}
      type="button"
      className={isRelated ? 'task-card related' : 'task-card'}
      aria-pressed={isSelected}
      onClick={onOpen}
      onMouseEnter={() => onPoint(true)}
      onMouseLeave={() => onPoint(false)}
      onFocus={() => onPoint(true)}
      onBlur={() => onPoint(false)}
    >
      <span className="task-title">{task.title}</span>
      {task.status === 'in_progress' && task.progress > 0 && (
        <progress max={100} value={task.progress} aria-label={words.fields.progress} />
      )}
      <span className="task-line">
        <PriorityMark priority={task.priority} />
        {task.assigned_agent_id === undefined ? (
          <span className="faint truncate">{words.unassigned}</span>
        ) : (
          <AgentName agentId={task.assigned_agent_id} />
        )}
        <span className="spacer" />
        {task.status === 'blocked' && (
          <span className="faint" title={words.waitsFor(task.dependencies.length)}>
            <Hourglass size={12} aria-label={words.waitsFor(task.dependencies.length)} />
          </span>
        )}
        {task.due_at !== undefined && task.completed_at === undefined && (
          <time className={late ? 'error-text' : 'faint'} dateTime={task.due_at} title={absoluteTime(task.due_at)}>
            {late ? words.late : shortUntil(task.due_at, now)}
          </time>
        )}
      </span>
    </button>
  )
}
