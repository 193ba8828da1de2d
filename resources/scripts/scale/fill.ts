import { toIso } from '../../../src-main/base/clock.ts'
import { OWNER_SCOPE } from '../../../src-main/contract/scope.ts'
import type { Scope } from '../../../src-main/contract/scope.ts'
import { quantize } from '../../../src-main/storage/quantized-vector.ts'
import type { MemoryStore } from '../../../src-main/storage/memory-store.ts'
import type { TransferRecord, TransferStore } from '../../../src-main/storage/transfer-store.ts'
import type { ExactNeighbours } from './exact-neighbours.ts'
import type { Notes } from './notes.ts'
import type { CorpusVectors } from './vectors.ts'

const BATCH = 500
const START_MS = Date.parse('2026-01-01T00:00:00Z')
const AGENTS = 12
const NAMESPACES = 3

/** Whose eyes the searches have, and how much of the corpus is there for them. */
export const AGENT: Scope = { kind: 'agent', agentId: 'agent-0', namespace: 'space-0', isAdmin: false }

export interface Corpus {
  readonly size: number
  readonly notes: Notes
  readonly vectors: CorpusVectors
  readonly modelId: string
  readonly dimensions: number
}

/** Who owns a memory and who may read it: 60% private, 25% of the namespace, 15% public. */
function ownership(index: number): { agent_id: string; namespace: string; access_level: 'private' | 'team' | 'public' } {
  const agent = (index * 31) % AGENTS
  const place = (index * 7) % 100
  return {
    agent_id: `agent-${agent}`,
    namespace: `space-${agent % NAMESPACES}`,
    access_level: place < 60 ? 'private' : place < 85 ? 'team' : 'public',
  }
}

function isForAgent(index: number): boolean {
  const { agent_id, namespace, access_level } = ownership(index)
  return agent_id === AGENT.agentId || access_level === 'public' || (access_level === 'team' && namespace === 'space-0')
}

/**
 * Writes the corpus, so many batches at a time, and shows each vector to who looks for the nearest. Returns the seconds of all that, the
 * making of the texts included. Without a store it only shows: the corpus is the same in every run.
 */
export async function fill(
  store: TransferStore | undefined,
  corpus: Corpus,
  exact: ExactNeighbours,
  writers: number,
  say: (line: string) => void,
): Promise<number> {
  const begun = performance.now()
  const seconds = (): number => (performance.now() - begun) / 1000
  const writing = new Set<Promise<unknown>>()
  for (let from = 0; from < corpus.size; from += BATCH) {
    if ((from / BATCH) % 40 === 39) say(`  ${from} memories, ${Math.round(from / seconds())} a second`)
    const records: TransferRecord[] = []
    for (let index = from; index < Math.min(corpus.size, from + BATCH); index += 1) {
      const vector = corpus.vectors.of(index)
      const { memory, record } = recordsOf(corpus, index, vector)
      records.push(...record)
      exact.see(memory, vector, isForAgent(index))
    }
    if (!store) continue
    // The first one makes the model known; the others would wait for it.
    while (writing.size >= (from <= BATCH ? 1 : writers)) await Promise.race(writing)
    const write = store
      .write(records, { onConflict: 'skip', now: toIso(START_MS), actor: 'bench', isWithoutHistory: true })
      .finally(() => writing.delete(write))
    writing.add(write)
  }
  await Promise.all(writing)
  return seconds()
}

function recordsOf(
  { notes, modelId, dimensions }: Corpus,
  index: number,
  vector: Float32Array,
): { memory: string; record: TransferRecord[] } {
  const at = timeOf(index)
  const id = idOf(at, index)
  const time = toIso(at)
  const { topic, text } = notes.note(index)
  const memory = {
    id,
    content: text,
    tags: [`topic-${topic % 200}`],
    importance: (index % 10) / 10,
    shared_with: [],
    ...ownership(index),
    context: '{}',
    pinned: false,
    created_at: time,
    updated_at: time,
    access_count: 0,
    version: 1,
    links: [],
  }
  return {
    memory: id,
    record: [
      { kind: 'memory', memory },
      { kind: 'vector', memoryId: id, model: modelId, dimensions, vectors: [quantize(vector)] },
    ],
  }
}

/** Whether a run of that size has filled this store. Throws if it holds something else, which the answers would then be judged by. */
export async function isFilledWith(store: MemoryStore, size: number): Promise<boolean> {
  const now = toIso(Date.now())
  if ((await store.count(OWNER_SCOPE, now)) === 0) return false
  const ends = [size - 1, size].map((index) => idOf(timeOf(index), index))
  const found = await store.getMany(ends, OWNER_SCOPE, now)
  if (found.length === 1 && found[0]?.id === ends[0]) return true
  throw new Error(`The database is neither empty nor filled by a run of ${size} memories; give the URL of another one.`)
}

function timeOf(index: number): number {
  return START_MS + index * 1000
}

/** The UUID version 7 of that memory, the same in every run. */
function idOf(atMs: number, index: number): string {
  const time = atMs.toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${index.toString(16).padStart(12, '0')}`
}
