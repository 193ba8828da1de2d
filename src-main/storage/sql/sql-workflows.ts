import type { Expression, ExpressionBuilder, Insertable, Selectable, SqlBool } from 'kysely'
import { toIso } from '../../base/clock.ts'
import { notFound } from '../../base/errors.ts'
import { canSeeWorkflow } from '../../contract/scope.ts'
import type { Scope } from '../../contract/scope.ts'
import type { Schedule, Workflow, WorkflowStep } from '../../contract/workflow.ts'
import { decodeCursor, encodeCursor } from '../list-cursor.ts'
import { requireWorkflowVersion, workflowNameTaken } from '../workflow-store.ts'
import type { WorkflowPage, WorkflowQuery } from '../workflow-store.ts'
import type { HoldRows } from './hold-rows.ts'
import type { MemoryDatabase, MemoryDb, MemoryTransaction, WorkflowTable } from './sql-schema.ts'

export function insertWorkflow(db: MemoryDb, workflow: Workflow): Promise<Workflow> {
  return db.transaction().execute(async (tx) => {
    await requireFreeName(tx, workflow)
    await tx.insertInto('workflows').values(toColumns(workflow)).execute()
    return workflow
  })
}

export async function findWorkflow(db: MemoryDb, id: string, scope: Scope): Promise<Workflow | undefined> {
  const row = await db.selectFrom('workflows').selectAll().where('id', '=', id).executeTakeFirst()
  return row && canSeeWorkflow(row, scope) ? toWorkflow(row) : undefined
}

export async function findWorkflowByName(db: MemoryDb, name: string, scope: Scope): Promise<Workflow | undefined> {
  const row = await db
    .selectFrom('workflows')
    .selectAll()
    .where('name', '=', name)
    .where('namespace', '=', scope.namespace)
    .executeTakeFirst()
  return row && toWorkflow(row)
}

export function rewriteWorkflow(db: MemoryDb, workflow: Workflow, hold?: HoldRows): Promise<Workflow> {
  return db.transaction().execute(async (tx) => {
    await hold?.(tx, 'workflows', [workflow.id])
    await requireVersion(tx, workflow.id, workflow.version - 1)
    await requireFreeName(tx, workflow)
    await tx.updateTable('workflows').set(toColumns(workflow)).where('id', '=', workflow.id).execute()
    return workflow
  })
}

export function removeWorkflow(db: MemoryDb, id: string, version: number, hold?: HoldRows): Promise<void> {
  return db.transaction().execute(async (tx) => {
    await hold?.(tx, 'workflows', [id])
    await requireVersion(tx, id, version)
    await tx.deleteFrom('workflows').where('id', '=', id).execute()
  })
}

export async function listWorkflows(db: MemoryDb, query: WorkflowQuery, scope: Scope): Promise<WorkflowPage> {
  const kind = 'workflows'
  const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor, kind, 1)[0]
  const { total } = await db
    .selectFrom('workflows')
    .select((build) => build.fn.countAll<number>().as('total'))
    .where((build) => build.and(conditions(build, query, scope)))
    .executeTakeFirstOrThrow()
  let select = db
    .selectFrom('workflows')
    .selectAll()
    .where((build) => build.and(conditions(build, query, scope)))
  if (after !== undefined) select = select.where('seq', '<', after)
  const rows = await select
    .orderBy('seq', 'desc')
    .limit(query.limit + 1)
    .execute()
  const page = rows.slice(0, query.limit)
  const last = page.at(-1)
  return {
    workflows: page.map(toWorkflow),
    total,
    ...(last && rows.length > page.length && { nextCursor: encodeCursor(kind, [last.seq]) }),
  }
}

export async function dueWorkflows(db: MemoryDb, now: string, limit: number): Promise<Workflow[]> {
  const rows = await db
    .selectFrom('workflows')
    .selectAll()
    .where('next_run_at', '<=', Date.parse(now))
    .orderBy('next_run_at')
    .orderBy('seq')
    .limit(limit)
    .execute()
  return rows.map(toWorkflow)
}

export async function nextDueAt(db: MemoryDb): Promise<string | undefined> {
  const { next } = await db
    .selectFrom('workflows')
    .select((build) => build.fn.min<number | null>('next_run_at').as('next'))
    .executeTakeFirstOrThrow()
  return next === null ? undefined : toIso(next)
}

export async function advanceWorkflow(
  db: MemoryDb,
  id: string,
  due: string,
  next: string | undefined,
  lastRunAt: string,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('workflows')
    .set({ next_run_at: toMs(next), last_run_at: Date.parse(lastRunAt) })
    .where('id', '=', id)
    .where('next_run_at', '=', Date.parse(due))
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

async function requireVersion(tx: MemoryTransaction, id: string, version: number): Promise<void> {
  const row = await tx.selectFrom('workflows').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw notFound('workflow', id)
  requireWorkflowVersion(toWorkflow(row), version)
}

async function requireFreeName(tx: MemoryTransaction, { id, name, namespace }: Workflow): Promise<void> {
  const other = await tx
    .selectFrom('workflows')
    .select('id')
    .where('namespace', '=', namespace)
    .where('name', '=', name)
    .where('id', '!=', id)
    .executeTakeFirst()
  if (other) throw workflowNameTaken(name)
}

/** The filters, and the rule of `canSeeWorkflow`. */
function conditions(build: ExpressionBuilder<MemoryDatabase, 'workflows'>, query: WorkflowQuery, scope: Scope): Expression<SqlBool>[] {
  const all: Expression<SqlBool>[] = []
  if (scope.kind === 'agent') all.push(build.or([build('namespace', '=', scope.namespace), build('created_by', '=', scope.agentId)]))
  if (query.namespace !== undefined) all.push(build('namespace', '=', query.namespace))
  return all
}

export function toColumns(workflow: Workflow): Insertable<WorkflowTable> {
  return {
    ...workflow,
    description: workflow.description ?? null,
    steps: JSON.stringify(workflow.steps),
    schedule: workflow.schedule === undefined ? null : JSON.stringify(workflow.schedule),
    next_run_at: toMs(workflow.next_run_at),
    last_run_at: toMs(workflow.last_run_at),
    created_at: Date.parse(workflow.created_at),
    updated_at: Date.parse(workflow.updated_at),
  }
}

export function toWorkflow(row: Selectable<WorkflowTable>): Workflow {
  return {
    id: row.id,
    name: row.name,
    ...(row.description !== null && { description: row.description }),
    // Both were written by toColumns.
    steps: JSON.parse(row.steps) as WorkflowStep[],
    ...(row.schedule !== null && { schedule: JSON.parse(row.schedule) as Schedule }),
    ...(row.next_run_at !== null && { next_run_at: toIso(row.next_run_at) }),
    ...(row.last_run_at !== null && { last_run_at: toIso(row.last_run_at) }),
    version: row.version,
    created_by: row.created_by,
    namespace: row.namespace,
    created_at: toIso(row.created_at),
    updated_at: toIso(row.updated_at),
  }
}

function toMs(time: string | undefined): number | null {
  return time === undefined ? null : Date.parse(time)
}
