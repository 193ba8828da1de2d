import { systemClock, toIso } from '../../../src-main/base/clock.ts'
import { silentLog } from '../../../src-main/base/log.ts'
import { OWNER_SCOPE } from '../../../src-main/contract/scope.ts'
import type { Embedder } from '../../../src-main/embedding/embedder.ts'
import { EmbeddingModels } from '../../../src-main/memory/embedding-models.ts'
import { MemorySearch } from '../../../src-main/memory/memory-search.ts'
import type { SearchMode } from '../../../src-main/memory/memory-search.ts'
import { SEARCH_WEIGHTS } from '../../../src-main/memory/ranking.ts'
import type { MemoryStore } from '../../../src-main/storage/memory-store.ts'
import { AGENT } from './fill.ts'

export type Asker = 'owner' | 'agent'

const SCOPES = { owner: OWNER_SCOPE, agent: AGENT } as const
const CANDIDATES = 100

export interface SearchParts {
  readonly store: MemoryStore
  readonly embedder: Embedder
  readonly questions: readonly string[]
  /** Their vectors. */
  readonly asked: readonly Float32Array[]
  readonly nearest: number
}

/** The searches that are timed and judged, by the number of their question. */
export class Searches {
  readonly #parts: SearchParts
  readonly #search: MemorySearch

  constructor(parts: SearchParts) {
    this.#parts = parts
    const { store, embedder } = parts
    const models = new EmbeddingModels({ store, embedder, clock: systemClock, log: silentLog })
    this.#search = new MemorySearch({ store, models, clock: systemClock, log: silentLog })
  }

  /** All that an agent waits for: the question is embedded, candidates found and ranked, the best read. */
  whole(who: Asker, mode: SearchMode, number: number): Promise<unknown> {
    return this.#search.search(
      {
        query: this.#question(number),
        limit: this.#parts.nearest,
        tag_match: 'any',
        min_importance: 0,
        minScore: 0,
        mode,
        includeShared: true,
        includeSuperseded: false,
        weights: SEARCH_WEIGHTS,
      },
      SCOPES[who],
    )
  }

  /** The store's part of it. */
  candidates(who: Asker, number: number): Promise<unknown> {
    return this.#parts.store.candidates({ ...this.#query(number), text: this.#question(number) }, SCOPES[who])
  }

  /** The ids that the store takes for the nearest. */
  async nearest(who: Asker, number: number): Promise<ReadonlySet<string>> {
    const { candidates } = await this.#parts.store.candidates(this.#query(number), SCOPES[who])
    const best = candidates.toSorted((a, b) => (b.vector ?? -1) - (a.vector ?? -1)).slice(0, this.#parts.nearest)
    return new Set(best.map(({ id }) => id))
  }

  #question(number: number): string {
    return this.#parts.questions[number % this.#parts.questions.length] ?? ''
  }

  #query(number: number) {
    const { asked, embedder } = this.#parts
    const vector = { values: asked[number % asked.length] ?? new Float32Array(0), modelId: embedder.modelId }
    return { now: toIso(Date.now()), vector, candidateLimit: CANDIDATES, includeShared: true, includeSuperseded: false }
  }
}
