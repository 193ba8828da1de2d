import { AppError, messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { WorkerChannel } from '../base/worker-channel.ts'
import { EmbedderStatus } from './embedder-status.ts'
import type { LoadedModel, LoadRequest } from './embedding-protocol.ts'
import { NativeGate } from './native-gate.ts'

export interface EmbeddingThreadOptions {
  /** The worker's entry. */
  readonly file: URL
  readonly load: Omit<LoadRequest, 'gate'>
  /** Brings the model's files before each start of the thread. Throws `unavailable` with what to do; `tell` says how far it is. */
  readonly prepare?: (tell: (message: string) => void, signal: AbortSignal) => Promise<void>
  /** Requests that may wait at once. */
  readonly maxPending: number
  readonly log: Log
  /** Wait before the first retry, in milliseconds; doubles with each failure in a row. */
  readonly firstRetryMs: number
  /** Longest wait between retries, in milliseconds. */
  readonly maxRetryMs: number
}

/** A closing thread that has not ended by then is ended by force. */
const CLOSE_DEADLINE_MS = 2_000
/** An exit of the process waits that long at most for what the model is doing: 20 milliseconds, or 100 while it loads. */
const EXIT_DEADLINE_MS = 3_000
const NAME = 'The embedding model'
const CLOSED = `${NAME} has been closed.`

/**
 * Keeps a thread with a loaded model alive: starts it, and when it cannot load or dies, says so in `status` and starts
 * another after a while, for ever, until `close`. A retry is silent: the state stays `failed` until the model is ready.
 */
export class EmbeddingThread {
  readonly status: EmbedderStatus
  readonly #options: EmbeddingThreadOptions
  #channel: WorkerChannel | undefined
  #gate = new NativeGate()
  #retryTimer: NodeJS.Timeout | undefined
  #failuresInARow = 0
  #closing: Promise<void> | undefined
  #loaded: LoadedModel | undefined
  readonly #abort = new AbortController()

  constructor(options: EmbeddingThreadOptions) {
    this.#options = options
    this.status = new EmbedderStatus({ status: 'loading' }, options.log)
    void this.#live()
  }

  /** What was loaded last, if anything was. */
  get loaded(): LoadedModel | undefined {
    return this.#loaded
  }

  /** Asks the thread. Throws `unavailable` unless it is ready, also when it fails on this request. */
  async call<T>(method: string, payload: unknown): Promise<T> {
    const { state } = this.status
    if (this.#closing || state.status !== 'ready' || !this.#channel)
      throw new AppError('unavailable', this.#closing ? CLOSED : sentenceFor(state))
    try {
      const answer = await this.#channel.call<T>(method, payload)
      this.#failuresInARow = 0
      return answer
    } catch (error) {
      if (error instanceof AppError) throw error
      this.#options.log.error({ err: error, method }, 'the embedding model failed on a request')
      throw new AppError('unavailable', `${NAME} failed on this text; try again, or search by keyword.`, { cause: error })
    }
  }

  /** Ends the thread: what waits is rejected with `unavailable`, a step that runs is finished. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  /** One thread from start to end. Never throws. */
  async #live(): Promise<void> {
    const startMs = performance.now()
    const gate = new NativeGate()
    this.#gate = gate
    // Whoever ends the process takes the thread down with it, in whatever it is doing.
    const onExit = () => gate.shutSync(EXIT_DEADLINE_MS)
    process.once('exit', onExit)
    try {
      await this.#options.prepare?.((message) => this.#tell(message), this.#abort.signal)
      if (this.#isClosing()) return
      this.#channel = new WorkerChannel(this.#options.file, {}, { maxPending: this.#options.maxPending, name: NAME })
      this.#loaded = await this.#channel.call<LoadedModel>('load', { ...this.#options.load, gate: gate.shared } satisfies LoadRequest)
      if (!this.#isClosing()) {
        this.#options.log.info({ loadMs: Math.round(performance.now() - startMs) }, 'the embedding model is ready')
        this.status.set({ status: 'ready' })
      }
      const reason = await this.#channel.ended
      this.#fail(`${NAME} stopped unexpectedly; it is started again.`, reason)
    } catch (error) {
      await this.#end(this.#channel, gate)
      this.#fail(error instanceof AppError ? error.message : `${NAME} does not load; the log says why.`, error)
    } finally {
      process.off('exit', onExit)
    }
  }

  #isClosing(): boolean {
    return this.#closing !== undefined
  }

  #fail(message: string, error: unknown): void {
    if (this.#closing) return
    const { firstRetryMs, maxRetryMs, load, log } = this.#options
    const waitMs = Math.min(maxRetryMs, firstRetryMs * 2 ** this.#failuresInARow)
    this.#failuresInARow += 1
    const { state } = this.status
    const isNews = state.status !== 'failed' || state.message !== message
    log[isNews ? 'warn' : 'debug'](
      { err: error, reason: messageOf(error), modelFolder: load.modelFolder, waitMs },
      'the embedding model failed',
    )
    this.#retryTimer = setTimeout(() => void this.#live(), waitMs).unref()
    this.status.set({ status: 'failed', message, retryAtMs: Date.now() + waitMs })
  }

  /** A download that goes on is news; that a retry has begun is none. */
  #tell(message: string): void {
    if (!this.#closing) this.status.set({ status: 'loading', message })
  }

  async #close(): Promise<void> {
    this.#abort.abort()
    clearTimeout(this.#retryTimer)
    if (this.#channel) {
      await this.#askToEnd(this.#channel)
      await this.#end(this.#channel, this.#gate)
    }
    this.status.set({ status: 'off' })
  }

  async #askToEnd(channel: WorkerChannel): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const deadline = new Promise((resolve) => (timer = setTimeout(resolve, CLOSE_DEADLINE_MS)))
    // A thread that has ended refuses the request, and that is as good.
    const ended = channel.call('close', {}).then(
      () => channel.ended,
      () => undefined,
    )
    await Promise.race([ended, deadline])
    clearTimeout(timer)
  }

  /** By force, but not out of native code; a thread that died in there is past harm. */
  async #end(channel: WorkerChannel | undefined, gate: NativeGate): Promise<void> {
    if (!channel) return
    await Promise.race([gate.shut(), channel.ended])
    await channel.terminate()
  }
}

function sentenceFor(state: EmbedderStatus['state']): string {
  switch (state.status) {
    case 'failed':
      return state.message
    case 'off':
      return CLOSED
    case 'loading':
    case 'ready':
      if ('message' in state) return state.message
      return `${NAME} is still loading; try again in a second.`
  }
}
