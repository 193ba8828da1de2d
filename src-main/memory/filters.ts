import type { MemoryFilter } from '../storage/memory-store.ts'
import { invalidField } from '../base/errors.ts'
import { readTime } from './time-expressions.ts'

/** Filters as the tools take them: wire names, times as words. */
export interface FilterArguments {
  readonly tags?: readonly string[] | undefined
  readonly tag_match: 'any' | 'all'
  readonly agent_id?: string | undefined
  readonly namespace?: string | undefined
  readonly min_importance: number
  readonly since?: string | undefined
  readonly until?: string | undefined
}

/** The same filters as the store takes them. Throws `invalid_request` on a time that cannot be read, or a range turned round. */
export function toStoreFilter(filter: FilterArguments, nowMs: number, now: string): MemoryFilter {
  const since = filter.since === undefined ? undefined : readTime('since', filter.since, nowMs)
  const until = filter.until === undefined ? undefined : readTime('until', filter.until, nowMs)
  if (since !== undefined && until !== undefined && since > until)
    throw invalidField('since', `must not be later than until (${since} > ${until})`)
  return {
    now,
    tagMatch: filter.tag_match,
    ...(filter.tags && filter.tags.length > 0 && { tags: filter.tags }),
    ...(filter.agent_id !== undefined && { agentId: filter.agent_id }),
    ...(filter.namespace !== undefined && { namespace: filter.namespace }),
    ...(filter.min_importance > 0 && { minImportance: filter.min_importance }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
  }
}
