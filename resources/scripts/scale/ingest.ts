import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Tokenizer } from '@huggingface/tokenizers'
import { systemClock, toIso } from '../../../src-main/base/clock.ts'
import { newId } from '../../../src-main/base/ids.ts'
import { silentLog } from '../../../src-main/base/log.ts'
import type { Embedder } from '../../../src-main/embedding/embedder.ts'
import { EmbeddingModels } from '../../../src-main/memory/embedding-models.ts'
import { VectorIndexer } from '../../../src-main/memory/vector-indexer.ts'
import { INSTALLED } from '../../../src-main/server/install-paths.ts'
import type { MemoryStore } from '../../../src-main/storage/memory-store.ts'
import { AGENT } from './fill.ts'
import type { Notes } from './notes.ts'

const SIDE_BY_SIDE = 50

/** Stores one memory as a tool would, without its vector. */
export function storeNote(store: MemoryStore, content: string): Promise<unknown> {
  const now = toIso(Date.now())
  const memory = {
    id: newId(),
    content,
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
  return store.insert(memory, { scope: AGENT, actor: AGENT.agentId, now })
}

/** Memories a second from the first call to the last vector in the index, when so many new ones come at once. */
export async function ingestRate(store: MemoryStore, embedder: Embedder, notes: Notes, from: number, count: number): Promise<number> {
  const models = new EmbeddingModels({ store, embedder, clock: systemClock, log: silentLog })
  const indexer = new VectorIndexer({ store, models, clock: systemClock, log: silentLog })
  const start = performance.now()
  for (let first = 0; first < count; first += SIDE_BY_SIDE) {
    const some = Array.from({ length: Math.min(SIDE_BY_SIDE, count - first) }, (_, at) => `${notes.note(from + first + at).text} again`)
    await Promise.all(some.map((text) => storeNote(store, text)))
    indexer.poke()
  }
  await indexer.settled()
  const seconds = (performance.now() - start) / 1000
  await indexer.close()
  await models.close()
  return Math.round(count / seconds)
}

/** What the model reads of a note, on average. */
export function tokensPerNote(notes: Notes): number {
  const config = JSON.parse(readFileSync(join(INSTALLED.modelFolder, 'tokenizer.json'), 'utf8')) as Record<string, unknown>
  const tokenizer = new Tokenizer({ ...config, truncation: null, padding: null }, {})
  const sample = Array.from({ length: 1000 }, (_, index) => tokenizer.encode(notes.note(index).text).ids.length)
  return Math.round(sample.reduce((sum, length) => sum + length, 0) / sample.length)
}
