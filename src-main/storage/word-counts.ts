import { FIELD_WEIGHTS, indexTerms } from './search-text.ts'
import type { SearchableText } from './sql/search-index.ts'

/** The words of one memory: how often each stands there, weighted by field, and how many there are in all. */
export interface WordCounts {
  readonly weights: ReadonlyMap<string, number>
  readonly length: number
}

export function countWords({ content, summary, tags }: SearchableText): WordCounts {
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

/** The two constants of BM25, as FTS5 has them: how soon repetition stops to count, and how much length does. */
export const BM25 = { k1: 1.2, b: 0.75 } as const
