// `npm run bench:scale -- --memories 10000,100000 [--url postgresql://…]`: storing and searching in a large store, straight at its port: how
// quick, how right against a comparison with everything, how much disk and memory. Without a URL the store is SQLite in a temporary folder.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { report, numberFlag, textFlag } from '../../e2e/bench/lib/report.ts'
import type { Row } from '../../e2e/bench/lib/report.ts'
import { series, summarize } from '../../e2e/bench/lib/statistics.ts'
import { systemClock, toIso } from '../../src-main/base/clock.ts'
import { newId } from '../../src-main/base/ids.ts'
import { silentLog } from '../../src-main/base/log.ts'
import { OWNER_SCOPE } from '../../src-main/contract/scope.ts'
import { EmbeddingModels } from '../../src-main/memory/embedding-models.ts'
import { MemorySearch } from '../../src-main/memory/memory-search.ts'
import { SEARCH_WEIGHTS } from '../../src-main/memory/ranking.ts'
import { openScaleEmbedder } from './scale/embedder.ts'
import { ExactNeighbours } from './scale/exact-neighbours.ts'
import { AGENT, fill } from './scale/fill.ts'
import { noteOf, questionOf } from './scale/notes.ts'
import { openScaleStore } from './scale/store.ts'
import { CorpusVectors } from './scale/vectors.ts'

const sizes = (textFlag('memories') ?? '10000').split(',').map(Number)
const questionCount = numberFlag('questions', 100)
/** How many notes get the model's own vector; the others' are turned from these. */
const realCount = numberFlag('real', 5_000)
const url = textFlag('url')
const NEAREST = 10
const say = (line: string): void => console.error(line)

const embedder = await openScaleEmbedder()
for (const size of sizes) await measure(size)
await embedder.close()

async function measure(size: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tmws-scale-'))
  const store = await openScaleStore(folder)
  try {
    const topics = Math.min(size, realCount)
    say(`Embedding ${topics} notes …`)
    const embedStart = performance.now()
    const real: Float32Array[] = []
    for (let from = 0; from < topics; from += 64) {
      const texts = Array.from({ length: Math.min(64, topics - from) }, (_, offset) => noteOf(from + offset, topics).text)
      for (const [first] of await embedder.embedTexts(texts)) if (first) real.push(first)
    }
    const embeddedPerSecond = Math.round(topics / ((performance.now() - embedStart) / 1000))
    const questions = Array.from({ length: questionCount }, (_, number) => questionOf(number, topics))
    const asked = await Promise.all(questions.map((question) => embedder.embedQuery(question)))
    const exact = { owner: new ExactNeighbours(asked, NEAREST), agent: new ExactNeighbours(asked, NEAREST) }

    say(`Storing ${size} memories in ${store.label} …`)
    const corpus = { size, topics, vectors: new CorpusVectors(real), modelId: embedder.modelId, dimensions: embedder.dimensions }
    const bulkSeconds = await fill(store.stores.transfer, corpus, exact, say)
    await store.settle()

    const rows: Row[] = []
    const add = (what: string, values: readonly number[], aim?: number): void =>
      void rows.push({ what, unit: 'ms', summary: summarize(values), ...(aim !== undefined && { aim }) })
    const { memories } = store.stores
    const models = new EmbeddingModels({ store: memories, embedder, clock: systemClock, log: silentLog })
    const search = new MemorySearch({ store: memories, models, clock: systemClock, log: silentLog })
    const recalls: Record<string, number> = {}
    for (const [who, scope] of [
      ['the person', OWNER_SCOPE],
      ['an agent', AGENT],
    ] as const) {
      const ask = (number: number, mode: 'hybrid' | 'vector' | 'keyword') =>
        search.search(
          {
            query: questions[number % questionCount] ?? '',
            limit: NEAREST,
            tag_match: 'any',
            min_importance: 0,
            minScore: 0,
            mode,
            includeShared: true,
            includeSuperseded: false,
            weights: SEARCH_WEIGHTS,
          },
          scope,
        )
      // The first searches load what the later ones have.
      await series(10, (number) => ask(number, 'hybrid'))
      add(`search as ${who}, hybrid`, await series(questionCount, (number) => ask(number, 'hybrid')), aimOf(size))
      add(`search as ${who}, vector`, await series(questionCount, (number) => ask(number, 'vector')))
      add(`search as ${who}, keyword`, await series(questionCount, (number) => ask(number, 'keyword')))
      const candidates = (number: number) => {
        const values = asked[number % questionCount] ?? new Float32Array(0)
        const text = questions[number % questionCount] ?? ''
        const vector = { values, modelId: embedder.modelId }
        return memories.candidates(
          { now: toIso(Date.now()), text, vector, candidateLimit: 100, includeShared: true, includeSuperseded: false },
          scope,
        )
      }
      add(`the store's part of that, hybrid`, await series(questionCount, candidates))
      const shares: number[] = []
      for (const [number, values] of asked.entries()) {
        const { candidates } = await memories.candidates(
          {
            now: toIso(Date.now()),
            vector: { values, modelId: embedder.modelId },
            candidateLimit: 100,
            includeShared: true,
            includeSuperseded: false,
          },
          scope,
        )
        const found = candidates.toSorted((a, b) => (b.vector ?? -1) - (a.vector ?? -1)).slice(0, NEAREST)
        shares.push((who === 'the person' ? exact.owner : exact.agent).recall(number, new Set(found.map(({ id }) => id))))
      }
      recalls[who] = shares.reduce((sum, share) => sum + share, 0) / shares.length
    }
    add('embedding a question', await series(questionCount, (number) => embedder.embedQuery(questions[number] ?? '')))
    add('store one', await series(300, (index) => storeOne(memories, size + index, topics)))
    report(`scale-${store.label.toLowerCase()}-${size}`, rows, {
      memories: size,
      store: store.label,
      real_vectors: topics,
      embedded_per_second: embeddedPerSecond,
      bulk_per_second: Math.round(size / bulkSeconds),
      recall_at_10_person: round(recalls['the person']),
      recall_at_10_agent: round(recalls['an agent']),
      disk_mib: Math.round((await store.diskBytes()) / 2 ** 20),
      process_rss_mib: Math.round(process.memoryUsage.rss() / 2 ** 20),
      ...store.facts(),
    })
  } finally {
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

function storeOne(
  memories: Awaited<ReturnType<typeof openScaleStore>>['stores']['memories'],
  index: number,
  topics: number,
): Promise<unknown> {
  const now = toIso(Date.now())
  const memory = {
    id: newId(),
    content: `${noteOf(index, topics).text} ${index}`,
    tags: ['one'],
    importance: 0.5,
    access_level: 'private' as const,
    shared_with: [],
    agent_id: AGENT.agentId,
    namespace: AGENT.namespace,
    context: {},
    pinned: false,
    created_at: now,
    links: [],
  }
  return memories.insert(memory, { scope: AGENT, actor: AGENT.agentId, now })
}

/** What the project wants of a search of that size. */
function aimOf(size: number): number | undefined {
  if (url !== undefined) return size >= 1_000_000 ? 30 : undefined
  return size <= 10_000 ? 8 : size <= 100_000 ? 25 : undefined
}

function round(value: number | undefined): number {
  return Math.round((value ?? 0) * 10_000) / 10_000
}
