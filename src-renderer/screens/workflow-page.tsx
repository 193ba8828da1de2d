import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Pencil, Play, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { ExecutionSummary, Workflow } from '../api/types.ts'
import { Age } from '../components/age.tsx'
import { AgentName } from '../components/agent-name.tsx'
import { Button, IconButton } from '../components/button.tsx'
import { DataTable, type Column } from '../components/data-table.tsx'
import { Face } from '../components/face.tsx'
import { StateMark } from '../components/state-mark.tsx'
import { STEP_TONES, WorkflowGraphView } from '../components/workflow-graph-view.tsx'
import { latency } from '../format/numbers.ts'
import { absoluteTime, duration, untilThen } from '../format/relative-time.ts'
import { layOut } from '../model/workflow-graph.ts'
import type { Stores } from '../state/stores.ts'
import { strings } from '../strings/strings.ts'
import { QueryFace } from './query-face.tsx'
import { RunDialog } from './run-dialog.tsx'

const words = strings.workflows

interface WorkflowPageProps {
  readonly stores: Stores
  readonly workflow: Workflow
  readonly runId: string | undefined
  readonly stepId: string | undefined
  readonly now: number
  readonly onStep: (id: string) => void
  readonly onRun: (id: string | undefined) => void
  readonly onEdit: () => void
  readonly onGone: () => void
}

/** One workflow: its steps as a graph, its schedule, its runs. */
export function WorkflowPage(props: WorkflowPageProps) {
  const { stores, workflow, runId, stepId, now, onStep, onRun, onEdit, onGone } = props
  const { coordination, workflowActions } = stores
  const [isStarting, setIsStarting] = useState(false)
  const graph = useQuery({
    queryKey: ['workflow-graph', workflow.id, workflow.version],
    queryFn: () => layOut(workflow.steps),
    staleTime: Infinity,
  })
  const run = useQuery({
    queryKey: ['workflows', 'run', runId],
    queryFn: ({ signal }) => coordination.execution(runId ?? '', signal),
    enabled: runId !== undefined,
  })
  const runs = useInfiniteQuery({
    queryKey: ['workflows', workflow.id, 'runs'],
    queryFn: ({ pageParam, signal }) => coordination.executions(workflow.id, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor,
  })
  const executions = runs.data?.pages.flatMap((page) => page.executions ?? []) ?? []
  const states = new Map(run.data?.workflow_id === workflow.id ? run.data.steps.map((step) => [step.id, step.status]) : [])
  return (
    <div className="workflow-page">
      <header className="workflow-head">
        <div>
          <h2>{workflow.name}</h2>
          {workflow.description !== undefined && <p className="faint">{workflow.description}</p>}
          <p className="faint">
            {scheduleText(workflow)}
            {workflow.next_run_at !== undefined && (
              <span title={absoluteTime(workflow.next_run_at)}>
                {' · '}
                {words.next} {untilThen(workflow.next_run_at, now)}
              </span>
            )}
          </p>
        </div>
        <span className="spacer" />
        <Button look="primary" icon={<Play size={13} />} onClick={() => setIsStarting(true)}>
          {words.run}
        </Button>
        <IconButton look="plain" label={words.edit} icon={<Pencil size={14} />} onClick={onEdit} />
        <IconButton
          look="plain"
          label={words.delete}
          icon={<Trash2 size={14} />}
          onClick={() => void workflowActions.delete(workflow).then((isDone) => isDone && onGone())}
        />
      </header>
      {graph.data && <WorkflowGraphView graph={graph.data} steps={workflow.steps} states={states} selectedId={stepId} onSelect={onStep} />}
      <h3 className="workflow-runs-title">{words.runs}</h3>
      <QueryFace query={runs}>
        {executions.length === 0 ? (
          <Face title={words.noRuns} level={3} />
        ) : (
          <DataTable
            label={words.runs}
            columns={columnsAt(now)}
            rows={executions}
            keyOf={(execution) => execution.id}
            selectedKey={runId}
            onSelect={(execution) => onRun(execution.id)}
            onNearEnd={() => {
              if (runs.hasNextPage && !runs.isFetchingNextPage) void runs.fetchNextPage()
            }}
          />
        )}
      </QueryFace>
      {isStarting && <RunDialog stores={stores} workflow={workflow} onStarted={onRun} onClose={() => setIsStarting(false)} />}
    </div>
  )
}

function scheduleText({ schedule }: Workflow): string {
  if (!schedule) return words.noSchedule
  const when = schedule.cron !== undefined ? words.cron(schedule.cron) : words.every(duration((schedule.every_seconds ?? 0) * 1000))
  return schedule.enabled ? `${words.schedule}: ${when}` : `${words.schedule}: ${when} (${words.paused})`
}

function columnsAt(now: number): readonly Column<ExecutionSummary>[] {
  const { columns } = words
  return [
    {
      key: 'status',
      head: columns.status,
      width: '104px',
      cell: ({ status }) => <StateMark tone={STEP_TONES[status]} text={words.statuses[status]} />,
    },
    { key: 'agent', head: columns.agent, width: 'minmax(90px, 1fr)', cell: ({ agent_id }) => <AgentName agentId={agent_id} /> },
    { key: 'trigger', head: columns.trigger, width: 'minmax(90px, 1fr)', hideBelow: 480, cell: ({ trigger }) => words.triggers[trigger] },
    { key: 'age', head: columns.age, width: '64px', align: 'right', cell: ({ created_at }) => <Age at={created_at} now={now} /> },
    {
      key: 'took',
      head: columns.took,
      width: '72px',
      align: 'right',
      cell: ({ started_at, completed_at }) =>
        started_at !== undefined && completed_at !== undefined ? latency(Date.parse(completed_at) - Date.parse(started_at)) : '–',
    },
  ]
}
