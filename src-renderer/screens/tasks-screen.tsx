import { useInfiniteQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { Task } from '../api/types.ts'
import { Age } from '../components/age.tsx'
import { AgentName } from '../components/agent-name.tsx'
import { Button } from '../components/button.tsx'
import { DataTable, type Column } from '../components/data-table.tsx'
import { Face } from '../components/face.tsx'
import { FindField } from '../components/find-field.tsx'
import { PriorityMark } from '../components/priority-mark.tsx'
import { ScreenHead } from '../components/screen-head.tsx'
import { SegmentedChoice } from '../components/segmented-choice.tsx'
import { StateMark } from '../components/state-mark.tsx'
import { TaskBoard } from '../components/task-board.tsx'
import { count } from '../format/numbers.ts'
import { absoluteTime, shortDate } from '../format/relative-time.ts'
import { isLate } from '../model/task-board.ts'
import type { Stores } from '../state/stores.ts'
import { useStore } from '../state/use-store.ts'
import { strings } from '../strings/strings.ts'
import { NewTaskDialog } from './new-task-dialog.tsx'
import { QueryFace } from './query-face.tsx'
import { TaskPane } from './task-pane.tsx'
import { TASK_TONES } from './task-tones.ts'

const words = strings.tasks
const PAGE = 100
/** The board shows what there is, not pages; beyond this the list is the better face. */
const MOST_ON_BOARD = 1000

/** What is to be done, who does it, and what waits for what. */
export function TasksScreen({ stores }: { readonly stores: Stores }) {
  const { router, coordination } = stores
  const { id: selectedId, view } = useStore(router.store, (route) => route)
  const now = useStore(stores.clock, (time) => time)
  const [text, setText] = useState('')
  const [isMaking, setIsMaking] = useState(false)
  const isList = view === 'list'
  const query = useInfiniteQuery({
    queryKey: ['tasks'],
    queryFn: ({ pageParam, signal }) => coordination.tasks({ limit: PAGE, ...(pageParam !== undefined && { cursor: pageParam }) }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor,
  })
  const tasks = query.data?.pages.flatMap((page) => page.tasks) ?? []
  const total = query.data?.pages[0]?.total ?? 0
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && tasks.length < MOST_ON_BOARD) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, tasks.length])

  const wanted = text.trim().toLowerCase()
  const shown = tasks.filter((task) => `${task.title} ${task.assigned_agent_id ?? ''}`.toLowerCase().includes(wanted))
  const face = isList ? { view: 'list' } : {}
  const open = (id: string | undefined) => router.replace({ screen: 'tasks', ...face, ...(id === undefined ? {} : { id }) })
  return (
    <main className="screen with-pane">
      <section className="main-column" aria-label={words.title}>
        <ScreenHead title={words.title} note={query.data ? words.note(count(total)) : undefined}>
          <FindField label={words.find} value={text} onChange={setText} />
          <SegmentedChoice
            label={words.view}
            value={isList ? 'list' : 'board'}
            options={[
              { value: 'board', text: words.board },
              { value: 'list', text: words.list },
            ]}
            onChange={(next) =>
              router.replace({ screen: 'tasks', ...(selectedId && { id: selectedId }), ...(next === 'list' && { view: next }) })
            }
          />
          <Button look="primary" icon={<Plus size={14} />} onClick={() => setIsMaking(true)}>
            {words.new}
          </Button>
        </ScreenHead>
        <QueryFace query={query}>
          {tasks.length === 0 ? (
            <Face fill title={words.empty} text={words.emptyHow}>
              <Button onClick={() => setIsMaking(true)}>{words.new}</Button>
            </Face>
          ) : shown.length === 0 ? (
            <Face fill title={words.noMatch} />
          ) : isList ? (
            <DataTable
              label={words.title}
              columns={columnsAt(now)}
              rows={shown}
              keyOf={(task) => task.id}
              selectedKey={selectedId}
              onSelect={(task) => open(task.id)}
              onNearEnd={() => {
                if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
              }}
            />
          ) : (
            <TaskBoard tasks={shown} now={now} selectedId={selectedId} onOpen={open} />
          )}
        </QueryFace>
      </section>
      {selectedId !== undefined && (
        <TaskPane key={selectedId} stores={stores} id={selectedId} known={tasks} now={now} onOpen={open} onClose={() => open(undefined)} />
      )}
      {isMaking && <NewTaskDialog stores={stores} tasks={tasks} onMade={open} onClose={() => setIsMaking(false)} />}
    </main>
  )
}

function columnsAt(now: number): readonly Column<Task>[] {
  const { columns } = words
  return [
    { key: 'title', head: columns.title, width: 'minmax(160px, 2.4fr)', cell: ({ title }) => title },
    {
      key: 'status',
      head: columns.status,
      width: '108px',
      cell: ({ status }) => <StateMark tone={TASK_TONES[status]} text={words.statuses[status]} />,
    },
    {
      key: 'priority',
      head: columns.priority,
      width: '86px',
      hideBelow: 560,
      cell: ({ priority }) => <PriorityMark priority={priority} withText />,
    },
    {
      key: 'agent',
      head: columns.agent,
      width: 'minmax(90px, 1fr)',
      cell: ({ assigned_agent_id }) =>
        assigned_agent_id === undefined ? <span className="faint">{words.unassigned}</span> : <AgentName agentId={assigned_agent_id} />,
    },
    { key: 'namespace', head: columns.namespace, width: 'minmax(70px, 0.8fr)', hideBelow: 760, cell: ({ namespace }) => namespace },
    {
      key: 'due',
      head: columns.due,
      width: '76px',
      hideBelow: 640,
      align: 'right',
      cell: (task) =>
        task.due_at === undefined ? (
          ''
        ) : (
          <time className={isLate(task, now) ? 'error-text' : ''} dateTime={task.due_at} title={absoluteTime(task.due_at)}>
            {shortDate(task.due_at, now)}
          </time>
        ),
    },
    { key: 'updated', head: columns.updated, width: '60px', align: 'right', cell: ({ updated_at }) => <Age at={updated_at} now={now} /> },
  ]
}
