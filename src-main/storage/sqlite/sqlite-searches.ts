import type { Scope } from '../../contract/scope.ts'
import type { QuestionVector } from '../memory-store.ts'
import type { PackedCandidates } from './packed-candidates.ts'
import { CandidateSearch } from './sqlite-candidates.ts'
import type { CandidateParts, WordQuery } from './sqlite-candidates.ts'
import type { SqliteConnection } from './sqlite-driver.ts'
import { RawQueries } from './sqlite-raw-query.ts'

/** More than that many questions are not being embedded at once; one that was given up is forgotten when as many have come after it. */
const MAX_BEGUN = 64

/**
 * Searches, at once or in two steps: their words are looked for while the question is still being embedded. What the first step found is
 * as old as that; a memory that went meanwhile is not there when it is read.
 */
export class SqliteSearches {
  readonly #parts: CandidateParts
  readonly #begun = new Map<number, CandidateSearch>()
  #last = 0

  constructor({ connection, ...parts }: Omit<CandidateParts, 'queries'> & { readonly connection: SqliteConnection }) {
    this.#parts = { ...parts, queries: new RawQueries(connection) }
  }

  /** Returns the number that `run` goes on with. */
  begin(query: WordQuery, scope: Scope): number {
    this.#parts.index.sync()
    const search = new CandidateSearch(this.#parts, query, scope)
    const number = ++this.#last
    this.#begun.set(number, search)
    this.#begun.delete(number - MAX_BEGUN)
    return number
  }

  /** With the `number` of what was begun, goes on from there if it is still known. */
  async run(query: WordQuery, vector: QuestionVector | undefined, scope: Scope, number = 0): Promise<PackedCandidates> {
    this.#parts.index.sync()
    const search = this.#begun.get(number) ?? new CandidateSearch(this.#parts, query, scope)
    this.#begun.delete(number)
    return vector ? search.withMeaning(vector) : search.byWords()
  }
}
