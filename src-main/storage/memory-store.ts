import type { AccessLevel, HistoryAction, HistoryEntry, Link, Memory, Share } from '../contract/memory.ts'
import type { Scope } from '../contract/scope.ts'
import type { StoreCapabilities } from './capabilities.ts'

/**
 * PORT. Where memories are kept. Every method that reads or changes one takes a `Scope` and applies the rule of
 * contract/scope.ts inside its query: what a scope may not see does not exist for it.
 *
 * Times are ISO 8601 UTC with milliseconds; `now` is the caller's clock, so that tests can move it. A memory whose
 * `expires_at` is at or before `now` counts as not there, whether or not `expire` has run.
 * Errors: AppError `unavailable` when the store is down or too busy, `conflict`/`not_found`/`forbidden` as said below.
 * A change is durable when its promise resolves. Writes are applied in the order they were asked for.
 */
export interface MemoryStore {
  readonly capabilities: StoreCapabilities

  /**
   * Keeps a new memory with its first history row (`created`, by `actor`). When the same agent already has a live memory with
   * exactly this content in this namespace, nothing is written and that one is returned with `isDuplicate`.
   * `supersedes` links also set `superseded_by` of their targets (those the scope may edit), which is a change of theirs with a
   * history row; an `update` of the links follows both ways.
   */
  insert(memory: NewMemory, change: Change): Promise<{ readonly memory: Memory; readonly isDuplicate: boolean }>

  /** One live memory, or undefined. With `includeTrash`, also one in the trash, for those who may manage it. */
  get(id: string, scope: Scope, options: { readonly now: string; readonly includeTrash?: boolean }): Promise<Memory | undefined>

  /** Those of `ids` that the scope may see, in the order of `ids`. */
  getMany(ids: readonly string[], scope: Scope, now: string): Promise<Memory[]>

  /**
   * Applies `patch` to a live memory, adds a history row with what was before, and raises its version.
   * Throws `not_found` when the scope may not see it, `conflict` when `expectedVersion` is not its version (details: version) or when the
   * new content is what another live memory of its owner holds, `forbidden` when the scope sees it and may not do this: `canEdit` for
   * content, summary, tags, importance, context, source_url, pinned and links; `canManage` for access_level, shared_with and expires_at,
   * and for `trash`, `untrash`. All is checked inside the transaction, on the memory as it stands.
   */
  update(id: string, patch: MemoryPatch, change: Change, options?: UpdateOptions): Promise<Memory>

  /** Moves a live memory to the trash. Idempotent for its manager: one already there is returned as it is. Same errors as `update`. */
  trash(id: string, change: Change): Promise<Memory>

  /**
   * Takes a memory out of the trash. One that is not there is returned as it is. `conflict` when its content lives again elsewhere.
   * An expiry that has passed is removed, or the memory would be gone again at once.
   */
  untrash(id: string, change: Change): Promise<Memory>

  /** Erases a memory, live, expired or in the trash, with its vectors, links and history, for good; links of others to it go too. Owner scope only: `forbidden` to others who see it, else `not_found`. */
  purge(id: string, change: Change): Promise<Memory>

  /** A page of memories by filter and order. `total` counts all pages. Throws `invalid_request` on a cursor that is not ours. */
  list(query: ListQuery, scope: Scope): Promise<{ readonly memories: Memory[]; readonly total: number; readonly nextCursor?: string }>

  /** Changes of one memory, newest first; `before` as the whole memory was. Works for the trash too (managers). Callers filter by scope. */
  history(
    id: string,
    scope: Scope,
    page: { readonly limit: number; readonly cursor?: string; readonly now: string },
  ): Promise<{ readonly entries: HistoryEntry[]; readonly nextCursor?: string }>

  /** Links from and to a memory, both ends visible to the scope. Throws `not_found`. */
  links(
    id: string,
    scope: Scope,
    now: string,
  ): Promise<{ readonly outgoing: Link[]; readonly incoming: { readonly from: string; readonly kind: Link['kind'] }[] }>

  /** Which of `ids` exist and are visible to the scope. */
  visibleIds(ids: readonly string[], scope: Scope, now: string): Promise<string[]>

  /** Counts an access: `access_count` + 1 and `accessed_at`. Not a change: no history, no version. Unknown ids are ignored. */
  touch(ids: readonly string[], now: string): Promise<void>

  tags(scope: Scope, limit: number, now: string): Promise<{ readonly tag: string; readonly count: number }[]>
  count(scope: Scope, now: string, filter?: { readonly agentId?: string }): Promise<number>

  /**
   * Raw material of a search: up to `candidateLimit` of each leg, at least half of it where so many pass; filters and access apply before the limit.
   * `vector` must come from `modelId`; vectors of another model are never compared.
   */
  candidates(query: CandidateQuery, scope: Scope): Promise<CandidateSet>

  /**
   * Replaces the vectors of memories, each named once, all or none; those whose content has moved on since are left out. Returns how many
   * were not.
   */
  putVectors(model: VectorModel, entries: readonly VectorEntry[]): Promise<number>
  /** Live memories without vectors of `modelId` at their content, oldest first. */
  withoutVectors(
    modelId: string,
    limit: number,
    now: string,
  ): Promise<{ readonly id: string; readonly contentVersion: number; readonly text: string }[]>
  countWithoutVectors(modelId: string, now: string): Promise<number>

  /** Models that the store holds vectors of, or is to hold; not those whose vectors are being dropped. */
  models(): Promise<KnownModel[]>
  /** Makes one model the one in use, in place of the one that was; it need not have been known. Vectors are not touched. */
  useModel(model: Omit<KnownModel, 'isInUse'>): Promise<void>
  /**
   * Makes the vectors of a model quick to search, once all are there and before it is put in use. May take minutes, in which all else goes
   * on; ends early on `signal`, and is begun anew by the next call. Absent where there is nothing to make.
   */
  prepareModel?(modelId: string, signal: AbortSignal): Promise<void>
  /**
   * Does some of what `putVectors` has put off to make vectors quick to search; all are searched before. Returns whether there was any. For
   * when nothing waits for vectors. Absent where nothing is put off.
   */
  linkVectors?(): Promise<boolean>
  /**
   * Erases up to `limit` rows of models that are neither in use nor in `keep`, and returns how many; 0 when none are left. From the
   * first row on the store does not know the model any more: should it come back, its vectors are made anew.
   */
  dropUnusedVectors(keep: readonly string[], limit: number): Promise<number>

  /** Moves what has expired to the trash, with a history row `expired` by `system`. Returns how many. */
  expire(now: string): Promise<number>
  /** Erases what has been in the trash since before `deletedBefore`. Returns how many. */
  emptyTrash(deletedBefore: string): Promise<number>

  /** Work of the store's own that nobody waits for, when there is any; ends early on `signal`. Absent where there never is. */
  upkeep?(signal: AbortSignal): Promise<void>

  /** Throws AppError `unavailable` if the store cannot answer a trivial query. */
  ping(): Promise<void>
  /** Problems of the stored data, empty when there are none. May take seconds on a large store. */
  checkIntegrity(): Promise<string[]>
  /** Finishes what was asked and closes. Idempotent. */
  close(): Promise<void>
}

/** Who changes something, as whom, and when. */
export interface Change {
  readonly scope: Scope
  /** Written to the history: the agent id, `owner` or `system`. */
  readonly actor: string
  readonly now: string
}

/** What the caller decides about a new memory; the store adds version 1 and counts of 0. `id` is a UUID v7. */
export interface NewMemory {
  readonly id: string
  readonly content: string
  readonly summary?: string
  readonly tags: readonly string[]
  readonly importance: number
  readonly access_level: AccessLevel
  readonly shared_with: readonly Share[]
  readonly agent_id: string
  readonly namespace: string
  readonly context: Readonly<Record<string, unknown>>
  readonly source_url?: string
  readonly pinned: boolean
  readonly created_at: string
  readonly expires_at?: string
  readonly links: readonly Link[]
}

/** Fields to set; null removes an optional one; absent leaves it. */
export interface MemoryPatch {
  readonly content?: string
  readonly summary?: string | null
  readonly tags?: readonly string[]
  readonly importance?: number
  readonly access_level?: AccessLevel
  readonly shared_with?: readonly Share[]
  readonly context?: Readonly<Record<string, unknown>>
  readonly source_url?: string | null
  readonly pinned?: boolean
  readonly expires_at?: string | null
  readonly links?: readonly Link[]
}

export interface UpdateOptions {
  readonly expectedVersion?: number
  /** What the history calls it; `updated` when absent. */
  readonly action?: HistoryAction
}

export interface MemoryFilter {
  readonly now: string
  readonly tags?: readonly string[]
  readonly tagMatch?: 'any' | 'all'
  readonly agentId?: string
  readonly namespace?: string
  readonly minImportance?: number
  /** Created at or after. */
  readonly since?: string
  /** Created before. */
  readonly until?: string
  readonly accessLevel?: AccessLevel
  readonly pinned?: boolean
}

export interface ListQuery extends MemoryFilter {
  readonly limit: number
  readonly cursor?: string
  readonly sort: 'newest' | 'oldest' | 'updated' | 'importance'
  /** Instead of live memories, those in the trash that the scope may manage. */
  readonly trash?: boolean
}

/** A question as the vector of one model. */
export interface QuestionVector {
  readonly values: Float32Array
  readonly modelId: string
}

export interface CandidateQuery extends MemoryFilter {
  /** The question as asked; the store makes its own terms of it. Absent: no keyword leg. */
  readonly text?: string
  /** Absent, or a promise of nothing: no vector leg. While a vector is still being made, the keyword leg is already looked for. */
  readonly vector?: QuestionVector | Promise<QuestionVector | undefined>
  readonly candidateLimit: number
  /** false: only memories the scope's agent owns. */
  readonly includeShared: boolean
  readonly includeSuperseded: boolean
}

export interface Candidate {
  readonly id: string
  /** BM25 score, 0 or more, larger is better. Absent when no word matched. */
  readonly keyword?: number
  /** Best cosine similarity of its vectors, -1..1. Absent when it has none, or was not near. */
  readonly vector?: number
  readonly importance: number
  /** Milliseconds since 1970: ranking reckons with it. */
  readonly createdAt: number
}

export interface CandidateSet {
  readonly candidates: Candidate[]
  /** What a document of average length holding every word of the question once would score: the sum of the words' inverse document frequencies. 0 without words. */
  readonly keywordCeiling: number
  /** True if some visible memory has no vector of the asked model yet. */
  readonly isPartial: boolean
}

/** A model of vectors, as the store remembers it. */
export interface KnownModel {
  readonly modelId: string
  readonly dimensions: number
  /** Of one model at most: the one that searches use. */
  readonly isInUse: boolean
  /** How it is opened: a text of the caller's making, without secrets. */
  readonly recipe?: string
}

export type VectorModel = Pick<KnownModel, 'modelId' | 'dimensions'>

export interface VectorEntry {
  readonly memoryId: string
  /** From `withoutVectors`: the version whose content was embedded. */
  readonly contentVersion: number
  /** One unit vector per window of the text. */
  readonly vectors: readonly Float32Array[]
}
