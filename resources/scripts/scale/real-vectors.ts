import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Embedder } from '../../../src-main/embedding/embedder.ts'
import type { Notes } from './notes.ts'

const BATCH = 64

/** The model's own vectors of the first `count` notes. With a `cacheFolder` those of the same notes and model are made once. */
export async function realVectors(
  embedder: Embedder,
  notes: Notes,
  count: number,
  cacheFolder?: string,
): Promise<{ readonly vectors: readonly Float32Array[]; readonly perSecond?: number }> {
  const texts = Array.from({ length: count }, (_, index) => notes.note(index).text)
  const name = createHash('sha256')
    .update(JSON.stringify([embedder.modelId, texts]))
    .digest('hex')
    .slice(0, 16)
  const file = cacheFolder === undefined ? undefined : join(cacheFolder, `vectors-${name}.bin`)
  if (file !== undefined && existsSync(file)) {
    const { buffer } = Uint8Array.from(readFileSync(file))
    const width = embedder.dimensions
    return { vectors: texts.map((_, index) => new Float32Array(buffer, index * width * Float32Array.BYTES_PER_ELEMENT, width)) }
  }
  const vectors: Float32Array[] = []
  const start = performance.now()
  for (let from = 0; from < count; from += BATCH) {
    for (const [first] of await embedder.embedTexts(texts.slice(from, from + BATCH))) if (first) vectors.push(first)
  }
  const perSecond = Math.round(count / ((performance.now() - start) / 1000))
  if (file !== undefined && cacheFolder !== undefined) {
    mkdirSync(cacheFolder, { recursive: true })
    writeFileSync(file, Buffer.concat(vectors.map((vector) => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength))))
  }
  return { vectors, perSecond }
}
