import type { Insertable, Selectable } from 'kysely'
import { toIso } from '../../base/clock.ts'
import type { Scope } from '../../contract/scope.ts'
import type { Execution, ExecutionSummary, RunError, StepRun, WorkflowStep } from '../../contract/workflow.ts'
import type { NewExecution, RunnableExecution } from '../execution-store.ts'
import type { ExecutionStepTable, ExecutionTable, MemoryDb } from './sql-schema.ts'

export type ExecutionRow = Selectable<ExecutionTable>

/** Columns of a new run; its steps are rows of their own. JSON columns are only ever written here and by `toStepRow`. */
export function toExecutionColumns({ execution, definition, scope }: NewExecution): Insertable<ExecutionTable> {
  const { steps, output_truncated: _, parent_execution_id: parent, root_execution_id: root, ...rest } = execution
  return {
    ...rest,
    scope: JSON.stringify(scope),
    definition: JSON.stringify(definition),
    input: JSON.stringify(execution.input),
    output: null,
    output_truncated: 0,
    error: null,
    parent_id: parent ?? null,
    root_id: root,
    step_count: steps.length,
    created_at: Date.parse(execution.created_at),
    started_at: null,
    completed_at: null,
    cancel_reason: null,
    runner_id: null,
    lease_until: null,
  }
}

export function toStepRow(executionId: string, position: number, run: StepRun): Insertable<ExecutionStepTable> {
  return { execution_id: executionId, position, step_id: run.id, run: JSON.stringify(run) }
}

export function toSummary(row: ExecutionRow): ExecutionSummary {
  return {
    id: row.id,
    workflow_id: row.workflow_id,
    workflow_name: row.workflow_name,
    workflow_version: row.workflow_version,
    status: row.status,
    trigger: row.trigger,
    agent_id: row.agent_id,
    namespace: row.namespace,
    ...(row.error !== null && { error: JSON.parse(row.error) as RunError }),
    depth: row.depth,
    ...(row.parent_id !== null && { parent_execution_id: row.parent_id }),
    root_execution_id: row.root_id,
    created_at: toIso(row.created_at),
    ...(row.started_at !== null && { started_at: toIso(row.started_at) }),
    ...(row.completed_at !== null && { completed_at: toIso(row.completed_at) }),
  }
}

/** The runs of `rows`, in their order, with their steps. */
export async function completeExecutions(db: MemoryDb, rows: readonly ExecutionRow[]): Promise<Execution[]> {
  if (rows.length === 0) return []
  const ids = rows.map(({ id }) => id)
  const stepRows = await db
    .selectFrom('execution_steps')
    .select(['execution_id', 'run'])
    .where('execution_id', 'in', ids)
    .orderBy('execution_id')
    .orderBy('position')
    .execute()
  const steps = Map.groupBy(stepRows, (row) => row.execution_id)
  return rows.map((row) => ({
    ...toSummary(row),
    input: JSON.parse(row.input) as Record<string, unknown>,
    ...(row.output !== null && { output: JSON.parse(row.output) as Record<string, unknown> }),
    ...(row.output_truncated !== 0 && { output_truncated: true }),
    steps: steps.get(row.id)?.map(({ run }) => JSON.parse(run) as StepRun) ?? [],
  }))
}

export async function toRunnable(db: MemoryDb, rows: readonly ExecutionRow[]): Promise<RunnableExecution[]> {
  const executions = await completeExecutions(db, rows)
  return executions.flatMap((execution, index) => {
    const row = rows[index]
    if (!row) return []
    const definition = JSON.parse(row.definition) as WorkflowStep[]
    const cancel = row.cancel_reason === null ? {} : { cancel: { id: row.id, reason: row.cancel_reason } }
    return [{ execution, definition, scope: JSON.parse(row.scope) as Scope, ...cancel }]
  })
}
