import type { ExpressionBuilder, Expression, SqlBool } from 'kysely'
import type { TransferKind, TransferPage, TransferRecord, TransferSelection } from '../transfer-store.ts'
import { toRecord as toAgentRecord } from './sql-agents.ts'
import { toRunnable } from './sql-execution-rows.ts'
import type { MemoryDatabase, MemoryDb } from './sql-schema.ts'
import { completeTaskRows } from './sql-task-rows.ts'
import { readMemories } from './sql-transfer-memories.ts'
import { toWorkflow } from './sql-workflows.ts'

/** Rows of a page: few enough to stay small, many enough that queries cost little. */
const PAGE_ROWS = 128

export async function readTransferPage(
  db: MemoryDb,
  kind: TransferKind,
  selection: TransferSelection,
  cursor: string | undefined,
): Promise<TransferPage> {
  switch (kind) {
    case 'agent':
      return readAgents(db, selection, cursor ?? '')
    case 'memory':
      return readMemories(db, selection, cursor)
    case 'task': {
      const rows = await db
        .selectFrom('tasks')
        .selectAll()
        .where('id', '>', cursor ?? '')
        .where((build) => build.and(owned(build, selection, 'created_by')))
        .orderBy('id')
        .limit(PAGE_ROWS)
        .execute()
      return pageOf(
        (await completeTaskRows(db, rows)).map((task) => ({ kind, task })),
        rows,
      )
    }
    case 'workflow': {
      const rows = await db
        .selectFrom('workflows')
        .selectAll()
        .where('id', '>', cursor ?? '')
        .where((build) => build.and(owned(build, selection, 'created_by')))
        .orderBy('id')
        .limit(PAGE_ROWS)
        .execute()
      return pageOf(
        rows.map((row) => ({ kind, workflow: toWorkflow(row) })),
        rows,
      )
    }
    case 'execution': {
      const rows = await db
        .selectFrom('executions')
        .selectAll()
        .where('id', '>', cursor ?? '')
        .where((build) => build.and(owned(build, selection, 'agent_id')))
        .orderBy('id')
        .limit(PAGE_ROWS / 4)
        .execute()
      return pageOf(
        (await toRunnable(db, rows)).map((run) => ({ kind, run })),
        rows,
        PAGE_ROWS / 4,
      )
    }
  }
}

export async function countTransfer(db: MemoryDb, selection: TransferSelection): Promise<Record<TransferKind, number>> {
  const { namespace, agentId, trash } = selection
  const count = async (table: 'agents' | 'memories' | 'tasks' | 'workflows' | 'executions', owner: string): Promise<number> => {
    let query = db.selectFrom(table).select((build) => build.fn.countAll<number>().as('count'))
    if (namespace !== undefined) query = query.where('namespace', '=', namespace)
    if (agentId !== undefined) query = query.where(db.dynamic.ref(owner), '=', agentId)
    if (table === 'memories' && !trash) query = query.where(db.dynamic.ref('deleted_at'), 'is', null)
    return (await query.executeTakeFirstOrThrow()).count
  }
  return {
    agent: await count('agents', 'agent_id'),
    memory: await count('memories', 'agent_id'),
    task: await count('tasks', 'created_by'),
    workflow: await count('workflows', 'created_by'),
    execution: await count('executions', 'agent_id'),
  }
}

/** Ids of agents may hold anything that a collation sorts in its own way, so they are put in order here: there are not many. */
async function readAgents(db: MemoryDb, selection: TransferSelection, after: string): Promise<TransferPage> {
  const all = await db
    .selectFrom('agents')
    .select('agent_id')
    .where((build) => build.and(owned(build, selection, 'agent_id')))
    .execute()
  const ids = all.map((row) => row.agent_id).filter((id) => id > after)
  const wanted = ids.sort(byCodeUnits).slice(0, PAGE_ROWS)
  if (wanted.length === 0) return { records: [] }
  const rows = await db.selectFrom('agents').selectAll().where('agent_id', 'in', wanted).execute()
  rows.sort((a, b) => byCodeUnits(a.agent_id, b.agent_id))
  const records = rows.map((row): TransferRecord => ({ kind: 'agent', agent: toAgentRecord(row) }))
  const last = wanted.at(-1)
  return { records, ...(last !== undefined && ids.length > wanted.length && { nextCursor: last }) }
}

function pageOf(records: readonly TransferRecord[], rows: readonly { readonly id: string }[], limit = PAGE_ROWS): TransferPage {
  const last = rows.at(-1)
  return { records, ...(last && rows.length === limit && { nextCursor: last.id }) }
}

type Owned = 'agents' | 'tasks' | 'workflows' | 'executions'

function owned<T extends Owned>(
  build: ExpressionBuilder<MemoryDatabase, T>,
  { namespace, agentId }: TransferSelection,
  owner: 'agent_id' | 'created_by',
): Expression<SqlBool>[] {
  // All four have these columns, as their callers name them.
  const parts = build as unknown as ExpressionBuilder<MemoryDatabase, 'workflows'>
  return [
    ...(namespace === undefined ? [] : [parts('namespace', '=', namespace)]),
    ...(agentId === undefined ? [] : [parts(owner as 'created_by', '=', agentId)]),
  ]
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
