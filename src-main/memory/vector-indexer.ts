import type { Clock } from '../base/clock.ts'
import { toIso } from '../base/clock.ts'
import { AppError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { inBackground } from '../base/tracer.ts'
import type { Embedder } from '../embedding/embedder.ts'
import type { MemoryStore, VectorEntry } from '../storage/memory-store.ts'
import type { EmbeddingModels } from './embedding-models.ts'

/** Texts embedded at once, where the model does not say. */
const BATCH_SIZE = 32
/** Characters of a batch of more than one text: a stop loses no more than seconds of work. */
const BATCH_CHARACTERS = 64_000
/** Texts read from the store at once, or two batches. */
const READ_SIZE = 256
/** Memories whose vectors are written at once: small, so that no other write waits behind much. */
const WRITE_SIZE = 32
/** Such writes side by side, where the store can: finding the places of vectors in a graph takes a processor each. */
const WRITES_AT_ONCE = 3
/** Wait after a failed round, in milliseconds. */
const RETRY_MS = 2_000
/** How often to look unasked, in milliseconds: another process may have stored something, and ended before it gave it its vectors. */
const RECHECK_MS = 2_000

/** Leave to be the one process that indexes. */
export interface IndexingTurn {
  release(): void
}

export interface VectorIndexerParts {
  readonly store: MemoryStore
  readonly models: EmbeddingModels
  readonly clock: Clock
  readonly log: Log
  /** Where several processes share a store: asks for the turn, undefined while another has it. Absent: never asks. */
  readonly takeTurn?: () => Promise<IndexingTurn | undefined>
}

/**
 * Gives every memory its vectors, in the background. The store itself is the queue: whatever has no vectors of the current model
 * is next, so nothing is forgotten by a crash, a failed model or a change of model.
 */
export class VectorIndexer {
  readonly #store: MemoryStore
  readonly #models: EmbeddingModels
  readonly #clock: Clock
  readonly #log: Log
  readonly #takeTurn: VectorIndexerParts['takeTurn']
  readonly #abort = new AbortController()
  readonly #stopListening: () => void
  readonly #recheck: NodeJS.Timeout
  #running: Promise<void> | undefined
  #isPoked = false
  #retry: NodeJS.Timeout | undefined

  constructor(parts: VectorIndexerParts) {
    this.#store = parts.store
    this.#models = parts.models
    this.#clock = parts.clock
    this.#log = parts.log
    this.#takeTurn = parts.takeTurn
    this.#stopListening = parts.models.onChange((what) => {
      if (what === 'state') this.poke()
    })
    this.#recheck = setInterval(() => this.poke(), RECHECK_MS).unref()
  }

  /** Says that there may be something to do. Cheap; many calls make one round. */
  poke(): void {
    this.#isPoked = true
    if (this.#running || this.#abort.signal.aborted) return
    if (!this.#models.hasReadyModel) {
      this.#models.lookFirst().catch((error: unknown) => this.#log.debug({ err: error }, 'which model is in use could not be read yet'))
      return
    }
    // It works for all, not for the call that woke it.
    this.#running = inBackground(() => this.#run()).finally(() => {
      this.#running = undefined
      // A poke may have come after the last look into the store.
      if (this.#isPoked) this.poke()
    })
  }

  /** Resolves when nothing waits for vectors at the moment, or the model is not ready. For tests and tools. */
  async settled(): Promise<void> {
    while (this.#running) await this.#running
  }

  async close(): Promise<void> {
    this.#stopListening()
    this.#abort.abort()
    clearTimeout(this.#retry)
    clearInterval(this.#recheck)
    await this.settled()
  }

  async #run(): Promise<void> {
    let turn: IndexingTurn | undefined
    try {
      turn = await this.#takeTurn?.()
      if (this.#takeTurn && !turn) {
        // Whoever has it works for us too, and may have changed the model; the next look comes by itself.
        this.#isPoked = false
        await this.#models.lookNowAndThen()
        return
      }
      while (this.#isPoked && !this.#abort.signal.aborted) {
        this.#isPoked = false
        await this.#models.look()
        while (await this.#round()) this.#abort.signal.throwIfAborted()
      }
    } catch (error) {
      if (this.#abort.signal.aborted) return
      this.#log.warn({ err: error }, 'indexing by meaning stopped for a moment; it will try again')
      this.#retry = setTimeout(() => this.poke(), RETRY_MS).unref()
    } finally {
      turn?.release()
    }
  }

  /**
   * One batch of the most urgent model that has something to do. Returns false when nothing was left to do. A model that is down
   * does not keep the others waiting.
   */
  async #round(): Promise<boolean> {
    await this.#models.lookNowAndThen()
    let failure: unknown
    for (const embedder of this.#models.toIndex) {
      try {
        if (await this.#indexBatch(embedder)) return true
        await this.#models.isWhole(embedder)
      } catch (error) {
        if (!isPassing(error) || this.#abort.signal.aborted) throw error
        failure ??= error
      }
    }
    const hasTidied = (await this.#models.dropSome()) || ((await this.#store.linkVectors?.()) ?? false)
    // Also where there is more to tidy: each round asks the model that is down again.
    if (failure !== undefined) throw failure as Error // thrown by the embedder or the store
    return hasTidied
  }

  async #indexBatch(embedder: Embedder): Promise<boolean> {
    const { modelId, textsAtOnce = BATCH_SIZE } = embedder
    const waiting = await this.#store.withoutVectors(modelId, Math.max(READ_SIZE, 2 * textsAtOnce), toIso(this.#clock.now()))
    if (waiting.length === 0) return false
    const batches = batchesOf(waiting, textsAtOnce)
    // The model has the next batch before it is done with one, so that none of its threads waits for another; the store writes meanwhile.
    let writing: Promise<void> = Promise.resolve()
    let ahead: Promise<Float32Array[][]> | undefined
    try {
      for (const [n, batch] of batches.entries()) {
        const embedding = ahead ?? this.#embed(embedder, batch)
        const next = batches[n + 1]
        ahead = next && this.#embed(embedder, next)
        // Waited for below, as is `writing`; until then a failure is not one that nobody looks after.
        ahead?.catch(() => undefined)
        const vectors = await embedding
        await writing
        const entries = batch.map(({ id, contentVersion }, index) => ({ memoryId: id, contentVersion, vectors: vectors[index] ?? [] }))
        writing = this.#write(embedder, entries)
        writing.catch(() => undefined)
      }
    } finally {
      await Promise.allSettled([ahead])
      await writing
    }
    return true
  }

  async #write(embedder: Embedder, entries: readonly VectorEntry[]): Promise<void> {
    const { modelId, dimensions } = embedder
    let from = 0
    const writeOn = async (): Promise<void> => {
      while (from < entries.length) {
        const some = entries.slice(from, (from += WRITE_SIZE))
        await this.#store.putVectors({ modelId, dimensions }, some)
        this.#models.indexed(embedder, some.length)
      }
    }
    const writers = Array.from({ length: this.#store.capabilities.isShared ? WRITES_AT_ONCE : 1 }, writeOn)
    const failed = (await Promise.allSettled(writers)).find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
  }

  /** A text that the model itself cannot take must not keep all others waiting: it goes without vectors, found by words only. */
  async #embed(embedder: Embedder, waiting: readonly { readonly id: string; readonly text: string }[]): Promise<Float32Array[][]> {
    const { signal } = this.#abort
    try {
      return await embedder.embedTexts(
        waiting.map(({ text }) => text),
        signal,
      )
    } catch (error) {
      if (isPassing(error) || signal.aborted) throw error
    }
    const vectors: Float32Array[][] = []
    for (const { id, text } of waiting) {
      const [own = []] = await embedder.embedTexts([text], signal).catch((error: unknown) => {
        if (isPassing(error) || signal.aborted) throw error
        this.#log.error({ err: error, memory: id }, 'a memory cannot be embedded; it is found by words only')
        return []
      })
      vectors.push(own)
    }
    return vectors
  }
}

function batchesOf<T extends { readonly text: string }>(waiting: readonly T[], size: number): T[][] {
  const batches: T[][] = []
  let characters = Infinity
  for (const one of waiting) {
    const batch = batches.at(-1)
    characters += one.text.length
    if (batch && batch.length < size && characters <= BATCH_CHARACTERS) batch.push(one)
    else {
      batches.push([one])
      characters = one.text.length
    }
  }
  return batches
}

/** The model or the store is down or busy: the same texts may do later. */
function isPassing(error: unknown): boolean {
  return error instanceof AppError && error.retryable
}
