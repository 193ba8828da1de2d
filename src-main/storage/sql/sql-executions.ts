import { canSeeExecution } from '../../contract/scope.ts'
import type { Scope } from '../../contract/scope.ts'
import type { Execution } from '../../contract/workflow.ts'
import { tooManySteps } from '../execution-rules.ts'
import type { ExecutionPage, ExecutionQuery, NewExecution } from '../execution-store.ts'
import { decodeCursor, encodeCursor } from '../list-cursor.ts'
import { completeExecutions, toExecutionColumns, toStepRow, toSummary } from './sql-execution-rows.ts'
import type { HoldRows } from './hold-rows.ts'
import type { MemoryDb } from './sql-schema.ts'

export function insertExecution(db: MemoryDb, started: NewExecution, maxSteps: number, hold?: HoldRows): Promise<Execution> {
  const { execution } = started
  return db.transaction().execute(async (tx) => {
    // Runs of one root are counted together, so they are made one after another.
    await hold?.(tx, 'executions', [execution.root_execution_id])
    const [known] = await completeExecutions(tx, await tx.selectFrom('executions').selectAll().where('id', '=', execution.id).execute())
    if (known) return known
    const { steps } = await tx
      .selectFrom('executions')
      .select((build) => build.fn.sum<number | null>('step_count').as('steps'))
      .where('root_id', '=', execution.root_execution_id)
      .executeTakeFirstOrThrow()
    if ((steps ?? 0) + execution.steps.length > maxSteps) throw tooManySteps(maxSteps)
    await tx.insertInto('executions').values(toExecutionColumns(started)).execute()
    await tx
      .insertInto('execution_steps')
      .values(execution.steps.map((run, position) => toStepRow(execution.id, position, run)))
      .execute()
    return execution
  })
}

export async function findExecution(db: MemoryDb, id: string, scope: Scope): Promise<Execution | undefined> {
  const [execution] = await completeExecutions(db, await db.selectFrom('executions').selectAll().where('id', '=', id).execute())
  return execution && canSeeExecution(execution, scope) ? execution : undefined
}

export async function listExecutions(db: MemoryDb, query: ExecutionQuery, scope: Scope): Promise<ExecutionPage> {
  const kind = 'executions'
  const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor, kind, 1)[0]
  let fitting = db.selectFrom('executions')
  // The rule of `canSeeExecution`.
  if (scope.kind === 'agent') fitting = fitting.where('agent_id', '=', scope.agentId)
  if (query.workflowId !== undefined) fitting = fitting.where('workflow_id', '=', query.workflowId)
  if (query.status) fitting = fitting.where('status', 'in', query.status)
  const { total } = await fitting.select((build) => build.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  const rows = await (after === undefined ? fitting : fitting.where('seq', '<', after))
    .selectAll()
    .orderBy('seq', 'desc')
    .limit(query.limit + 1)
    .execute()
  const page = rows.slice(0, query.limit)
  const last = page.at(-1)
  return {
    executions: page.map(toSummary),
    total,
    ...(last && rows.length > page.length && { nextCursor: encodeCursor(kind, [last.seq]) }),
  }
}

/** Marks a run and all that it started, directly or not, as far as they have not ended. */
export async function requestCancel(db: MemoryDb, id: string, reason: string): Promise<string[]> {
  return db.transaction().execute(async (tx) => {
    const ids: string[] = []
    let level = [id]
    while (level.length > 0) {
      const found = await tx.selectFrom('executions').select(['id', 'completed_at']).where('id', 'in', level).execute()
      ids.push(...found.flatMap((row) => (row.completed_at === null ? [row.id] : [])))
      const below = await tx.selectFrom('executions').select('id').where('parent_id', 'in', level).execute()
      level = below.map((row) => row.id)
    }
    if (ids.length === 0) return []
    await tx.updateTable('executions').set({ cancel_reason: reason }).where('id', 'in', ids).where('completed_at', 'is', null).execute()
    return ids
  })
}

export function purgeExecutions(db: MemoryDb, endedBefore: string): Promise<number> {
  return db.transaction().execute(async (tx) => {
    const ended = tx.selectFrom('executions').select('id').where('completed_at', '<', Date.parse(endedBefore))
    await tx.deleteFrom('execution_steps').where('execution_id', 'in', ended).execute()
    const { numDeletedRows } = await tx.deleteFrom('executions').where('completed_at', '<', Date.parse(endedBefore)).executeTakeFirst()
    return Number(numDeletedRows)
  })
}
