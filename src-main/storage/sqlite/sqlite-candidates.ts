import type { Scope } from '../../contract/scope.ts'
import type { CandidateQuery, QuestionVector } from '../memory-store.ts'
import { neededOf } from '../needed-candidates.ts'
import { toUnit } from '../quantized-vector.ts'
import { candidateSql } from '../sql/sql-filter.ts'
import type { MemoryDb } from '../sql/sql-schema.ts'
import { hasUnembedded } from '../sql/sql-vectors.ts'
import { packCandidates } from './packed-candidates.ts'
import type { PackedCandidates } from './packed-candidates.ts'
import { PassingMemories } from './sqlite-passing.ts'
import type { RawQueries } from './sqlite-raw-query.ts'
import type { SqliteSearchIndex } from './sqlite-search-index.ts'
import type { SqliteWordScores, WeighedTerm, WordQuestion } from './sqlite-word-scores.ts'
import type { Comparison } from './vector-scan.ts'

export interface CandidateParts {
  readonly db: MemoryDb
  readonly queries: RawQueries
  readonly index: SqliteSearchIndex
}

/** A question without its vector, which comes when it is made. */
export type WordQuery = Omit<CandidateQuery, 'vector'>

/** One search: the keyword leg is there from the start, the vector leg may follow. Each is filtered before its limit. */
export class CandidateSearch {
  readonly #parts: CandidateParts
  readonly #query: WordQuery
  readonly #scope: Scope
  readonly #passing: PassingMemories
  readonly #ceiling: number
  readonly #keyword: ReadonlyMap<number, number>

  constructor(parts: CandidateParts, query: WordQuery, scope: Scope) {
    const { scores } = parts.index.text
    const words = query.text === undefined ? undefined : scores.ask(query.text)
    this.#parts = parts
    this.#query = query
    this.#scope = scope
    this.#passing = new PassingMemories(parts.db, parts.queries, (eb) => candidateSql(eb, query, scope))
    this.#ceiling = words?.ceiling ?? 0
    this.#keyword = words ? keywordLeg(scores, words, this.#passing, query.candidateLimit) : new Map()
  }

  /** Both legs; what only words found gets its closeness too. */
  async withMeaning(vector: QuestionVector): Promise<PackedCandidates> {
    const { index } = this.#parts
    const { modelId, isWhole } = this.#knowledgeOf(vector.modelId)
    const isPartial = !isWhole && (await hasUnembedded(this.#parts.db, modelId, this.#scope, Date.parse(this.#query.now)))
    if (modelId === undefined) return { ...this.byWords(), isPartial }
    const comparison = index.vectors.ofModel(modelId).compare(toUnit(vector.values))
    return this.#join(this.#passing.best(comparison, this.#query.candidateLimit), isPartial, comparison)
  }

  byWords(): PackedCandidates {
    return this.#join(new Map(), false)
  }

  /** The number of a model, and whether all memories have their vectors of it, as nearly always. If not, it is asked whether that concerns the scope. */
  #knowledgeOf(model: string): { readonly modelId?: number; readonly isWhole: boolean } {
    const [row] = this.#parts.queries.rows<[number, number]>(MODEL, [model])
    return row ? { modelId: row[0], isWhole: row[1] === 1 } : { isWhole: false }
  }

  #join(near: ReadonlyMap<number, number>, isPartial: boolean, comparison?: Comparison): PackedCandidates {
    const described = this.#passing.describe(new Set([...this.#keyword.keys(), ...near.keys()]))
    const candidates = Array.from(described, ([seq, { id, importance, createdAt }]) => ({
      id,
      importance,
      createdAt,
      keyword: this.#keyword.get(seq) ?? NaN,
      vector: near.get(seq) ?? comparison?.best(seq) ?? NaN,
    }))
    return { ...packCandidates(candidates), keywordCeiling: this.#ceiling, isPartial }
  }
}

const MODEL = 'SELECT id, NOT EXISTS (SELECT 1 FROM embedding_backlog WHERE model_id = m.id) FROM embedding_models AS m WHERE name = ?'

/** BM25 scores by `seq`. Words that most memories share are asked for only if the others find too few. */
function keywordLeg(scores: SqliteWordScores, words: WordQuestion, passing: PassingMemories, limit: number): Map<number, number> {
  const found = matching(words.telling ?? words.terms)
  return words.telling !== undefined && found.size < neededOf(limit) ? matching(words.terms) : found

  function matching(terms: readonly WeighedTerm[]): Map<number, number> {
    return passing.best(scores.score(terms, words.averageLength), limit)
  }
}
