import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import type { Scope } from '../../contract/scope.ts'
import type { MemoryDatabase, MemoryTable } from './sql-schema.ts'

/** What a rule is built from: a query in which `m` is a memory. */
export type MemoryExpressions = ExpressionBuilder<MemoryDatabase & { m: MemoryTable }, 'm'>

/** `canRead` of contract/scope.ts, as SQL. */
export function canReadSql(eb: MemoryExpressions, scope: Scope, now: number): Expression<SqlBool> {
  if (scope.kind === 'owner') return eb.lit(true)
  return eb.or([
    eb('m.agent_id', '=', scope.agentId),
    eb('m.access_level', 'in', ['public', 'system']),
    eb.and([eb('m.access_level', '=', 'team'), eb('m.namespace', '=', scope.namespace)]),
    eb.and([eb('m.access_level', '=', 'shared'), eb.exists(liveShareSql(eb, scope.agentId, now))]),
  ])
}

/** `canManage` of contract/scope.ts, as SQL. */
export function canManageSql(eb: MemoryExpressions, scope: Scope): Expression<SqlBool> {
  if (scope.kind === 'owner') return eb.lit(true)
  const isOwn = eb('m.agent_id', '=', scope.agentId)
  return scope.isAdmin ? isOwn : eb.and([isOwn, eb('m.access_level', '!=', 'system')])
}

/** Neither in the trash nor expired. */
export function isLiveSql(eb: MemoryExpressions, now: number): Expression<SqlBool> {
  return eb.and([eb('m.deleted_at', 'is', null), eb.or([eb('m.expires_at', 'is', null), eb('m.expires_at', '>', now)])])
}

/** There for the scope: live and readable. */
export function isVisibleSql(eb: MemoryExpressions, scope: Scope, now: number): Expression<SqlBool> {
  return eb.and([isLiveSql(eb, now), canReadSql(eb, scope, now)])
}

function liveShareSql(eb: MemoryExpressions, agentId: string, now: number) {
  return eb
    .selectFrom('memory_shares as s')
    .select('s.memory_seq')
    .whereRef('s.memory_seq', '=', 'm.seq')
    .where('s.agent_id', '=', agentId)
    .where((share) => share.or([share('s.expires_at', 'is', null), share('s.expires_at', '>', now)]))
}
