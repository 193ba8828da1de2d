import { FIELD_WEIGHTS, indexTerms, inverseDocumentFrequency, queryTerms } from '../search-text.ts'
import type { StoredMemory } from '../stored-memory.ts'

/** The words of one memory: how often each stands there, weighted by field, and how many there are in all. */
export interface WordCounts {
  readonly weights: ReadonlyMap<string, number>
  readonly length: number
}

export function countWords({ content, summary, tags }: Pick<StoredMemory, 'content' | 'summary' | 'tags'>): WordCounts {
  const weights = new Map<string, number>()
  const fields = { content, summary: summary ?? '', tags: tags.join(' ') }
  let length = 0
  for (const field of ['content', 'summary', 'tags'] as const) {
    for (const term of indexTerms(fields[field])) {
      weights.set(term, (weights.get(term) ?? 0) + FIELD_WEIGHTS[field])
      length++
    }
  }
  return { weights, length }
}

/** BM25 as FTS5 computes it (https://sqlite.org/fts5.html#the_bm25_function), over all memories that are not in the trash. */
export class WordScorer {
  readonly #terms: readonly { readonly term: string; readonly frequency: number }[]
  readonly #averageLength: number

  constructor(question: string, corpus: readonly WordCounts[]) {
    this.#terms = queryTerms(question).map((term) => {
      const documents = corpus.filter(({ weights }) => weights.has(term)).length
      return { term, frequency: inverseDocumentFrequency(corpus.length, documents) }
    })
    this.#averageLength = corpus.reduce((sum, { length }) => sum + length, 0) / Math.max(1, corpus.length)
  }

  /** What one document of average length with every word once would score. */
  get ceiling(): number {
    return this.#terms.reduce((sum, { frequency }) => sum + frequency, 0)
  }

  /** Undefined when no word matches. */
  score({ weights, length }: WordCounts): number | undefined {
    let score: number | undefined
    for (const { term, frequency } of this.#terms) {
      const count = weights.get(term)
      if (count === undefined) continue
      const saturation = (count * (K1 + 1)) / (count + K1 * (1 - B + (B * length) / this.#averageLength))
      score = (score ?? 0) + frequency * saturation
    }
    return score
  }
}

const K1 = 1.2
const B = 0.75
