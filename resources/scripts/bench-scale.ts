// `npm run bench:scale -- --memories 10000,100000 [--dialect postgres [--url postgresql://…]] [--cache folder]`: storing and searching in a
// large store, straight at its port: how quick, how right against a comparison with everything, how much disk and memory. SQLite is in a
// temporary folder, PostgreSQL on a server of its own unless there is a URL of an empty database. One that an earlier run has filled
// with `--no-ingest` is not filled again: so one change after another can be measured.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { report, numberFlag, textFlag } from '../../e2e/bench/lib/report.ts'
import type { Row } from '../../e2e/bench/lib/report.ts'
import { series, summarize } from '../../e2e/bench/lib/statistics.ts'
import { openScaleEmbedder } from './scale/embedder.ts'
import { ExactNeighbours } from './scale/exact-neighbours.ts'
import { fill, isFilledWith } from './scale/fill.ts'
import { measureIngest, storeNote, tokensPerNote } from './scale/ingest.ts'
import { Notes } from './scale/notes.ts'
import { realVectors } from './scale/real-vectors.ts'
import { Searches } from './scale/searches.ts'
import { openPostgresScaleStore, openSqliteScaleStore } from './scale/store.ts'
import { CorpusVectors, dot } from './scale/vectors.ts'

const sizes = (textFlag('memories') ?? '10000').split(',').map(Number)
const questionCount = numberFlag('questions', 100)
/** How many notes get the model's own vector; the others' are turned from these. */
const realCount = numberFlag('real', 5_000)
/** How many are stored and embedded together, to see how quick that is. */
const ingested = process.argv.includes('--no-ingest') ? 0 : numberFlag('ingest', 2_000)
const dialect = textFlag('dialect') ?? 'sqlite'
const url = textFlag('url')
const cacheFolder = textFlag('cache')
const NEAREST = 10
/** Other questions that are asked before those that are measured. */
const WARM_UP = 200
const say = (line: string): void => console.error(line)

if (dialect !== 'sqlite' && dialect !== 'postgres') throw new Error(`--dialect is sqlite or postgres, not ${dialect}.`)
const embedder = await openScaleEmbedder()
for (const size of sizes) await measure(size)
await embedder.close()

async function measure(size: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tmws-scale-'))
  const store = dialect === 'postgres' ? await openPostgresScaleStore(url) : await openSqliteScaleStore(folder)
  try {
    const topics = Math.min(size, realCount)
    const notes = new Notes(topics)
    say(`Embedding ${topics} notes …`)
    const { vectors: real, perSecond } = await realVectors(embedder, notes, topics, cacheFolder)
    const questions = Array.from({ length: questionCount }, (_, number) => notes.question(number))
    const asked = await Promise.all(questions.map((question) => embedder.embedQuery(question)))
    const exact = new ExactNeighbours(asked, NEAREST)

    const isFilled = await isFilledWith(store.stores.memories, size)
    say(isFilled ? `${store.label} has ${size} memories already …` : `Storing ${size} memories in ${store.label} …`)
    const corpus = { size, notes, vectors: new CorpusVectors(real), modelId: embedder.modelId, dimensions: embedder.dimensions }
    const bulkSeconds = await fill(isFilled ? undefined : store.stores.transfer, corpus, exact, store.writers, say)
    if (!isFilled) say('Settling …')
    const settled = isFilled ? {} : await store.settle()

    const rows: Row[] = []
    const add = (what: string, values: readonly number[], aim?: number): void =>
      void rows.push({ what, unit: 'ms', summary: summarize(values), ...(aim !== undefined && { aim }) })
    const searches = new Searches({ store: store.stores.memories, embedder, questions, asked, nearest: NEAREST })
    const others = Array.from({ length: WARM_UP }, (_, number) => notes.question(questionCount + number))
    const before = new Searches({ store: store.stores.memories, embedder, questions: others, asked: [], nearest: NEAREST })
    const recalls: Record<string, number> = {}
    for (const who of ['owner', 'agent'] as const) {
      const name = who === 'owner' ? 'the person' : 'an agent'
      // As a server that has been asked before: other questions load what these share with them.
      await series(others.length, (number) => before.whole(who, 'hybrid', number))
      add(`search as ${name}, hybrid`, await series(questionCount, (number) => searches.whole(who, 'hybrid', number)), aimOf(size))
      add(`search as ${name}, vector`, await series(questionCount, (number) => searches.whole(who, 'vector', number)))
      add(`search as ${name}, keyword`, await series(questionCount, (number) => searches.whole(who, 'keyword', number)))
      add(`the store's part of that, hybrid`, await series(questionCount, (number) => searches.candidates(who, number)))
      const shares: number[] = []
      for (const number of asked.keys()) shares.push(exact.recall(who, number, await searches.nearest(who, number)))
      recalls[who] = shares.reduce((sum, share) => sum + share, 0) / shares.length
    }
    add('embedding a question', await series(questionCount, (number) => embedder.embedQuery(questions[number] ?? '')))
    add('floor: 10,000 cosines in plain JavaScript', await series(50, () => Promise.resolve(plainScan(real))))
    add('store one', await series(300, (index) => storeNote(store.stores.memories, `${notes.note(size + index).text} ${index}`)))
    if (ingested > 0) say(`Storing ${ingested} more in two ways, with the model …`)
    const ingest = ingested > 0 ? await measureIngest(store.stores, embedder, notes, size + 1000, ingested) : undefined
    report(`scale-${store.label.toLowerCase()}-${size}`, rows, {
      memories: size,
      store: store.label,
      real_vectors: topics,
      ...(perSecond !== undefined && { embedded_per_second: perSecond }),
      ...(!isFilled && { bulk_per_second: Math.round(size / bulkSeconds) }),
      ...(ingest && {
        imported_per_second: ingest.importedPerSecond,
        ...(ingest.linkedPerSecond !== undefined && { linked_afterwards_per_second: ingest.linkedPerSecond }),
        stored_per_second: ingest.storedPerSecond,
        embedded_only_per_second: ingest.embeddedPerSecond,
        ingested,
      }),
      tokens_per_note: tokensPerNote(notes),
      recall_at_10_person: round(recalls['owner']),
      recall_at_10_agent: round(recalls['agent']),
      disk_mib: Math.round((await store.diskBytes()) / 2 ** 20),
      process_rss_mib: Math.round(process.memoryUsage.rss() / 2 ** 20),
      ...settled,
      ...store.facts(),
    })
  } finally {
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What the machine does at this moment, to hold the other times against. */
function plainScan(vectors: readonly Float32Array[]): number {
  const [question = new Float32Array(0)] = vectors
  let best = -1
  for (let index = 0; index < 10_000; index += 1) best = Math.max(best, dot(question, vectors[index % vectors.length] ?? question))
  return best
}

/** What the project wants of a search of that size. */
function aimOf(size: number): number | undefined {
  if (dialect === 'postgres') return size <= 1_000_000 ? 30 : undefined
  return size <= 10_000 ? 8 : size <= 100_000 ? 25 : undefined
}

function round(value: number | undefined): number {
  return Math.round((value ?? 0) * 10_000) / 10_000
}
