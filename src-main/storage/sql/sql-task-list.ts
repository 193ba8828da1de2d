import { sql } from 'kysely'
import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import type { Scope } from '../../contract/scope.ts'
import { decodeCursor, encodeCursor } from '../list-cursor.ts'
import { priorityRank } from '../task-rules.ts'
import type { TaskPage, TaskQuery, TaskSort } from '../task-store.ts'
import type { MemoryDatabase, MemoryDb } from './sql-schema.ts'
import { completeTaskRows } from './sql-task-rows.ts'

type Build = ExpressionBuilder<MemoryDatabase, 'tasks'>

/** The keys of `sortKeyOf` as SQL. */
const KEYS: Readonly<Record<TaskSort, string>> = {
  newest: '-seq',
  oldest: 'seq',
  updated: '-updated_at',
  due: `coalesce(due_at, ${Number.MAX_SAFE_INTEGER})`,
  priority: '-priority',
}

export async function listTasks(db: MemoryDb, query: TaskQuery, scope: Scope): Promise<TaskPage> {
  const kind = `tasks-${query.sort}`
  const key = sql.raw<number>(KEYS[query.sort])
  const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor, kind, 2)
  const { total } = await db
    .selectFrom('tasks')
    .select((build) => build.fn.countAll<number>().as('total'))
    .where((build) => build.and(conditions(build, query, scope)))
    .executeTakeFirstOrThrow()
  let select = db
    .selectFrom('tasks')
    .selectAll()
    .select(key.as('key'))
    .where((build) => build.and(conditions(build, query, scope)))
  if (after) select = select.where(sql<SqlBool>`(${key}, seq) > (${after[0]}, ${after[1]})`)
  const rows = await select
    .orderBy(key)
    .orderBy('seq')
    .limit(query.limit + 1)
    .execute()
  const page = rows.slice(0, query.limit)
  const last = page.at(-1)
  return {
    tasks: await completeTaskRows(db, page),
    total,
    ...(last && rows.length > page.length && { nextCursor: encodeCursor(kind, [last.key, last.seq]) }),
  }
}

/** The filters, and the rule of `canSeeTask`. */
function conditions(build: Build, query: TaskQuery, scope: Scope): Expression<SqlBool>[] {
  const all: Expression<SqlBool>[] = []
  if (scope.kind === 'agent') {
    all.push(
      build.or([
        build('namespace', '=', scope.namespace),
        build('created_by', '=', scope.agentId),
        build('assigned_agent_id', '=', scope.agentId),
      ]),
    )
  }
  if (query.status) all.push(build('status', 'in', query.status))
  if (query.priority) all.push(build('priority', '=', priorityRank(query.priority)))
  if (query.assignedAgentId !== undefined) all.push(build('assigned_agent_id', '=', query.assignedAgentId))
  if (query.createdBy !== undefined) all.push(build('created_by', '=', query.createdBy))
  if (query.namespace !== undefined) all.push(build('namespace', '=', query.namespace))
  if (query.dueBefore !== undefined) all.push(build('due_at', '<', Date.parse(query.dueBefore)))
  return all
}
