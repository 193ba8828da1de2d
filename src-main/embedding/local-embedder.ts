import { basename } from 'node:path'
import { AppError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { workerFile } from '../base/worker-channel.ts'
import type { Embedder, EmbedderState } from './embedder.ts'
import type { CancelRequest, LoadedModel, LoadRequest, PackedVectors, QueryRequest, TextsRequest } from './embedding-protocol.ts'
import { unpackVectors } from './embedding-protocol.ts'
import { EmbeddingThread } from './embedding-thread.ts'
import type { EmbeddingThreadOptions } from './embedding-thread.ts'
import { LOCAL_MODEL } from './model-manifest.ts'
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

class LocalEmbedder implements Embedder {
  readonly #expected: LoadedModel
  readonly #thread: EmbeddingThread
  readonly #maxQueries: number
  readonly #maxTextCharacters: number
  #queries = 0
  #textCharacters = 0
  #nextJob = 1

  constructor(options: LocalEmbedderOptions) {
    this.#maxQueries = options.maxQueries ?? 256
    this.#maxTextCharacters = options.maxTextCharacters ?? 4_000_000
    const { modelFolder, layout = 'built-in', name = basename(modelFolder), file, prefixes, prepare } = options
    this.#expected =
      layout === 'built-in' ? { modelId: LOCAL_MODEL.id, dimensions: LOCAL_MODEL.dimensions } : { modelId: `local:${name}`, dimensions: 0 }
    this.#thread = new EmbeddingThread({
      file: workerFile('local-embedder-worker', import.meta.url),
      load: {
        modelFolder,
        layout,
        name,
        threads: options.threads ?? 1,
        ...(file !== undefined && { file }),
        ...(prefixes && { prefixes }),
      },
      ...(prepare && { prepare }),
      // The bounds above come first; this one has room for a cancellation of each request.
      maxPending: 2 * (this.#maxQueries + Math.ceil(this.#maxTextCharacters / CHARACTERS_OF_A_CALL) + 1),
      log: options.log,
      firstRetryMs: options.firstRetryMs ?? 1_000,
      maxRetryMs: options.maxRetryMs ?? 30_000,
    })
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
    const answer = this.#thread.call<Float32Array>('query', request).finally(() => (this.#queries -= 1))
    return this.#orAbort(answer, request.job, signal)
  }

  async embedTexts(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[][]> {
    signal?.throwIfAborted()
    if (texts.length === 0) return []
    const characters = texts.reduce((sum, text) => sum + text.length, CHARACTERS_OF_A_CALL)
    if (this.#textCharacters > 0 && this.#textCharacters + characters > this.#maxTextCharacters) throw tooMuchToDo()
    const request: TextsRequest = { job: this.#nextJob++, texts }
    this.#textCharacters += characters
    const answer = this.#thread.call<PackedVectors>('texts', request).finally(() => (this.#textCharacters -= characters))
    return unpackVectors(await this.#orAbort(answer, request.job, signal), this.dimensions)
  }

  close(): Promise<void> {
    return this.#thread.close()
  }

  /** The caller is let go at once; the thread drops the job before its next step, and only then does it leave the bounds. */
  async #orAbort<T>(answer: Promise<T>, job: number, signal: AbortSignal | undefined): Promise<T> {
    if (!signal) return answer
    const aborted = Promise.withResolvers<never>()
    const onAbort = () => {
      aborted.reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)))
      const request: CancelRequest = { job }
      // It may have ended, or the thread with it: nothing is left to cancel then.
      this.#thread.call('cancel', request).catch(() => undefined)
    }
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      return await Promise.race([answer, aborted.promise])
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }
}

function tooMuchToDo(): AppError {
  return new AppError('unavailable', 'The embedding model has too much to do at the moment; try again in a second.')
}
