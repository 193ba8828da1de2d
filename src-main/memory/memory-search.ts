import type { Clock } from '../base/clock.ts'
import { toIso } from '../base/clock.ts'
import { messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { MemoryHit } from '../contract/memory.ts'
import type { Scope } from '../contract/scope.ts'
import type { Embedder } from '../embedding/embedder.ts'
import type { EmbeddingModels } from './embedding-models.ts'
import type { MemoryStore, QuestionVector } from '../storage/memory-store.ts'
import { toStoreFilter } from './filters.ts'
import type { FilterArguments } from './filters.ts'
import { presentMemories } from './presentation.ts'
import { rank } from './ranking.ts'
import type { RankingWeights } from './ranking.ts'

export type SearchMode = 'hybrid' | 'vector' | 'keyword'

export interface SearchRequest extends FilterArguments {
  readonly query: string
  readonly limit: number
  readonly minScore: number
  readonly mode: SearchMode
  readonly includeShared: boolean
  readonly includeSuperseded: boolean
  readonly weights: RankingWeights
}

export interface SearchAnswer {
  readonly mode: SearchMode
  readonly memories: MemoryHit[]
  /** Why search works less well than it should, and what to do. */
  readonly degraded?: string
}

/** Candidates of each leg before ranking: enough that the best ten of both together are among them (200 find no more on dialogues). */
const CANDIDATES_PER_LEG = 100
/** A question that cannot be embedded in this time is answered by words alone, in milliseconds. */
const QUERY_EMBEDDING_BUDGET_MS = 2_000

/** Finds memories by meaning and by words. Works by words alone, and says so, while there is no model. */
export class MemorySearch {
  readonly #store: MemoryStore
  readonly #models: EmbeddingModels
  readonly #clock: Clock
  readonly #log: Log

  constructor(parts: { readonly store: MemoryStore; readonly models: EmbeddingModels; readonly clock: Clock; readonly log: Log }) {
    this.#store = parts.store
    this.#models = parts.models
    this.#clock = parts.clock
    this.#log = parts.log
  }

  /** Throws `invalid_request` on a time filter it cannot read; an abort rejects with its reason. */
  async search(request: SearchRequest, scope: Scope, signal?: AbortSignal): Promise<SearchAnswer> {
    const nowMs = this.#clock.now()
    const now = toIso(nowMs)
    const filter = toStoreFilter(request, nowMs, now)
    const embedding = request.mode === 'keyword' ? undefined : this.#embed(request.query, signal)
    // What is not to be searched by words is so only where there is no vector; else the words are looked for while it is made.
    const isByWords = request.mode !== 'vector' || (await embedding)?.vector === undefined
    const [meaning, set] = await Promise.all([
      embedding,
      this.#store.candidates(
        {
          ...filter,
          ...(isByWords && { text: request.query }),
          ...(embedding && { vector: embedding.then(({ vector }) => vector) }),
          candidateLimit: Math.max(CANDIDATES_PER_LEG, 2 * request.limit),
          includeShared: request.includeShared,
          includeSuperseded: request.includeSuperseded,
        },
        scope,
      ),
    ])
    signal?.throwIfAborted()
    const mode = meaning?.vector ? request.mode : 'keyword'
    const best = rank(set, request.weights, nowMs)
      .filter((candidate) => candidate.score >= request.minScore)
      .slice(0, request.limit)
    const memories = await this.#fetch(best, scope, now)
    const degraded = meaning?.problem ?? (meaning && set.isPartial ? STILL_INDEXING : undefined)
    return { mode, memories, ...(degraded !== undefined && { degraded }) }
  }

  async #fetch(best: ReturnType<typeof rank>, scope: Scope, now: string): Promise<MemoryHit[]> {
    const found = await this.#store.getMany(
      best.map(({ id }) => id),
      scope,
      now,
    )
    const byId = new Map((await presentMemories(this.#store, found, scope, now)).map((memory) => [memory.id, memory]))
    return best.flatMap(({ id, score, why }) => {
      const memory = byId.get(id)
      return memory ? [{ ...memory, score: Math.round(score * 10_000) / 10_000, why }] : []
    })
  }

  async #embed(query: string, signal?: AbortSignal): Promise<Meaning> {
    const { embedder, notice } = await this.#models.forQuestion()
    signal?.throwIfAborted()
    const meaning = await this.#embedWith(embedder, query, signal)
    return notice === undefined ? meaning : { ...meaning, problem: notice }
  }

  async #embedWith(embedder: Embedder, query: string, signal?: AbortSignal): Promise<Meaning> {
    const { state } = embedder
    if (state.status === 'off') return { problem: 'Search by meaning is switched off; results match words only.' }
    if (state.status === 'failed') return { problem: `Search by meaning does not work: ${state.message} Results match words only.` }
    if (state.status === 'loading') return { problem: 'The embedding model is still loading; results match words only.' }
    const budget = AbortSignal.timeout(QUERY_EMBEDDING_BUDGET_MS)
    try {
      const values = await embedder.embedQuery(query, signal ? AbortSignal.any([signal, budget]) : budget)
      return { vector: { values, modelId: embedder.modelId } }
    } catch (error) {
      signal?.throwIfAborted()
      this.#log.warn({ err: error }, 'a question could not be embedded; answered by words')
      return {
        problem: `The question could not be embedded (${budget.aborted ? 'the model is too busy' : messageOf(error)}); results match words only.`,
      }
    }
  }
}

/** A question as a vector of one model, or why there is none, or why it will find less than it should. */
interface Meaning {
  readonly vector?: QuestionVector
  readonly problem?: string
}

const STILL_INDEXING = 'Some memories are not yet indexed by meaning; they are found by words only.'
