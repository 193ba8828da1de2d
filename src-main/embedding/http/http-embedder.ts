import { createHash } from 'node:crypto'
import { AppError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { LIMITS } from '../../contract/protocol.ts'
import { EmbedderStatus } from '../embedder-status.ts'
import type { Embedder, EmbedderState } from '../embedder.ts'
import type { PromptPrefixes } from '../prompt-prefixes.ts'
import { Slots } from '../slots.ts'
import { EmbeddingClient } from './embedding-client.ts'
import { ollamaWire, openAiWire } from './embedding-wire.ts'
import { HttpProblem } from './http-problem.ts'
import { batchesOf, halvesOf, windowsOfText } from './text-pieces.ts'

export interface HttpEmbedderOptions {
  readonly provider: 'openai' | 'ollama'
  /** Absolute, http or https, without a slash at its end and without a user in it. */
  readonly url: string
  readonly model: string
  readonly apiKey?: string
  /** To ask for, of models that can give several. */
  readonly dimensions?: number
  readonly prefixes: PromptPrefixes
  /** Of one request. Defaults to 30,000 milliseconds. */
  readonly timeoutMs?: number
  /** Texts in one request. Defaults to 64. */
  readonly batchSize?: number
  readonly log: Log
  /** Wait before a second try, and before a server that is away is looked for, in milliseconds. Defaults to 500. */
  readonly firstRetryMs?: number
  /** How often a server that refuses us is asked again, in milliseconds. Defaults to 300,000: somebody has to change something. */
  readonly refusedRetryMs?: number
}

const PROBE_TEXT = 'warm up'
/** Requests under way at once, of texts; questions have as many of their own, so that they never wait for texts. */
const MAX_REQUESTS = 4
const MAX_WAITING_QUERIES = 256
const MAX_WAITING_CHARACTERS = 4_000_000
const MAX_AWAY_RETRY_MS = 30_000
/** A single text that is refused as too large is halved down to this, in characters. */
const SHORTEST_HALVED = 64

/** Asks a server for vectors. Returns at once, in state `loading`, and never throws: what goes wrong shows in its `state`. */
export function openHttpEmbedder(options: HttpEmbedderOptions): Embedder {
  return new HttpEmbedder(options)
}

class HttpEmbedder implements Embedder {
  readonly #options: HttpEmbedderOptions
  readonly #client: EmbeddingClient
  readonly #status: EmbedderStatus
  readonly #abort = new AbortController()
  readonly #textSlots = new Slots(MAX_REQUESTS)
  readonly #querySlots = new Slots(MAX_REQUESTS)
  #identity: { readonly modelId: string; readonly dimensions: number } | undefined
  #queries = 0
  #characters = 0
  #failuresInARow = 0
  #retry: NodeJS.Timeout | undefined
  #connecting: Promise<void> | undefined

  constructor(options: HttpEmbedderOptions) {
    this.#options = options
    const wire = options.provider === 'openai' ? openAiWire(options) : ollamaWire(options)
    const { apiKey, timeoutMs = 30_000, firstRetryMs = 500 } = options
    this.#client = new EmbeddingClient({ wire, apiKey, timeoutMs, firstRetryMs })
    this.#status = new EmbedderStatus({ status: 'loading' }, options.log)
    this.#connect()
  }

  get modelId(): string {
    return this.#identity?.modelId ?? `${this.#options.provider}:${this.#options.model}`
  }

  get dimensions(): number {
    return this.#identity?.dimensions ?? 0
  }

  get state(): EmbedderState {
    return this.#status.state
  }

  onStateChange(listener: (state: EmbedderState) => void): () => void {
    return this.#status.onChange(listener)
  }

  async embedQuery(text: string, signal?: AbortSignal): Promise<Float32Array> {
    signal?.throwIfAborted()
    this.#requireReady()
    if (this.#queries >= MAX_WAITING_QUERIES) throw tooMuchToDo()
    this.#queries += 1
    try {
      const [window = ''] = windowsOfText(text.slice(0, LIMITS.queryCharacters))
      const [[vector] = []] = await this.#embedPieces([window], this.#options.prefixes.query, this.#querySlots, this.#until(signal))
      if (!vector) throw new Error('A question got no vector.')
      return vector
    } finally {
      this.#queries -= 1
    }
  }

  async embedTexts(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[][]> {
    signal?.throwIfAborted()
    if (texts.length === 0) return []
    this.#requireReady()
    const characters = texts.reduce((sum, text) => sum + text.length, 1_000)
    if (this.#characters > 0 && this.#characters + characters > MAX_WAITING_CHARACTERS) throw tooMuchToDo()
    this.#characters += characters
    try {
      return await this.#embedWindows(
        texts.map((text) => windowsOfText(text.slice(0, LIMITS.contentCharacters))),
        this.#until(signal),
      )
    } finally {
      this.#characters -= characters
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#retry)
    this.#abort.abort(new AppError('unavailable', 'The embedding server is no longer used.'))
    await this.#connecting
    this.#status.set({ status: 'off' })
  }

  async #embedWindows(windows: readonly (readonly string[])[], signal: AbortSignal): Promise<Float32Array[][]> {
    const batches = batchesOf(windows.flat(), this.#options.batchSize ?? 64)
    // When one batch fails the others have no use.
    const failed = new AbortController()
    const either = AbortSignal.any([signal, failed.signal])
    const answers = await Promise.all(
      batches.map((batch) =>
        this.#embedPieces(batch, this.#options.prefixes.text, this.#textSlots, either).catch((error: unknown) => {
          failed.abort(error)
          throw error
        }),
      ),
    )
    const vectors = answers.flat()
    let at = 0
    return windows.map(({ length }) => vectors.slice(at, (at += length)).flat())
  }

  /** For each piece its vector, or several where the server took it only in parts. */
  async #embedPieces(pieces: readonly string[], prefix: string, slots: Slots, signal: AbortSignal): Promise<Float32Array[][]> {
    try {
      const vectors = await slots.use(() => {
        signal.throwIfAborted()
        return this.#client.embed(
          pieces.map((piece) => prefix + piece),
          signal,
        )
      })
      return this.#checked(vectors).map((vector) => [vector])
    } catch (error) {
      if (!(error instanceof HttpProblem)) throw error
      const [piece = ''] = pieces
      if (pieces.length > 1 && (error.kind === 'too-large' || error.kind === 'rejected')) {
        const middle = Math.ceil(pieces.length / 2)
        const halves = [pieces.slice(0, middle), pieces.slice(middle)]
        return (await Promise.all(halves.map((half) => this.#embedPieces(half, prefix, slots, signal)))).flat()
      }
      if (error.kind === 'too-large' && piece.length > SHORTEST_HALVED)
        return [(await this.#embedPieces(halvesOf(piece), prefix, slots, signal)).flat()]
      throw await this.#explain(error, signal)
    }
  }

  /** Unit vectors of the one length this model has. */
  #checked(vectors: readonly Float32Array[]): Float32Array[] {
    const { dimensions } = this
    const other = vectors.find(({ length }) => length !== dimensions)
    if (other)
      throw new HttpProblem(
        'invalid',
        `the embedding server gives ${other.length} dimensions, and gave ${dimensions} before: ${MODEL_CHANGED}`,
      )
    return vectors.map(toLengthOne)
  }

  /** What the caller is told. A text that alone is rejected while others are taken is the text's own fault, and stays an error of it. */
  async #explain(problem: HttpProblem, signal: AbortSignal): Promise<Error> {
    if (problem.kind === 'rejected' || problem.kind === 'too-large') {
      try {
        this.#checked(await this.#client.embed([PROBE_TEXT], signal, true))
        return new Error(problem.message)
      } catch (error) {
        if (!(error instanceof HttpProblem)) throw error
        return this.#fail(error)
      }
    }
    return this.#fail(problem)
  }

  #connect(): void {
    this.#connecting = this.#probe()
      .catch((error: unknown) => {
        if (!this.#abort.signal.aborted) this.#fail(error instanceof HttpProblem ? error : new HttpProblem('away', 'it could not be asked'))
      })
      .finally(() => (this.#connecting = undefined))
  }

  async #probe(): Promise<void> {
    const { signal } = this.#abort
    const [vector] = await this.#client.embed([PROBE_TEXT], signal, true)
    if (!vector) throw new HttpProblem('invalid', 'the embedding server gives no vector')
    toLengthOne(vector)
    const identity = { modelId: await this.#identify(vector.length, signal), dimensions: vector.length }
    if (this.#identity && this.#identity.modelId !== identity.modelId)
      throw new HttpProblem('invalid', `${this.#options.model} is not the model that it was: ${MODEL_CHANGED}`)
    this.#identity = identity
    this.#failuresInARow = 0
    this.#options.log.info({ model: identity.modelId }, 'the embedding server answers')
    this.#status.set({ status: 'ready' })
  }

  /**
   * Two embedders with one id give comparable vectors: the name alone does not say that. Ollama tells a digest of the model; of other
   * servers the address is taken, since the same name may stand for another model elsewhere.
   */
  async #identify(dimensions: number, signal: AbortSignal): Promise<string> {
    const { provider, url, model, prefixes } = this.#options
    const revision = provider === 'ollama' ? digestIn(await this.#client.look(`${url}/api/tags`, signal), model) : undefined
    const rest = createHash('sha256')
      .update(JSON.stringify([revision ?? url, prefixes.query, prefixes.text]))
      .digest('hex')
    return `${provider}:${model}@${dimensions}#${rest.slice(0, 8)}`
  }

  /** Says in `state` what is wrong, and looks again after a while: soon if the server is away, seldom if it refuses us. */
  #fail(problem: HttpProblem): AppError {
    const message = `${problem.message.charAt(0).toUpperCase()}${problem.message.slice(1)}.`
    const error = new AppError('unavailable', message)
    if (this.#abort.signal.aborted) return error
    const { firstRetryMs = 500, refusedRetryMs = 300_000, log } = this.#options
    const awayMs = Math.min(MAX_AWAY_RETRY_MS, firstRetryMs * 2 ** this.#failuresInARow)
    const waitMs = problem.kind === 'away' ? Math.max(awayMs, Math.min(problem.retryAfterMs ?? 0, refusedRetryMs)) : refusedRetryMs
    this.#failuresInARow += 1
    const { state } = this.#status
    const isNews = state.status !== 'failed' || state.message !== message
    log[isNews ? 'warn' : 'debug']({ reason: message, wait_ms: waitMs }, 'the embedding server does not work')
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => this.#connect(), waitMs).unref()
    this.#status.set({ status: 'failed', message, retryAtMs: Date.now() + waitMs })
    return error
  }

  #requireReady(): void {
    const { state } = this
    if (state.status === 'ready') return
    throw new AppError('unavailable', state.status === 'failed' ? state.message : 'The embedding server has not answered yet.')
  }

  #until(signal: AbortSignal | undefined): AbortSignal {
    return signal ? AbortSignal.any([signal, this.#abort.signal]) : this.#abort.signal
  }
}

const MODEL_CHANGED = 'the model behind that name has changed. Start TMWS again to embed everything anew'

function toLengthOne(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector)
  if (!(length > 0) || !Number.isFinite(length)) throw new HttpProblem('invalid', 'the embedding server gives a vector of zeros')
  return vector.map((number) => number / length)
}

function digestIn(tags: unknown, model: string): string | undefined {
  const models = (tags as { models?: unknown } | undefined)?.models
  if (!Array.isArray(models)) return undefined
  // Whatever the server sent; what is used is checked.
  const found = (models as ({ name?: unknown; digest?: unknown } | null)[]).find(
    (one) => one?.name === model || one?.name === `${model}:latest`,
  )
  return typeof found?.digest === 'string' ? found.digest : undefined
}

function tooMuchToDo(): AppError {
  return new AppError('unavailable', 'The embedding server has too much to do at the moment; try again in a second.')
}
