import { createHash } from 'node:crypto'
import type { Embedder } from './embedder.ts'

const DIMENSIONS = 64
const WINDOW_WORDS = 200
const OVERLAP_WORDS = 25

/**
 * For tests: ready at once, no model, the same vector on every machine. Texts that share words and pairs of words are near;
 * synonyms are strangers.
 */
export function createHashEmbedder(): Embedder {
  return {
    modelId: `hash-${DIMENSIONS}`,
    dimensions: DIMENSIONS,
    state: { status: 'ready' },
    // Always ready: there is no change to tell of.
    onStateChange: () => () => undefined,
    embedQuery: (text, signal) => unlessAborted(signal, () => vectorOf(wordsOf(text))),
    embedTexts: (texts, signal) => unlessAborted(signal, () => texts.map((text) => windowsOfWords(wordsOf(text)).map(vectorOf))),
    close: () => Promise.resolve(),
  }
}

function unlessAborted<T>(signal: AbortSignal | undefined, compute: () => T): Promise<T> {
  return new Promise((resolve) => {
    signal?.throwIfAborted()
    resolve(compute())
  })
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
}

function windowsOfWords(words: readonly string[]): string[][] {
  const step = WINDOW_WORDS - OVERLAP_WORDS
  const count = Math.max(1, Math.ceil((words.length - OVERLAP_WORDS) / step))
  return Array.from({ length: count }, (_, i) => words.slice(i * step, i * step + WINDOW_WORDS))
}

/** Each word and each pair of neighbours adds or takes one, at a place its hash says; then the whole is brought to length 1. */
function vectorOf(words: readonly string[]): Float32Array {
  const vector = new Float32Array(DIMENSIONS)
  // A text without words needs a direction too; the empty word is nobody else's.
  for (const feature of words.length === 0 ? [''] : [...words, ...pairsOf(words)]) {
    const hash = createHash('sha1').update(feature).digest()
    const place = hash.readUInt32LE(0) % DIMENSIONS
    vector[place] = (vector[place] ?? 0) + (hash.readUInt8(4) % 2 === 0 ? 1 : -1)
  }
  const length = Math.hypot(...vector)
  // Features can cancel out to nothing; then, too, a vector of length 1 is promised.
  if (length === 0) return vector.fill(1 / Math.sqrt(DIMENSIONS))
  return vector.map((number) => number / length)
}

function pairsOf(words: readonly string[]): string[] {
  return words.slice(1).map((word, i) => `${words[i] ?? ''} ${word}`)
}
