import type { Insertable } from 'kysely'
import type { Task } from '../../contract/task.ts'
import type { Workflow } from '../../contract/workflow.ts'
import type { AgentRecord, RunnableExecution } from '../transfer-store.ts'
import { toRow as toAgentColumns } from './sql-agents.ts'
import { toExecutionColumns, toStepRow } from './sql-execution-rows.ts'
import type { AgentTable, ExecutionTable, MemoryTransaction } from './sql-schema.ts'
import { toTaskColumns } from './sql-task-rows.ts'
import { chunks } from './sql-transfer-merge.ts'
import { toColumns as toWorkflowColumns } from './sql-workflows.ts'

/** Rows in one statement: drivers bound the number of variables, and a run has about twenty-five. */
const ROWS_PER_INSERT = 30
/** Of the narrow tables that hang on others. */
const PARTS_PER_INSERT = 150

export async function insertAgents(tx: MemoryTransaction, agents: readonly AgentRecord[]): Promise<void> {
  for (const some of chunks(agents, ROWS_PER_INSERT)) await tx.insertInto('agents').values(some.map(agentColumns)).execute()
}

export async function replaceAgent(tx: MemoryTransaction, agent: AgentRecord): Promise<void> {
  await tx.updateTable('agents').set(agentColumns(agent)).where('agent_id', '=', agent.agent_id).execute()
}

export async function insertTasks(tx: MemoryTransaction, tasks: readonly Task[]): Promise<void> {
  for (const some of chunks(tasks, ROWS_PER_INSERT)) await tx.insertInto('tasks').values(some.map(toTaskColumns)).execute()
  const edges = tasks.flatMap(({ id, dependencies }) =>
    dependencies.map((target, position) => ({ task_id: id, position, depends_on: target })),
  )
  for (const some of chunks(edges, PARTS_PER_INSERT)) await tx.insertInto('task_dependencies').values(some).execute()
}

export async function insertWorkflows(tx: MemoryTransaction, workflows: readonly Workflow[]): Promise<void> {
  for (const some of chunks(workflows, ROWS_PER_INSERT)) await tx.insertInto('workflows').values(some.map(toWorkflowColumns)).execute()
}

export async function insertExecutions(tx: MemoryTransaction, runs: readonly RunnableExecution[]): Promise<void> {
  for (const some of chunks(runs, ROWS_PER_INSERT)) await tx.insertInto('executions').values(some.map(executionColumns)).execute()
  await insertSteps(tx, runs)
}

export async function replaceExecution(tx: MemoryTransaction, run: RunnableExecution): Promise<void> {
  const { id } = run.execution
  await tx.updateTable('executions').set(executionColumns(run)).where('id', '=', id).execute()
  await tx.deleteFrom('execution_steps').where('execution_id', '=', id).execute()
  await insertSteps(tx, [run])
}

async function insertSteps(tx: MemoryTransaction, runs: readonly RunnableExecution[]): Promise<void> {
  const rows = runs.flatMap(({ execution: { id, steps } }) => steps.map((step, position) => toStepRow(id, position, step)))
  for (const some of chunks(rows, PARTS_PER_INSERT)) await tx.insertInto('execution_steps').values(some).execute()
}

/** As it stands, but in nobody's hands: a lease does not cross. */
function executionColumns(run: RunnableExecution): Insertable<ExecutionTable> {
  const { output, output_truncated: isCut, error, started_at: startedAt, completed_at: completedAt } = run.execution
  return {
    ...toExecutionColumns(run),
    output: output === undefined ? null : JSON.stringify(output),
    output_truncated: isCut === true ? 1 : 0,
    error: error === undefined ? null : JSON.stringify(error),
    started_at: startedAt === undefined ? null : Date.parse(startedAt),
    completed_at: completedAt === undefined ? null : Date.parse(completedAt),
    cancel_reason: run.cancel?.reason ?? null,
  }
}

function agentColumns({ is_registered: isRegistered, created_at: createdAt, last_seen_at: seenAt, ...agent }: AgentRecord): AgentTable {
  return {
    ...toAgentColumns(agent),
    is_registered: isRegistered ? 1 : 0,
    created_at: Date.parse(createdAt),
    last_seen_at: seenAt === undefined ? null : Date.parse(seenAt),
  }
}
