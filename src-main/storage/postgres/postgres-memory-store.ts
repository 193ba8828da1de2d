import type { HistoryEntry, Link, Memory } from '../../contract/memory.ts'
import type { Scope } from '../../contract/scope.ts'
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
import type { SqlParts } from '../sql/search-index.ts'
import { dropUnusedVectors, listModels, putInUse } from '../sql/sql-models.ts'
import { countMemories, findMemory, getMany, listHistory, listLinks, listMemories, listTags, visibleIds } from '../sql/sql-read.ts'
import { hashContent } from '../sql/sql-rows.ts'
import { countWithoutVectors, packVectors, putVectors, requireModel, withoutVectors } from '../sql/sql-vectors.ts'
import {
  emptyTrash,
  expireMemories,
  insertMemory,
  moveToTrash,
  purgeMemory,
  takeFromTrash,
  touchMemories,
  updateMemory,
} from '../sql/sql-write.ts'
import { packNewMemory, packPatch, unpackHistoryEntry, unpackMemory } from '../stored-memory.ts'
import { findCandidates } from './postgres-candidates.ts'
import type { PostgresDatabase } from './postgres-database.ts'
import { buildMissingGraphs, GraphUpkeep, prepareGraph } from './postgres-graphs.ts'
import { holdRows } from './postgres-hold.ts'
import { checkData } from './postgres-integrity.ts'
import { linkSome } from './postgres-linking.ts'
import { partsOf } from './postgres-parts.ts'
import { WordStatistics } from './postgres-word-question.ts'

export const POSTGRES_CAPABILITIES = { label: 'Postgres', isDurable: true, isShared: true } as const

/** Memories in Postgres. Changes of one memory by this process are made in the order they were asked for. */
export class PostgresMemoryStore implements MemoryStore {
  readonly capabilities = POSTGRES_CAPABILITIES
  readonly #database: PostgresDatabase
  readonly #statistics = new WordStatistics()
  readonly #graphs = new GraphUpkeep()
  readonly #closeAll: () => Promise<void>
  /** Models that are known to the database. */
  readonly #met = new Set<string>()

  /** `closeAll` closes what the stores of one database share. */
  constructor(database: PostgresDatabase, closeAll: () => Promise<void>) {
    this.#database = database
    this.#closeAll = closeAll
  }

  async insert(memory: NewMemory, change: Change): Promise<{ memory: Memory; isDuplicate: boolean }> {
    const packed = packNewMemory(memory)
    const keys = [memory.id, `${memory.agent_id}\n${memory.namespace}\n${hashContent(memory.content)}`]
    const answer = await this.#database.run('insert', (db) => insertMemory(partsOf(db), packed, change), { keys })
    return { ...answer, memory: unpackMemory(answer.memory) }
  }

  async get(id: string, scope: Scope, options: { readonly now: string; readonly includeTrash?: boolean }): Promise<Memory | undefined> {
    const { now, includeTrash } = options
    const found = await this.#database.run('get', (db) => findMemory(db, id, scope, Date.parse(now), includeTrash))
    return found && unpackMemory(found.memory)
  }

  async getMany(ids: readonly string[], scope: Scope, now: string): Promise<Memory[]> {
    return (await this.#database.run('getMany', (db) => getMany(db, ids, scope, Date.parse(now)))).map(unpackMemory)
  }

  async update(id: string, patch: MemoryPatch, change: Change, options?: UpdateOptions): Promise<Memory> {
    const packed = packPatch(patch)
    return unpackMemory(await this.#change('update', id, (parts) => updateMemory(parts, id, packed, change, options)))
  }

  async trash(id: string, change: Change): Promise<Memory> {
    return unpackMemory(await this.#change('trash', id, (parts) => moveToTrash(parts, id, change)))
  }

  async untrash(id: string, change: Change): Promise<Memory> {
    return unpackMemory(await this.#change('untrash', id, (parts) => takeFromTrash(parts, id, change)))
  }

  async purge(id: string, change: Change): Promise<Memory> {
    return unpackMemory(await this.#change('purge', id, (parts) => purgeMemory(parts, id, change)))
  }

  async list(query: ListQuery, scope: Scope): Promise<{ memories: Memory[]; total: number; nextCursor?: string }> {
    const page = await this.#database.run('list', (db) => listMemories(db, query, scope))
    return { ...page, memories: page.memories.map(unpackMemory) }
  }

  async history(
    id: string,
    scope: Scope,
    page: { readonly limit: number; readonly cursor?: string; readonly now: string },
  ): Promise<{ entries: HistoryEntry[]; nextCursor?: string }> {
    const found = await this.#database.run('history', (db) => listHistory(db, id, scope, page))
    return { ...found, entries: found.entries.map(unpackHistoryEntry) }
  }

  links(id: string, scope: Scope, now: string): Promise<{ outgoing: Link[]; incoming: { from: string; kind: Link['kind'] }[] }> {
    return this.#database.run('links', (db) => listLinks(db, id, scope, Date.parse(now)))
  }

  visibleIds(ids: readonly string[], scope: Scope, now: string): Promise<string[]> {
    return this.#database.run('visibleIds', (db) => visibleIds(db, ids, scope, Date.parse(now)))
  }

  touch(ids: readonly string[], now: string): Promise<void> {
    // As one transaction, so that one that is tried again counts once.
    return this.#database.run('touch', (db) =>
      db.transaction().execute(async (tx) => {
        await holdRows(tx, 'memories', ids)
        await touchMemories(partsOf(tx), ids, now)
      }),
    )
  }

  tags(scope: Scope, limit: number, now: string): Promise<{ tag: string; count: number }[]> {
    return this.#database.run('tags', (db) => listTags(db, scope, limit, Date.parse(now)))
  }

  count(scope: Scope, now: string, filter?: { readonly agentId?: string }): Promise<number> {
    return this.#database.run('count', (db) => countMemories(db, scope, Date.parse(now), filter?.agentId))
  }

  candidates(query: CandidateQuery, scope: Scope): Promise<CandidateSet> {
    return findCandidates((work) => this.#database.run('candidates', work), this.#statistics, query, scope)
  }

  async putVectors(model: VectorModel, entries: readonly VectorEntry[]): Promise<number> {
    const packed = packVectors(model, entries)
    if (!this.#met.has(model.modelId)) await this.#meet(model)
    const keys = packed.map(({ memoryId }) => memoryId)
    return this.#database.run('putVectors', (db) => putVectors(partsOf(db), model, packed), { keys })
  }

  withoutVectors(modelId: string, limit: number, now: string): Promise<{ id: string; contentVersion: number; text: string }[]> {
    return this.#database.run('withoutVectors', (db) => withoutVectors(db, modelId, limit, Date.parse(now)))
  }

  countWithoutVectors(modelId: string, now: string): Promise<number> {
    return this.#database.run('countWithoutVectors', (db) => countWithoutVectors(db, modelId, Date.parse(now)))
  }

  models(): Promise<KnownModel[]> {
    return this.#database.run('models', listModels)
  }

  useModel(model: Omit<KnownModel, 'isInUse'>): Promise<void> {
    return this.#database.run('useModel', (db) => putInUse(partsOf(db), model))
  }

  prepareModel(modelId: string, signal: AbortSignal): Promise<void> {
    return this.#database.maintain((db) => prepareGraph(db, modelId), signal)
  }

  linkVectors(): Promise<boolean> {
    return this.#database.run('linkVectors', linkSome)
  }

  dropUnusedVectors(keep: readonly string[], limit: number): Promise<number> {
    this.#met.clear()
    return this.#database.run('dropUnusedVectors', (db) => dropUnusedVectors(partsOf(db), keep, limit), { budgetMs: Infinity })
  }

  expire(now: string): Promise<number> {
    return this.#database.run('expire', (db) => expireMemories(partsOf(db), now), { budgetMs: Infinity })
  }

  emptyTrash(deletedBefore: string): Promise<number> {
    return this.#database.run('emptyTrash', (db) => emptyTrash(partsOf(db), deletedBefore), { budgetMs: Infinity })
  }

  /** Builds what an interrupted import has left to be built. */
  async upkeep(signal: AbortSignal): Promise<void> {
    const isDue = await this.#database.run('upkeep', (db) => this.#graphs.isDue(db))
    if (isDue && !signal.aborted) await this.#database.maintain(buildMissingGraphs, signal)
  }

  ping(): Promise<void> {
    return this.#database.ping()
  }

  checkIntegrity(): Promise<string[]> {
    return this.#database.maintain(checkData)
  }

  close(): Promise<void> {
    return this.#closeAll()
  }

  /** A model is made known before any memory is held for it: making it known waits for all who hold one. */
  async #meet(model: VectorModel): Promise<void> {
    await this.#database.run('meetModel', (db) => db.transaction().execute((tx) => requireModel(tx, partsOf(tx).index, model)), {
      keys: [`model ${model.modelId}`],
    })
    this.#met.add(model.modelId)
  }

  #change<T>(what: string, id: string, work: (parts: SqlParts) => Promise<T>): Promise<T> {
    return this.#database.run(what, (db) => work(partsOf(db)), { keys: [id] })
  }
}
