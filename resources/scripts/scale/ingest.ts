import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Tokenizer } from '@huggingface/tokenizers'
import { systemClock, toIso } from '../../../src-main/base/clock.ts'
import { newId } from '../../../src-main/base/ids.ts'
import { silentLog } from '../../../src-main/base/log.ts'
import type { Embedder } from '../../../src-main/embedding/embedder.ts'
import { EmbeddingModels } from '../../../src-main/memory/embedding-models.ts'
import { VectorIndexer } from '../../../src-main/memory/vector-indexer.ts'
import { INSTALLED } from '../../../src-main/server/install-paths.ts'
import type { MemoryStore } from '../../../src-main/storage/memory-store.ts'
import type { Stores } from '../../../src-main/storage/open-stores.ts'
import type { StoredMemory } from '../../../src-main/storage/stored-memory.ts'
import type { TransferRecord } from '../../../src-main/storage/transfer-store.ts'
import { AGENT } from './fill.ts'
import type { Notes } from './notes.ts'

const SIDE_BY_SIDE = 50
/** Records that an import writes at once. */
const IMPORTED_AT_ONCE = 500
/** How often is looked whether all are found, in milliseconds. */
const LOOK_EVERY_MS = 50

/** Texts that the model has at once; the indexer does the same. */
const EMBEDDED_AT_ONCE = 256

/** Memories a second. */
export interface IngestRates {
  /** Their embedding alone: what the model can do at this moment. */
  readonly embeddedPerSecond: number
  /** From the first batch of an import until the last is found by meaning. */
  readonly importedPerSecond: number
  /** Vectors that the store has put off to make quick to search, and makes so afterwards; where it puts off any. */
  readonly linkedPerSecond?: number
  /** The same when each comes by a tool call of its own, 50 side by side. */
  readonly storedPerSecond: number
}

/** Stores one memory as a tool would, without its vector. */
export function storeNote(store: MemoryStore, content: string): Promise<unknown> {
  const { id, ...memory } = newMemory(content)
  return store.insert({ id, ...memory, context: {} }, { scope: AGENT, actor: AGENT.agentId, now: memory.created_at })
}

/** How quickly so many new memories are kept and found by meaning. */
export async function measureIngest(stores: Stores, embedder: Embedder, notes: Notes, from: number, count: number): Promise<IngestRates> {
  const store = stores.memories
  const models = new EmbeddingModels({ store, embedder, clock: systemClock, log: silentLog })
  const indexer = new VectorIndexer({ store, models, clock: systemClock, log: silentLog })
  let linkedPerSecond = 0
  const textsOf = (how: string) => Array.from({ length: count }, (_, at) => `${notes.note(from + at).text} ${how}`)
  const perSecond = async (texts: readonly string[], atOnce: number, keep: (some: readonly string[]) => Promise<unknown>) => {
    const start = performance.now()
    for (let first = 0; first < texts.length; first += atOnce) await keep(texts.slice(first, first + atOnce))
    while ((await store.withoutVectors(embedder.modelId, 1, toIso(Date.now()))).length > 0) await sleep(LOOK_EVERY_MS)
    const found = performance.now()
    await indexer.settled()
    linkedPerSecond = Math.round((texts.length / (performance.now() - found)) * 1000)
    return Math.round((texts.length / (found - start)) * 1000)
  }
  const storedPerSecond = await perSecond(textsOf('said'), SIDE_BY_SIDE, async (some) => {
    await Promise.all(some.map((text) => storeNote(store, text)))
    indexer.poke()
  })
  const importedPerSecond = await perSecond(textsOf('imported'), IMPORTED_AT_ONCE, async (some) => {
    const records = some.map((text): TransferRecord => ({ kind: 'memory', memory: importedMemory(text) }))
    await stores.transfer.write(records, { onConflict: 'skip', now: toIso(Date.now()), actor: AGENT.agentId, isWithoutHistory: true })
    indexer.poke()
  })
  const linked = { ...(store.linkVectors && { linkedPerSecond }) }
  const embeddedPerSecond = await perSecond(textsOf('embedded'), EMBEDDED_AT_ONCE, (some) => embedder.embedTexts(some))
  await indexer.close()
  await models.close()
  return { embeddedPerSecond, importedPerSecond, storedPerSecond, ...linked }
}

function newMemory(content: string) {
  return {
    id: newId(),
    content,
    tags: ['one'],
    importance: 0.5,
    access_level: 'private' as const,
    shared_with: [],
    agent_id: AGENT.agentId,
    namespace: AGENT.namespace,
    pinned: false,
    created_at: toIso(Date.now()),
    links: [],
  }
}

function importedMemory(content: string): StoredMemory {
  const memory = newMemory(content)
  return { ...memory, context: '{}', updated_at: memory.created_at, access_count: 0, version: 1 }
}

/** What the model reads of a note, on average. */
export function tokensPerNote(notes: Notes): number {
  const config = JSON.parse(readFileSync(join(INSTALLED.modelFolder, 'tokenizer.json'), 'utf8')) as Record<string, unknown>
  const tokenizer = new Tokenizer({ ...config, truncation: null, padding: null }, {})
  const sample = Array.from({ length: 1000 }, (_, index) => tokenizer.encode(notes.note(index).text).ids.length)
  return Math.round(sample.reduce((sum, length) => sum + length, 0) / sample.length)
}
