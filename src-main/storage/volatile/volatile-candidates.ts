import type { Scope } from '../../contract/scope.ts'
import type { Candidate, CandidateQuery, CandidateSet, QuestionVector } from '../memory-store.ts'
import { toUnit } from '../quantized-vector.ts'
import { isVisible, matchesFilter } from './volatile-entry.ts'
import type { Entry } from './volatile-entry.ts'
import { WordScorer } from './volatile-words.ts'

/** Both legs of a search over all entries, each scored exactly. */
export function findCandidates(
  entries: ReadonlyMap<string, Entry>,
  query: CandidateQuery,
  vector: QuestionVector | undefined,
  scope: Scope,
): CandidateSet {
  const now = Date.parse(query.now)
  const all = [...entries.values()]
  const scorer =
    query.text === undefined
      ? undefined
      : new WordScorer(
          query.text,
          all.filter(({ memory }) => memory.deleted_at === undefined).map(({ words }) => words),
        )
  const question = vector && toUnit(vector.values)
  const scored = all
    .filter((entry) => isVisible(entry, scope, now) && matchesFilter(entry, query))
    .filter(({ memory }) => query.includeShared || memory.agent_id === scope.agentId)
    .filter((entry) => query.includeSuperseded || !isSuperseded(entries, entry, scope, now))
    .map((entry) => ({
      entry,
      keyword: scorer?.score(entry.words),
      vector: question && bestCosine(question, entry.vectors.get(vector.modelId)),
    }))
  const chosen = new Set([...best(scored, 'keyword', query.candidateLimit), ...best(scored, 'vector', query.candidateLimit)])
  return {
    candidates: [...chosen].map(toCandidate),
    keywordCeiling: scorer?.ceiling ?? 0,
    isPartial: vector !== undefined && all.some((entry) => isVisible(entry, scope, now) && !entry.vectors.has(vector.modelId)),
  }
}

interface Scored {
  readonly entry: Entry
  readonly keyword: number | undefined
  readonly vector: number | undefined
}

function best(scored: readonly Scored[], leg: 'keyword' | 'vector', limit: number): Scored[] {
  return scored
    .filter((one) => one[leg] !== undefined)
    .sort((a, b) => (b[leg] ?? 0) - (a[leg] ?? 0))
    .slice(0, limit)
}

function toCandidate({ entry: { memory }, keyword, vector }: Scored): Candidate {
  return {
    id: memory.id,
    importance: memory.importance,
    createdAt: Date.parse(memory.created_at),
    ...(keyword !== undefined && { keyword }),
    ...(vector !== undefined && { vector }),
  }
}

/** A memory is superseded only for those who can see what took its place. */
function isSuperseded(entries: ReadonlyMap<string, Entry>, { memory }: Entry, scope: Scope, now: number): boolean {
  const successor = memory.superseded_by === undefined ? undefined : entries.get(memory.superseded_by)
  return successor !== undefined && isVisible(successor, scope, now)
}

function bestCosine(question: Float32Array, vectors: readonly Float32Array[] | undefined): number | undefined {
  if (!vectors || vectors.length === 0) return undefined
  return Math.max(
    ...vectors.map((vector) =>
      Math.max(
        -1,
        Math.min(
          1,
          vector.reduce((sum, value, i) => sum + value * (question[i] ?? 0), 0),
        ),
      ),
    ),
  )
}
