import { inverseDocumentFrequency, queryTerms } from '../search-text.ts'
import { BM25 } from '../word-counts.ts'
import type { WordCounts } from '../word-counts.ts'

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
    const { k1, b } = BM25
    let score: number | undefined
    for (const { term, frequency } of this.#terms) {
      const count = weights.get(term)
      if (count === undefined) continue
      const saturation = (count * (k1 + 1)) / (count + k1 * (1 - b + (b * length) / this.#averageLength))
      score = (score ?? 0) + frequency * saturation
    }
    return score
  }
}
