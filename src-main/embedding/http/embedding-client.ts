import { setTimeout as delay } from 'node:timers/promises'
import type { EmbeddingWire } from './embedding-wire.ts'
import { HttpProblem, problemOfStatus } from './http-problem.ts'

export interface EmbeddingClientOptions {
  readonly wire: EmbeddingWire
  readonly apiKey: string | undefined
  /** Of one request, in milliseconds. */
  readonly timeoutMs: number
  /** Wait before the second try, in milliseconds; doubles with each, less a random part. */
  readonly firstRetryMs: number
}

/** Tries of one request, the first among them. */
const MAX_TRIES = 4
const MAX_BACKOFF_MS = 10_000
/** A server that asks for a longer pause counts as away until then. */
const MAX_WAIT_MS = 60_000
/** Far above the largest batch of the longest vectors. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024

/** Requests to one embedding server, tried again while that may help. Nothing of the key ever leaves it but the header. */
export class EmbeddingClient {
  readonly #options: EmbeddingClientOptions
  /** Until then, on the clock of `performance.now()`, the server wants no request. */
  #quietUntilMs = 0

  constructor(options: EmbeddingClientOptions) {
    this.#options = options
  }

  /**
   * One vector per text. Throws HttpProblem; an abort rejects with its reason. `isProbe`: the texts are ours, so that what the server
   * says about them may be shown.
   */
  async embed(texts: readonly string[], signal: AbortSignal, isProbe = false): Promise<Float32Array[]> {
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#pause(signal)
        return await this.#once(texts, signal, isProbe)
      } catch (error) {
        signal.throwIfAborted()
        if (!(error instanceof HttpProblem)) throw error
        if (isProbe && error.kind === 'rejected' && this.#options.wire.fallBack()) continue
        if (!error.isRetryable || tries >= MAX_TRIES || (error.retryAfterMs ?? 0) > MAX_WAIT_MS) throw error
        await this.#backOff(error, tries, signal)
      }
    }
  }

  /** What a GET beside the embeddings answers, as JSON; undefined if it does not. */
  async look(url: string, signal: AbortSignal): Promise<unknown> {
    try {
      const response = await this.#fetch(url, { method: 'GET' }, signal)
      return response.ok ? JSON.parse(await readBounded(response)) : undefined
    } catch {
      signal.throwIfAborted()
      return undefined
    }
  }

  async #once(texts: readonly string[], signal: AbortSignal, mayQuote: boolean): Promise<Float32Array[]> {
    const { wire, apiKey } = this.#options
    const response = await this.#fetch(wire.url, { method: 'POST', body: JSON.stringify(wire.body(texts)) }, signal)
    const body = await this.#guard(readBounded(response), signal)
    if (!response.ok) throw problemOfStatus(response.status, body, { retryAfter: response.headers.get('retry-after'), mayQuote, apiKey })
    let answer: unknown
    try {
      answer = JSON.parse(body)
    } catch {
      throw new HttpProblem('invalid', 'the answer of the embedding server is no JSON; check TMWS_EMBEDDING_URL')
    }
    return wire.read(answer, texts.length)
  }

  #fetch(url: string, init: RequestInit, signal: AbortSignal): Promise<Response> {
    const { apiKey, timeoutMs } = this.#options
    return this.#guard(
      fetch(url, {
        ...init,
        headers: { 'content-type': 'application/json', ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }) },
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      }),
      signal,
    )
  }

  /** What fetch throws, as a problem. Its errors hold addresses and their causes anything, so only a code is taken over. */
  async #guard<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      return await work
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof HttpProblem) throw error
      if (error instanceof Error && error.name === 'TimeoutError')
        throw new HttpProblem(
          'away',
          `the embedding server did not answer within ${this.#options.timeoutMs / 1000} s (TMWS_EMBEDDING_TIMEOUT)`,
        )
      throw new HttpProblem('away', `the embedding server cannot be reached (${codeOf(error)}); check TMWS_EMBEDDING_URL`)
    }
  }

  async #pause(signal: AbortSignal): Promise<void> {
    for (let waitMs = this.#quietMs(); waitMs > 0; waitMs = this.#quietMs()) await delay(waitMs, undefined, { signal })
  }

  #quietMs(): number {
    return this.#quietUntilMs - performance.now()
  }

  async #backOff({ retryAfterMs }: HttpProblem, tries: number, signal: AbortSignal): Promise<void> {
    const longestMs = Math.min(MAX_BACKOFF_MS, this.#options.firstRetryMs * 2 ** (tries - 1))
    // A wait that the server asked for holds for every request; ours is our own.
    if (retryAfterMs !== undefined) this.#quietUntilMs = Math.max(this.#quietUntilMs, performance.now() + retryAfterMs)
    else await delay(longestMs * (0.5 + Math.random() / 2), undefined, { signal })
  }
}

async function readBounded(response: Response): Promise<string> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of response.body ?? []) {
    bytes += piece.length
    if (bytes > MAX_ANSWER_BYTES) throw new HttpProblem('invalid', 'the answer of the embedding server is larger than 64 MiB')
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}

/** A word such as ECONNREFUSED. */
function codeOf(error: unknown): string {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    const { code } = at as NodeJS.ErrnoException
    if (typeof code === 'string' && /^[A-Z0-9_]+$/.test(code)) return code
  }
  return 'no connection'
}
