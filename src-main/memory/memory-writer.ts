import type { Clock } from '../base/clock.ts'
import { toIso } from '../base/clock.ts'
import { AppError, invalidField, notFound } from '../base/errors.ts'
import type { EventBus } from '../base/event-bus.ts'
import { newId } from '../base/ids.ts'
import type { AccessLevel, Link, Memory, Share } from '../contract/memory.ts'
import type { MemoryEvent } from '../contract/events.ts'
import type { StorageWarning } from '../contract/storage-warning.ts'
import { canManage } from '../contract/scope.ts'
import type { Scope } from '../contract/scope.ts'
import type { ToolArguments } from '../contract/tools.ts'
import type { Change, MemoryPatch, MemoryStore } from '../storage/memory-store.ts'
import { announceMemory } from './announcer.ts'
import { presentMemories } from './presentation.ts'
import { mergeShares, onePerAgent } from './sharing.ts'
import { findVersion, patchBackTo } from './restoring.ts'
import type { SecretScreen } from './secrets/secret-screen.ts'

/** A memory to keep, with every default filled in. */
export type MemoryDraft = ToolArguments<'store_memory'> & { readonly access_level: AccessLevel }

/** What the writer tells when a text is new or has changed, so that its vectors follow. */
export interface VectorQueue {
  poke(): void
}

export interface MemoryWriterParts {
  readonly store: MemoryStore
  readonly clock: Clock
  readonly bus: EventBus
  readonly vectors: VectorQueue
  /** Everything that is stored or changed here goes through it first. What is imported or restored does not: it is kept as it was. */
  readonly screen: SecretScreen
}

/** What was written, and what its author should know about it. */
export interface Written {
  readonly memory: Memory
  readonly warnings?: StorageWarning[]
}

/** Changes memories by the rules of section 6 and 7 of the design, and says on the bus what happened. */
export class MemoryWriter {
  readonly #store: MemoryStore
  readonly #clock: Clock
  readonly #bus: EventBus
  readonly #vectors: VectorQueue
  readonly #screen: SecretScreen

  constructor(parts: MemoryWriterParts) {
    this.#store = parts.store
    this.#clock = parts.clock
    this.#bus = parts.bus
    this.#vectors = parts.vectors
    this.#screen = parts.screen
  }

  /** Durable when it resolves. Exactly what this agent had stored before comes back with `duplicate_of`, unchanged. */
  async store(given: MemoryDraft, scope: Scope): Promise<Written & { duplicate_of?: string }> {
    refuseSystemLevel(given.access_level, scope)
    refuseIdleShares(given.access_level, given.shared_with)
    const { fields: draft, warnings } = await this.#screen.screen(given)
    const change = this.#change(scope)
    await this.#refuseUnseenLinks(draft.links, scope, change.now)
    const nowMs = Date.parse(change.now)
    const { memory, isDuplicate } = await this.#store.insert(
      {
        id: newId(nowMs),
        content: draft.content,
        tags: unique(draft.tags),
        importance: draft.importance,
        access_level: draft.access_level,
        shared_with: onePerAgent(draft.shared_with.map(toStoredShare)),
        agent_id: scope.agentId,
        namespace: scope.namespace,
        context: draft.context,
        pinned: draft.pinned,
        created_at: change.now,
        links: draft.links,
        ...(draft.summary !== undefined && { summary: draft.summary }),
        ...(draft.source_url !== undefined && { source_url: draft.source_url }),
        ...(draft.ttl_seconds !== undefined && { expires_at: toIso(nowMs + draft.ttl_seconds * 1000) }),
      },
      change,
    )
    if (isDuplicate) return { memory: await this.#present(memory, scope, change.now), duplicate_of: memory.id, ...told(warnings) }
    this.#vectors.poke()
    return { memory: await this.#announce('memory-stored', memory, change), ...told(warnings) }
  }

  /** Sets the named fields. Throws `invalid_request` when none is named, and what the store throws. */
  async update(args: ToolArguments<'update_memory'>, scope: Scope): Promise<Written> {
    const { memory_id: id, expected_version: expectedVersion, ...given } = args
    const { fields, warnings } = await this.#screen.screen(given)
    const change = this.#change(scope)
    const patch = toPatch(fields, change.now)
    if (Object.keys(patch).length === 0)
      throw invalidField('update_memory', 'needs at least one field to change, for example content or tags')
    if (patch.access_level !== undefined) refuseSystemLevel(patch.access_level, scope)
    if (patch.links) await this.#refuseUnseenLinks(patch.links, scope, change.now)
    const memory = await this.#store.update(id, patch, change, expectedVersion === undefined ? {} : { expectedVersion })
    if (patch.content !== undefined) this.#vectors.poke()
    return { memory: await this.#announce('memory-updated', memory, change), ...told(warnings) }
  }

  /** Adds, changes and takes back grants. A private memory becomes shared; one without grants left becomes private. */
  async share(args: ToolArguments<'share_memory'>, scope: Scope): Promise<Memory> {
    if (args.shared_with.length + args.remove.length === 0) throw invalidField('shared_with', 'or remove must name at least one agent')
    const change = this.#change(scope)
    const memory = await this.#store.get(args.memory_id, scope, { now: change.now })
    if (!memory) throw notFound('memory', args.memory_id)
    if (!canManage(memory, scope)) throw new AppError('forbidden', 'Only the agent that owns this memory may share it.')
    const patch = mergeShares(memory, args.shared_with.map(toStoredShare), args.remove)
    // The version guards against a grant that another call changed in between.
    const updated = await this.#store.update(args.memory_id, patch, change, { action: 'shared', expectedVersion: memory.version })
    return this.#announce('memory-updated', updated, change)
  }

  async trash(id: string, scope: Scope): Promise<Memory> {
    const change = this.#change(scope)
    return this.#announce('memory-deleted', await this.#store.trash(id, change), change)
  }

  /** Erases for good; the person at the machine only. */
  async purge(id: string, scope: Scope): Promise<void> {
    const change = this.#change(scope)
    const memory = await this.#store.purge(id, change)
    announceMemory(this.#bus, 'memory-purged', memory, change.actor, change.now)
  }

  /** Out of the trash and, with `version`, back to how it was then. Throws `not_found` for a version that is not in the history. */
  async restore(id: string, version: number | undefined, scope: Scope): Promise<Memory> {
    const change = this.#change(scope)
    // Looked up before anything changes: for a version that never was, a deleted memory stays in the trash.
    const then = version === undefined ? undefined : await findVersion(this.#store, id, version, scope, change.now)
    const live = await this.#store.untrash(id, change)
    const patch = then ? patchBackTo(live, then, change.now) : {}
    if (Object.keys(patch).length === 0) return this.#announce('memory-restored', live, change)
    if (patch.access_level !== undefined) refuseSystemLevel(patch.access_level, scope)
    const restored = await this.#store.update(id, patch, change, { action: 'restored', expectedVersion: live.version })
    if (patch.content !== undefined) this.#vectors.poke()
    return this.#announce('memory-restored', restored, change)
  }

  #change(scope: Scope): Change {
    return { scope, actor: scope.agentId, now: toIso(this.#clock.now()) }
  }

  async #announce(type: MemoryEvent['type'], memory: Memory, change: Change): Promise<Memory> {
    announceMemory(this.#bus, type, memory, change.actor, change.now)
    return this.#present(memory, change.scope, change.now)
  }

  async #present(memory: Memory, scope: Scope, now: string): Promise<Memory> {
    const [shown] = await presentMemories(this.#store, [memory], scope, now)
    return shown ?? memory
  }

  async #refuseUnseenLinks(links: readonly Link[], scope: Scope, now: string): Promise<void> {
    if (links.length === 0) return
    const targets = unique(links.map((link) => link.to))
    const seen = new Set(await this.#store.visibleIds(targets, scope, now))
    const unseen = targets.find((target) => !seen.has(target))
    if (unseen !== undefined) throw notFound('memory', unseen)
  }
}

/** Absent when there is nothing to tell. */
function told(warnings: readonly StorageWarning[]): { warnings?: StorageWarning[] } {
  return warnings.length === 0 ? {} : { warnings: [...warnings] }
}

function toPatch(fields: Omit<ToolArguments<'update_memory'>, 'memory_id' | 'expected_version'>, now: string): MemoryPatch {
  const { expires_at: expiresAt, tags, ...rest } = fields
  if (typeof expiresAt === 'string' && toIso(Date.parse(expiresAt)) <= now)
    throw invalidField('expires_at', `must be in the future (got ${expiresAt})`)
  const defined = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) as MemoryPatch // undefined values were just dropped
  return {
    ...defined,
    ...(tags && { tags: unique(tags) }),
    // Grants without the level shared do nothing, and must not come back with the next one.
    ...(rest.access_level !== undefined && rest.access_level !== 'shared' && { shared_with: [] }),
    ...(expiresAt !== undefined && { expires_at: expiresAt === null ? null : toIso(Date.parse(expiresAt)) }),
  }
}

function refuseSystemLevel(level: AccessLevel, scope: Scope): void {
  if (level === 'system' && !scope.isAdmin) {
    throw new AppError('forbidden', 'access_level "system" is written by admins only; use "public" to show a memory to every agent.', {
      details: { field: 'access_level' },
    })
  }
}

function refuseIdleShares(level: AccessLevel, shares: readonly unknown[]): void {
  if (shares.length > 0 && level !== 'shared') throw invalidField('shared_with', `only works with access_level "shared" (got "${level}")`)
}

/** Times in UTC with milliseconds, whatever zone the caller wrote. */
function toStoredShare(share: { agent_id: string; permission: 'read' | 'write'; expires_at?: string | undefined }): Share {
  return {
    agent_id: share.agent_id,
    permission: share.permission,
    ...(share.expires_at !== undefined && { expires_at: toIso(Date.parse(share.expires_at)) }),
  }
}

function unique(items: readonly string[]): string[] {
  return [...new Set(items)]
}
