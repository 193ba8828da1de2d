import { useRef, useState } from 'react'
import type { Task, TaskStatus } from '../../src-main/contract/task.ts'
import { count } from '../format/numbers.ts'
import { BOARD_COLUMNS, columnOf, edgesOf, relatedTo } from '../model/task-board.ts'
import { strings } from '../strings/strings.ts'
import { TaskCard } from './task-card.tsx'
import { TaskLines } from './task-lines.tsx'

const words = strings.tasks
/** More cards than this are seen in the list, not on the board. */
const MOST_CARDS = 60
/** Columns that are shown also when nothing is in them. */
const ALWAYS: readonly TaskStatus[] = ['pending', 'in_progress', 'completed']

interface TaskBoardProps {
  readonly tasks: readonly Task[]
  readonly now: number
  readonly selectedId?: string | undefined
  readonly onOpen: (id: string) => void
}

/** Tasks by state; what a pointed-at task waits for, and what waits for it, is joined by lines. */
export function TaskBoard({ tasks, now, selectedId, onOpen }: TaskBoardProps) {
  const board = useRef<HTMLDivElement>(null)
  const [pointedId, setPointedId] = useState<string>()
  const edges = pointedId === undefined ? [] : edgesOf(tasks, pointedId)
  const related = pointedId !== undefined && edges.length > 0 ? relatedTo(tasks, pointedId) : undefined
  return (
    <div className="task-board" role="group" aria-label={words.boardLabel} ref={board}>
      {BOARD_COLUMNS.map((status) => ({ status, column: columnOf(tasks, status) }))
        .filter(({ status, column }) => column.length > 0 || ALWAYS.includes(status))
        .map(({ status, column }) => (
          <section key={status} className="task-column" aria-label={words.statuses[status]}>
            <header>
              <h2>{words.statuses[status]}</h2>
              <span className="figures faint">{count(column.length)}</span>
            </header>
            <div className="task-cards">
              {column.length === 0 && <p className="faint">{words.emptyColumn}</p>}
              {column.slice(0, MOST_CARDS).map((task) => (
                <TaskCard
                  key={task.id}
                  task={task}
                  now={now}
                  isSelected={task.id === selectedId}
                  isRelated={related?.has(task.id) === true}
                  onOpen={() => onOpen(task.id)}
                  onPoint={(isOver) => setPointedId((before) => (isOver ? task.id : before === task.id ? undefined : before))}
                />
              ))}
              {column.length > MOST_CARDS && <p className="faint">{words.more(column.length - MOST_CARDS)}</p>}
            </div>
          </section>
        ))}
      <TaskLines board={board} edges={edges} />
    </div>
  )
}
