import type { Insertable } from 'kysely'
import type { Task } from '../../contract/task.ts'
import type { Workflow } from '../../contract/workflow.ts'
import { meetAgent, meetExecution, meetTask, meetWorkflow, mergeAgent as merged, NEW } from '../transfer-rules.ts'
import type { AgentRecord, RunnableExecution, WriteOptions, WriteOutcome } from '../transfer-store.ts'
import { toRecord as toAgentRecord, toRow as toAgentColumns } from './sql-agents.ts'
import { toExecutionColumns, toRunnable, toStepRow } from './sql-execution-rows.ts'
import type { AgentTable, ExecutionTable, MemoryTransaction } from './sql-schema.ts'
import { SqlTaskRows } from './sql-tasks.ts'
import { toColumns as toWorkflowColumns, toWorkflow } from './sql-workflows.ts'

export async function mergeAgent(tx: MemoryTransaction, agent: AgentRecord, options: WriteOptions): Promise<WriteOutcome> {
  const row = await tx.selectFrom('agents').selectAll().where('agent_id', '=', agent.agent_id).executeTakeFirst()
  const there = row && toAgentRecord(row)
  const outcome = there ? meetAgent(there, agent, options) : NEW
  if (!isToWrite(outcome, options)) return outcome
  if (!there) await tx.insertInto('agents').values(agentColumns(agent)).execute()
  else
    await tx
      .updateTable('agents')
      .set(agentColumns(merged(there, agent)))
      .where('agent_id', '=', agent.agent_id)
      .execute()
  return outcome
}

export async function mergeTask(tx: MemoryTransaction, task: Task, options: WriteOptions): Promise<WriteOutcome> {
  const rows = new SqlTaskRows(tx)
  const [there] = await rows.find([task.id])
  const outcome = there ? meetTask(there, task, options) : NEW
  if (!isToWrite(outcome, options)) return outcome
  if (there) await rows.write(task)
  else await rows.insert(task)
  return outcome
}

export async function mergeWorkflow(tx: MemoryTransaction, workflow: Workflow, options: WriteOptions): Promise<WriteOutcome> {
  const row = await tx.selectFrom('workflows').selectAll().where('id', '=', workflow.id).executeTakeFirst()
  const outcome = row ? meetWorkflow(toWorkflow(row), workflow, options) : NEW
  if (outcome.result !== 'new' && outcome.result !== 'replaced') return outcome
  const namesake = await tx
    .selectFrom('workflows')
    .select('id')
    .where('namespace', '=', workflow.namespace)
    .where('name', '=', workflow.name)
    .where('id', '!=', workflow.id)
    .executeTakeFirst()
  if (namesake) return { result: 'skipped', reason: 'name_taken' }
  if (!isToWrite(outcome, options)) return outcome
  const columns = toWorkflowColumns(workflow)
  if (row) await tx.updateTable('workflows').set(columns).where('id', '=', workflow.id).execute()
  else await tx.insertInto('workflows').values(columns).execute()
  return outcome
}

export async function mergeExecution(tx: MemoryTransaction, run: RunnableExecution, options: WriteOptions): Promise<WriteOutcome> {
  const { id, steps } = run.execution
  const row = await tx.selectFrom('executions').selectAll().where('id', '=', id).executeTakeFirst()
  const [there] = row ? await toRunnable(tx, [row]) : []
  const outcome = there ? meetExecution(there, run, options) : NEW
  if (!isToWrite(outcome, options)) return outcome
  if (there) {
    await tx.updateTable('executions').set(executionColumns(run)).where('id', '=', id).execute()
    await tx.deleteFrom('execution_steps').where('execution_id', '=', id).execute()
  } else {
    await tx.insertInto('executions').values(executionColumns(run)).execute()
  }
  if (steps.length > 0) {
    const rows = steps.map((step, position) => toStepRow(id, position, step))
    await tx.insertInto('execution_steps').values(rows).execute()
  }
  return outcome
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

function isToWrite({ result }: WriteOutcome, { dryRun = false }: WriteOptions): boolean {
  return !dryRun && (result === 'new' || result === 'replaced')
}
