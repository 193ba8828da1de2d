import { availableParallelism } from 'node:os'
import { basename } from 'node:path'
import { AppError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { workerFile } from '../base/worker-channel.ts'
import { BulkHelper } from './bulk-helper.ts'
import type { Embedder, EmbedderState } from './embedder.ts'
import type { CancelRequest, LoadedModel, LoadRequest, PackedVectors, QueryRequest, TextsRequest } from './embedding-protocol.ts'
import { unpackVectors } from './embedding-protocol.ts'
import { EmbeddingThread } from './embedding-thread.ts'
import type { EmbeddingThreadOptions } from './embedding-thread.ts'
import { LOCAL_MODEL } from './model-manifest.ts'
import { Portions } from './portions.ts'
import type { PromptPrefixes } from './prompt-prefixes.ts'

export interface LocalEmbedderOptions {
  /** Folder with `model.onnx`, `tokenizer.json` and `manifest.json`, as `npm run build` makes it. */
  readonly modelFolder: string
  /** Defaults to `built-in`; `hugging-face` is how models lie on the hub: tokenizer.json, config.json, onnx/model.onnx. */
  readonly layout?: LoadRequest['layout']
  /** What a model of the hub is called. Defaults to the folder's name. */
  readonly name?: string
  readonly file?: string
  readonly prefixes?: Partial<PromptPrefixes>
  readonly prepare?: EmbeddingThreadOptions['prepare']
  readonly log: Log
  /** Threads within one run of the model. Defaults to 1. */
  readonly threads?: number
  /**
   * Much to embed for so long, in milliseconds, and a second thread helps until it is done. Defaults to 1,000 where there are two
   * processors or more, else to never.
   */
  readonly helpAfterMs?: number
  /** Queries that may wait at once; one more is refused. Defaults to 256, which is half a second of work. */
  readonly maxQueries?: number
  /**
   * Characters of texts that may wait at once; a call that goes beyond is refused, unless nothing waits. Defaults to
   * 4,000,000: 8 MB, and some minutes of work.
   */
  readonly maxTextCharacters?: number
  /** Wait before a failed model is tried again, in milliseconds; doubles up to `maxRetryMs`. Defaults to 1,000. */
  readonly firstRetryMs?: number
  /** Defaults to 30,000 milliseconds. */
  readonly maxRetryMs?: number
}

/** Empty texts are work as well: each counts as this many characters against the bound. */
const CHARACTERS_OF_A_CALL = 1_000

/** Starts to load the model on a thread of its own and returns at once, in state `loading`. Never throws. */
export function openLocalEmbedder(options: LocalEmbedderOptions): Embedder {
  return new LocalEmbedder(options)
}

/** Some of so many are of the same length: 256 notes have 88 lengths. */
const MANY_TEXTS = 256

class LocalEmbedder implements Embedder {
  readonly textsAtOnce: number | undefined
  readonly #expected: LoadedModel
  readonly #thread: EmbeddingThread
  readonly #helper: BulkHelper
  readonly #maxQueries: number
  readonly #maxTextCharacters: number
  #queries = 0
  #textCharacters = 0
  #nextJob = 1

  constructor(options: LocalEmbedderOptions) {
    this.#maxQueries = options.maxQueries ?? 256
    this.#maxTextCharacters = options.maxTextCharacters ?? 4_000_000
    const { modelFolder, layout = 'built-in', name = basename(modelFolder), file, prefixes, prepare } = options
    this.textsAtOnce = layout === 'built-in' ? MANY_TEXTS : undefined
    this.#expected =
      layout === 'built-in' ? { modelId: LOCAL_MODEL.id, dimensions: LOCAL_MODEL.dimensions } : { modelId: `local:${name}`, dimensions: 0 }
    const thread: EmbeddingThreadOptions = {
      file: workerFile('local-embedder-worker', import.meta.url),
      load: {
        modelFolder,
        layout,
        name,
        threads: options.threads ?? 1,
        ...(file !== undefined && { file }),
        ...(prefixes && { prefixes }),
      },
      // The bounds above come first; this one has room for a cancellation of each request.
      maxPending: 2 * (this.#maxQueries + Math.ceil(this.#maxTextCharacters / CHARACTERS_OF_A_CALL) + 1),
      log: options.log,
      firstRetryMs: options.firstRetryMs ?? 1_000,
      maxRetryMs: options.maxRetryMs ?? 30_000,
    }
    this.#thread = new EmbeddingThread({ ...thread, ...(prepare && { prepare }) })
    const canHelp = availableParallelism() > 1
    this.#helper = new BulkHelper(() => new EmbeddingThread(thread), options.helpAfterMs ?? (canHelp ? 1_000 : Infinity))
  }

  get modelId(): string {
    return (this.#thread.loaded ?? this.#expected).modelId
  }

  get dimensions(): number {
    return (this.#thread.loaded ?? this.#expected).dimensions
  }

  get state(): EmbedderState {
    return this.#thread.status.state
  }

  onStateChange(listener: (state: EmbedderState) => void): () => void {
    return this.#thread.status.onChange(listener)
  }

  async embedQuery(text: string, signal?: AbortSignal): Promise<Float32Array> {
    signal?.throwIfAborted()
    if (this.#queries >= this.#maxQueries) throw tooMuchToDo()
    const request: QueryRequest = { job: this.#nextJob++, text }
    this.#queries += 1
    this.#helper.questionAsked()
    const answer = this.#thread.call<Float32Array>('query', request).finally(() => (this.#queries -= 1))
    return this.#orAbort(this.#thread, answer, request.job, signal)
  }

  async embedTexts(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[][]> {
    signal?.throwIfAborted()
    if (texts.length === 0) return []
    const characters = charactersOf(texts)
    if (this.#textCharacters > 0 && this.#textCharacters + characters > this.#maxTextCharacters) throw tooMuchToDo()
    if (!this.#helper.isMuch(texts.length)) return this.#embedOn(this.#thread, texts, signal)
    // Also what is not yet with a thread counts.
    this.#textCharacters += characters
    try {
      return await this.#embedShared(texts, signal)
    } finally {
      this.#textCharacters -= characters
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#thread.close(), this.#helper.close()])
  }

  async #embedOn(thread: EmbeddingThread, texts: readonly string[], signal: AbortSignal | undefined): Promise<Float32Array[][]> {
    const request: TextsRequest = { job: this.#nextJob++, texts }
    const characters = charactersOf(texts)
    this.#textCharacters += characters
    const answer = thread.call<PackedVectors>('texts', request).finally(() => (this.#textCharacters -= characters))
    return unpackVectors(await this.#orAbort(thread, answer, request.job, signal), this.dimensions)
  }

  /** The one thread takes portions until none is left, and whenever another may help, that one does so from the other end. */
  async #embedShared(texts: readonly string[], signal: AbortSignal | undefined): Promise<Float32Array[][]> {
    const vectors: Float32Array[][] = []
    const portions = new Portions(texts)
    const abort = new AbortController()
    const either = signal ? AbortSignal.any([signal, abort.signal]) : abort.signal
    const helps: Promise<void>[] = []
    const now = { isHelped: false }
    const keep = async (places: readonly number[], embed: (some: readonly string[]) => Promise<Float32Array[][]>): Promise<void> => {
      const some = places.map((place) => texts[place] ?? '')
      for (const [i, ofText] of (await embed(some)).entries()) vectors[places[i] ?? 0] = ofText
    }
    const helpOut = async (): Promise<void> => {
      now.isHelped = true
      for (let helper = this.#helperNow(); helper; helper = this.#helperNow()) {
        const from = helper
        const places = portions.takeLongest()
        if (!places) return
        await keep(places, (some) => this.#embedHelped(from, some, either))
      }
      now.isHelped = false
    }
    try {
      for (let places = portions.takeShortest(); places; places = portions.takeShortest()) {
        if (!now.isHelped) helps.push(helpOut())
        // Waited for below; until then a failure is not one that nobody looks after.
        helps.at(-1)?.catch(() => undefined)
        await keep(places, (some) => this.#embedOn(this.#thread, some, either))
      }
      await Promise.all(helps)
      return vectors
    } finally {
      // If one has failed, the other need not go on.
      abort.abort(new Error('The work is done or given up.'))
    }
  }

  #helperNow(): EmbeddingThread | undefined {
    const helper = this.#helper.thread()
    // It has read the model's files later than the first one did.
    return helper?.loaded?.modelId === this.modelId ? helper : undefined
  }

  /** Whatever has become of the second thread: the first one decides what is an error. */
  async #embedHelped(helper: EmbeddingThread, texts: readonly string[], signal: AbortSignal): Promise<Float32Array[][]> {
    try {
      return await this.#embedOn(helper, texts, signal)
    } catch {
      signal.throwIfAborted()
      return this.#embedOn(this.#thread, texts, signal)
    }
  }

  /** The caller is let go at once; the thread drops the job before its next step, and only then does it leave the bounds. */
  async #orAbort<T>(thread: EmbeddingThread, answer: Promise<T>, job: number, signal: AbortSignal | undefined): Promise<T> {
    if (!signal) return answer
    const aborted = Promise.withResolvers<never>()
    const onAbort = () => {
      aborted.reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)))
      const request: CancelRequest = { job }
      // It may have ended, or the thread with it: nothing is left to cancel then.
      thread.call('cancel', request).catch(() => undefined)
    }
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      return await Promise.race([answer, aborted.promise])
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }
}

function charactersOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length, CHARACTERS_OF_A_CALL)
}

function tooMuchToDo(): AppError {
  return new AppError('unavailable', 'The embedding model has too much to do at the moment; try again in a second.')
}
