import type { Expression, SqlBool } from 'kysely'
import type { Scope } from '../../contract/scope.ts'
import type { CandidateQuery, MemoryFilter } from '../memory-store.ts'
import { canReadSql, isLiveSql, isVisibleSql } from './sql-access.ts'
import type { MemoryExpressions } from './sql-access.ts'

/** The conditions of a filter, without liveness and access. Each that is absent asks nothing. */
export function filterSql(eb: MemoryExpressions, filter: MemoryFilter): Expression<SqlBool>[] {
  const conditions: Expression<SqlBool>[] = tagConditions(eb, filter)
  if (filter.agentId !== undefined) conditions.push(eb('m.agent_id', '=', filter.agentId))
  if (filter.namespace !== undefined) conditions.push(eb('m.namespace', '=', filter.namespace))
  if (filter.minImportance !== undefined) conditions.push(eb('m.importance', '>=', filter.minImportance))
  if (filter.since !== undefined) conditions.push(eb('m.created_at', '>=', Date.parse(filter.since)))
  if (filter.until !== undefined) conditions.push(eb('m.created_at', '<', Date.parse(filter.until)))
  if (filter.accessLevel !== undefined) conditions.push(eb('m.access_level', '=', filter.accessLevel))
  if (filter.pinned !== undefined) conditions.push(eb('m.pinned', '=', filter.pinned ? 1 : 0))
  return conditions
}

/** Everything a memory must be to count in a search. */
export function candidateSql(eb: MemoryExpressions, query: CandidateQuery, scope: Scope): Expression<SqlBool> {
  const now = Date.parse(query.now)
  const conditions = [isVisibleSql(eb, scope, now), ...filterSql(eb, query)]
  if (!query.includeShared) conditions.push(eb('m.agent_id', '=', scope.agentId))
  if (!query.includeSuperseded) conditions.push(eb.not(isSupersededSql(eb, scope, now)))
  return eb.and(conditions)
}

function tagConditions(eb: MemoryExpressions, filter: MemoryFilter): Expression<SqlBool>[] {
  const tags = [...new Set(filter.tags)]
  if (tags.length === 0) return []
  const groups = filter.tagMatch === 'all' ? tags.map((tag) => [tag]) : [tags]
  return groups.map((group) => eb('m.seq', 'in', eb.selectFrom('memory_tags as t').select('t.memory_seq').where('t.tag', 'in', group)))
}

/** A memory is superseded only for those who can see what took its place: to others it would vanish without a trace. */
function isSupersededSql(eb: MemoryExpressions, scope: Scope, now: number): Expression<SqlBool> {
  return eb.and([
    eb('m.superseded_by', 'is not', null),
    eb.exists(
      eb
        .selectFrom('memories as successor')
        .select('successor.seq')
        .whereRef('successor.id', '=', 'm.superseded_by')
        .where('successor.seq', 'in', (inner) =>
          inner
            .selectFrom('memories as m')
            .select('m.seq')
            .whereRef('m.id', '=', 'successor.id')
            .where((rule) => rule.and([isLiveSql(rule, now), canReadSql(rule, scope, now)])),
        ),
    ),
  ])
}
