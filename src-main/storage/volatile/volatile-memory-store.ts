import { toIso } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import type { HistoryEntry, Link, Memory } from '../../contract/memory.ts'
import type { Scope } from '../../contract/scope.ts'
import {
  requireDimensions,
  createMemory,
  memoryNotFound,
  patchMemory,
  requireManage,
  requireOwner,
  requirePatchAllowed,
  requireVersion,
  sameContentConflict,
  trashMemory,
  untrashMemory,
} from '../memory-rules.ts'
import type {
  CandidateQuery,
  CandidateSet,
  Change,
  KnownModel,
  ListQuery,
  MemoryPatch,
  MemoryStore,
  NewMemory,
  UpdateOptions,
  VectorEntry,
  VectorModel,
} from '../memory-store.ts'
import { decodeCursor, encodeCursor } from '../list-cursor.ts'
import { toUnit } from '../quantized-vector.ts'
import { packNewMemory, packPatch, unpackHistoryEntry, unpackMemory } from '../stored-memory.ts'
import type { StoredMemory } from '../stored-memory.ts'
import { findCandidates } from './volatile-candidates.ts'
import { change, createEntry, findTwin, followSupersedes, moveExpiredToTrash } from './volatile-changes.ts'
import { isInTrashOf, isLive, isVisible } from './volatile-entry.ts'
import type { Entry } from './volatile-entry.ts'
import { listEntries } from './volatile-list.ts'
import { VolatileModels } from './volatile-models.ts'

/** Memories in plain maps: for tests, and for servers that are to forget. Every method runs whole before the next one. */
export class VolatileMemoryStore implements MemoryStore {
  readonly capabilities = { label: 'volatile', isDurable: false, isShared: false }
  readonly #entries = new Map<string, Entry>()
  readonly #models = new VolatileModels()
  #nextSeq = 1
  #isClosed = false

  /** For the transfer, which moves whole entries. */
  get entries(): Map<string, Entry> {
    return this.#entries
  }

  takeSeq(): number {
    return this.#nextSeq++
  }

  insert(memory: NewMemory, by: Change): Promise<{ memory: Memory; isDuplicate: boolean }> {
    return this.#run(() => {
      const created = createMemory(packNewMemory(memory))
      const twin = findTwin(this.#entries, created, by.now)
      if (twin) return { memory: show(twin.memory), isDuplicate: true }
      if (this.#entries.has(created.id)) throw new Error(`The id ${created.id} is taken.`)
      this.#entries.set(created.id, createEntry(this.#nextSeq++, created, { ...by, action: 'created' }))
      followSupersedes(this.#entries, created.id, [], created.links, by)
      return { memory: show(created), isDuplicate: false }
    })
  }

  get(
    id: string,
    scope: Scope,
    { now, includeTrash }: { readonly now: string; readonly includeTrash?: boolean },
  ): Promise<Memory | undefined> {
    return this.#run(() => {
      const entry = this.#find(id, scope, Date.parse(now), includeTrash)
      return entry && show(entry.memory)
    })
  }

  getMany(ids: readonly string[], scope: Scope, now: string): Promise<Memory[]> {
    return this.#run(() => ids.flatMap((id) => this.#find(id, scope, Date.parse(now)) ?? []).map(({ memory }) => show(memory)))
  }

  update(id: string, patch: MemoryPatch, by: Change, options?: UpdateOptions): Promise<Memory> {
    return this.#run(() => {
      const packed = packPatch(patch)
      const entry = this.#require(id, by, false)
      requirePatchAllowed(entry.memory, packed, by)
      requireVersion(entry.memory, options)
      const next = patchMemory(entry.memory, packed, by.now)
      const twin = next.content === entry.memory.content ? undefined : findTwin(this.#entries, next, by.now)
      if (twin) throw sameContentConflict(twin.memory, by)
      const before = entry.memory.links
      change(entry, next, { ...by, action: options?.action ?? 'updated' })
      if (patch.links) followSupersedes(this.#entries, id, before, next.links, by)
      return show(next)
    })
  }

  trash(id: string, by: Change): Promise<Memory> {
    return this.#run(() => {
      const entry = this.#require(id, by, true)
      requireManage(entry.memory, by.scope, 'delete')
      if (entry.memory.deleted_at === undefined) change(entry, trashMemory(entry.memory, by.now), { ...by, action: 'deleted' })
      return show(entry.memory)
    })
  }

  untrash(id: string, by: Change): Promise<Memory> {
    return this.#run(() => {
      const entry = this.#require(id, by, true)
      requireManage(entry.memory, by.scope, 'restore')
      if (entry.memory.deleted_at === undefined) return show(entry.memory)
      const twin = findTwin(this.#entries, entry.memory, by.now)
      if (twin) throw sameContentConflict(twin.memory, by)
      change(entry, untrashMemory(entry.memory, by.now), { ...by, action: 'restored' })
      return show(entry.memory)
    })
  }

  purge(id: string, by: Change): Promise<Memory> {
    return this.#run(() => {
      // To the person, an expired memory that nobody has swept yet is there to be erased.
      const entry = this.#find(id, by.scope, by.scope.kind === 'owner' ? 0 : Date.parse(by.now), true)
      if (!entry) throw memoryNotFound(id)
      requireOwner(by.scope)
      this.#erase(entry)
      return show(entry.memory)
    })
  }

  list(query: ListQuery, scope: Scope): Promise<{ memories: Memory[]; total: number; nextCursor?: string }> {
    return this.#run(() => {
      const page = listEntries([...this.#entries.values()], query, scope)
      return { ...page, memories: page.memories.map(show) }
    })
  }

  history(
    id: string,
    scope: Scope,
    page: { readonly limit: number; readonly cursor?: string; readonly now: string },
  ): Promise<{ entries: HistoryEntry[]; nextCursor?: string }> {
    return this.#run(() => {
      const entry = this.#find(id, scope, Date.parse(page.now), true)
      if (!entry) throw memoryNotFound(id)
      const before = page.cursor === undefined ? Number.POSITIVE_INFINITY : (decodeCursor(page.cursor, 'history', 1)[0] ?? 0)
      const rest = entry.history.filter(({ version }) => version < before).reverse()
      const shown = rest.slice(0, page.limit)
      const last = shown.at(-1)
      return {
        entries: shown.map(unpackHistoryEntry),
        ...(last && rest.length > shown.length && { nextCursor: encodeCursor('history', [last.version]) }),
      }
    })
  }

  links(id: string, scope: Scope, now: string): Promise<{ outgoing: Link[]; incoming: { from: string; kind: Link['kind'] }[] }> {
    return this.#run(() => {
      const at = Date.parse(now)
      const entry = this.#find(id, scope, at)
      if (!entry) throw memoryNotFound(id)
      const others = [...this.#entries.values()].filter((other) => isVisible(other, scope, at))
      return {
        outgoing: entry.memory.links.filter(({ to }) => this.#find(to, scope, at) !== undefined).map((link) => ({ ...link })),
        incoming: others.flatMap(({ memory }) => memory.links.filter(({ to }) => to === id).map(({ kind }) => ({ from: memory.id, kind }))),
      }
    })
  }

  visibleIds(ids: readonly string[], scope: Scope, now: string): Promise<string[]> {
    return this.#run(() => ids.filter((id) => this.#find(id, scope, Date.parse(now)) !== undefined))
  }

  touch(ids: readonly string[], now: string): Promise<void> {
    return this.#run(() => {
      for (const id of new Set(ids)) {
        const entry = this.#entries.get(id)
        if (entry?.memory.deleted_at !== undefined || !entry) continue
        entry.memory = { ...entry.memory, access_count: entry.memory.access_count + 1, accessed_at: toIso(Date.parse(now)) }
      }
    })
  }

  tags(scope: Scope, limit: number, now: string): Promise<{ tag: string; count: number }[]> {
    return this.#run(() => {
      const counts = new Map<string, number>()
      for (const { memory } of this.#visible(scope, now))
        for (const tag of new Set(memory.tags)) counts.set(tag, (counts.get(tag) ?? 0) + 1)
      const rows = [...counts].map(([tag, count]) => ({ tag, count }))
      return rows.sort((a, b) => b.count - a.count || (a.tag < b.tag ? -1 : 1)).slice(0, limit)
    })
  }

  count(scope: Scope, now: string, filter?: { readonly agentId?: string }): Promise<number> {
    return this.#run(
      () => this.#visible(scope, now).filter(({ memory }) => filter?.agentId === undefined || memory.agent_id === filter.agentId).length,
    )
  }

  async candidates(query: CandidateQuery, scope: Scope): Promise<CandidateSet> {
    const vector = await query.vector
    return this.#run(() => findCandidates(this.#entries, query, vector, scope))
  }

  putVectors(model: VectorModel, entries: readonly VectorEntry[]): Promise<number> {
    return this.#run(() => {
      requireDimensions(model, entries)
      const taken = entries.flatMap(({ memoryId, contentVersion, vectors }) => {
        const found = this.#entries.get(memoryId)
        return found?.contentVersion === contentVersion ? [{ found, vectors }] : []
      })
      if (taken.length > 0) this.#models.require(model)
      for (const { found, vectors } of taken)
        found.vectors.set(
          model.modelId,
          vectors.map((vector) => toUnit(vector.slice())),
        )
      return taken.length
    })
  }

  withoutVectors(modelId: string, limit: number, now: string): Promise<{ id: string; contentVersion: number; text: string }[]> {
    return this.#run(() => {
      const waiting = this.#unembedded(modelId, now).slice(0, limit)
      return waiting.map(({ memory, contentVersion }) => ({ id: memory.id, contentVersion, text: memory.content }))
    })
  }

  countWithoutVectors(modelId: string, now: string): Promise<number> {
    return this.#run(() => this.#unembedded(modelId, now).length)
  }

  models(): Promise<KnownModel[]> {
    return this.#run(() => this.#models.list())
  }

  useModel(model: Omit<KnownModel, 'isInUse'>): Promise<void> {
    return this.#run(() => this.#models.use(model))
  }

  dropUnusedVectors(keep: readonly string[], limit: number): Promise<number> {
    return this.#run(() => this.#models.drop(this.#entries, keep, limit))
  }

  expire(now: string): Promise<number> {
    return this.#run(() => {
      const expired = [...this.#entries.values()].filter(
        (entry) => entry.memory.deleted_at === undefined && !isLive(entry, Date.parse(now)),
      )
      for (const entry of expired) moveExpiredToTrash(entry, now)
      return expired.length
    })
  }

  emptyTrash(deletedBefore: string): Promise<number> {
    return this.#run(() => {
      const old = [...this.#entries.values()].filter(
        ({ memory }) => memory.deleted_at !== undefined && Date.parse(memory.deleted_at) < Date.parse(deletedBefore),
      )
      for (const entry of old) this.#erase(entry)
      return old.length
    })
  }

  ping(): Promise<void> {
    return this.#run(() => undefined)
  }

  checkIntegrity(): Promise<string[]> {
    return this.#run(() => [])
  }

  close(): Promise<void> {
    this.#isClosed = true
    this.#entries.clear()
    return Promise.resolve()
  }

  #find(id: string, scope: Scope, now: number, includeTrash = false): Entry | undefined {
    const entry = this.#entries.get(id)
    if (!entry) return undefined
    return isVisible(entry, scope, now) || (includeTrash && isInTrashOf(entry, scope)) ? entry : undefined
  }

  #require(id: string, by: Change, includeTrash: boolean): Entry {
    const entry = this.#find(id, by.scope, Date.parse(by.now), includeTrash)
    if (!entry) throw memoryNotFound(id)
    return entry
  }

  #visible(scope: Scope, now: string): Entry[] {
    return [...this.#entries.values()].filter((entry) => isVisible(entry, scope, Date.parse(now)))
  }

  #unembedded(modelId: string, now: string): Entry[] {
    return [...this.#entries.values()].filter((entry) => isLive(entry, Date.parse(now)) && !entry.vectors.has(modelId))
  }

  #erase({ memory: { id } }: Entry): void {
    this.#entries.delete(id)
    for (const entry of this.#entries.values()) {
      const { superseded_by, ...rest } = entry.memory
      if (superseded_by === id) entry.memory = rest
      if (entry.memory.links.some(({ to }) => to === id))
        entry.memory = { ...entry.memory, links: entry.memory.links.filter(({ to }) => to !== id) }
    }
  }

  /** Turns a throw into a rejection, as a store behind a thread would. */
  #run<T>(work: () => T): Promise<T> {
    return new Promise((resolve) => {
      if (this.#isClosed) throw new AppError('unavailable', 'The store has stopped.')
      resolve(work())
    })
  }
}

/** A copy that the caller may keep and change. */
function show(memory: StoredMemory): Memory {
  const { tags, shared_with, links } = memory
  return {
    ...unpackMemory(memory),
    tags: [...tags],
    shared_with: shared_with.map((share) => ({ ...share })),
    links: links.map((link) => ({ ...link })),
  }
}
