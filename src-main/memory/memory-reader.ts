import type { Clock } from '../base/clock.ts'
import { toIso } from '../base/clock.ts'
import { notFound } from '../base/errors.ts'
import type { AccessLevel, HistoryEntry, Link, Memory } from '../contract/memory.ts'
import type { Scope } from '../contract/scope.ts'
import type { ListQuery, MemoryStore } from '../storage/memory-store.ts'
import { toStoreFilter } from './filters.ts'
import type { FilterArguments } from './filters.ts'
import { presentHistory, presentMemories } from './presentation.ts'

export interface ListRequest extends FilterArguments {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly access_level?: AccessLevel | undefined
  readonly pinned?: boolean | undefined
  readonly sort: ListQuery['sort']
  readonly trash: boolean
}

/** Reads memories as a scope may see them. Throws `not_found` for what does not exist for it. */
export class MemoryReader {
  readonly #store: MemoryStore
  readonly #clock: Clock

  constructor(parts: { readonly store: MemoryStore; readonly clock: Clock }) {
    this.#store = parts.store
    this.#clock = parts.clock
  }

  /** One memory; counted as an access unless the person at the machine looks, who also sees what is in the trash. */
  async recall(id: string, scope: Scope): Promise<Memory> {
    const now = this.#now()
    const memory = await this.#store.get(id, scope, { now, includeTrash: scope.kind === 'owner' })
    if (!memory) throw notFound('memory', id)
    await this.countAccess([id], scope)
    const [shown] = await presentMemories(this.#store, [memory], scope, now)
    return shown ?? memory
  }

  /** The person looking through the dashboard is no use of a memory by an agent, so it does not count. */
  async countAccess(ids: readonly string[], scope: Scope): Promise<void> {
    if (scope.kind === 'agent' && ids.length > 0) await this.#store.touch(ids, this.#now())
  }

  async list(request: ListRequest, scope: Scope): Promise<{ memories: Memory[]; total: number; next_cursor?: string }> {
    const now = this.#now()
    const page = await this.#store.list(
      {
        ...toStoreFilter(request, this.#clock.now(), now),
        limit: request.limit,
        sort: request.sort,
        trash: request.trash,
        ...(request.cursor !== undefined && { cursor: request.cursor }),
        ...(request.access_level !== undefined && { accessLevel: request.access_level }),
        ...(request.pinned !== undefined && { pinned: request.pinned }),
      },
      scope,
    )
    const memories = await presentMemories(this.#store, page.memories, scope, now)
    return { memories, total: page.total, ...(page.nextCursor !== undefined && { next_cursor: page.nextCursor }) }
  }

  async history(
    id: string,
    scope: Scope,
    page: { limit: number; cursor?: string | undefined },
  ): Promise<{ history: HistoryEntry[]; next_cursor?: string }> {
    const now = this.#now()
    const found = await this.#store.history(id, scope, {
      limit: page.limit,
      now,
      ...(page.cursor !== undefined && { cursor: page.cursor }),
    })
    const history = await presentHistory(this.#store, found.entries, scope, now)
    return { history, ...(found.nextCursor !== undefined && { next_cursor: found.nextCursor }) }
  }

  links(id: string, scope: Scope): Promise<{ outgoing: Link[]; incoming: { from: string; kind: Link['kind'] }[] }> {
    return this.#store.links(id, scope, this.#now())
  }

  tags(scope: Scope, limit: number): Promise<{ tag: string; count: number }[]> {
    return this.#store.tags(scope, limit, this.#now())
  }

  /** How many memories the scope may see; with `agentId`, how many of those that agent owns. */
  count(scope: Scope, filter?: { readonly agentId?: string }): Promise<number> {
    return this.#store.count(scope, this.#now(), filter)
  }

  #now(): string {
    return toIso(this.#clock.now())
  }
}
