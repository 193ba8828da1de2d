import type { Log } from '../src-main/base/log.ts'
import { HEADERS, RESTING_CLOSE_CODES } from '../src-main/contract/protocol.ts'
import { readDiscovery, resolveTarget } from './discovery.ts'
import type { Lane, LaneHandlers } from './lane.ts'
import type { BridgeOptions, Identity } from './options.ts'
import type { Failure } from './refusal.ts'
import { RetryPace } from './retry-pace.ts'
import { withSavedToken } from './saved-token.ts'
import { SocketSide } from './socket-side.ts'
import type { Opening } from './socket-side.ts'
import type { Timings } from './timings.ts'
import { BRIDGE_VERSION } from './version.ts'

/** Headers that say who comes. The user agent tells the server that this is a bridge. */
export function identityHeaders(identity: Identity, resumeToken?: string): Record<string, string> {
  return {
    'user-agent': `tmws-bridge/${BRIDGE_VERSION}`,
    [HEADERS.agentId]: identity.agentId,
    ...(identity.namespace !== undefined && { [HEADERS.agentNamespace]: identity.namespace }),
    ...(identity.capabilities !== undefined && { [HEADERS.agentCapabilities]: identity.capabilities }),
    ...(identity.token !== undefined && { authorization: `Bearer ${identity.token}` }),
    ...(resumeToken !== undefined && { [HEADERS.sessionResume]: resumeToken }),
  }
}

/** The lane to the running server: connects, watches, and connects again wherever the server is by then. */
export class ServerLink implements Lane {
  readonly #options: BridgeOptions
  readonly #timings: Timings
  readonly #log: Log
  readonly #pace: RetryPace
  #handlers: LaneHandlers | undefined
  #socket: SocketSide | undefined
  #timer: NodeJS.Timeout | undefined
  #resumeToken: string | undefined
  #obstacle: Failure | undefined
  #attemptAt = 0
  #openedAt = 0
  #downSince: number | undefined = performance.now()
  #isResting = false
  #isStopped = false

  constructor(options: BridgeOptions, timings: Timings, log: Log) {
    this.#options = options
    this.#timings = timings
    this.#log = log
    this.#pace = new RetryPace(timings)
  }

  start(handlers: LaneHandlers): void {
    this.#handlers = handlers
    this.#connect()
  }

  wake(): void {
    if (this.#isStopped || (!this.#timer && !this.#isResting)) return
    if (this.#isResting) this.#downSince = performance.now()
    this.#isResting = false
    const due = this.#attemptAt + this.#pace.wokenGap(this.#obstacle) - performance.now()
    this.#schedule(Math.max(0, due))
  }

  send(line: Buffer): void {
    this.#socket?.send(line)
  }

  drop(): void {
    this.#socket?.drop()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    await this.#socket?.close()
  }

  pauseReading(): void {
    this.#socket?.pauseReading()
  }

  resumeReading(): void {
    this.#socket?.resumeReading()
  }

  keepResumeToken(token: string): void {
    this.#resumeToken = token
  }

  get isBackedUp(): boolean {
    return this.#socket?.isBackedUp ?? false
  }

  get downSince(): number | undefined {
    return this.#downSince
  }

  get obstacle(): Failure | undefined {
    return this.#obstacle
  }

  #connect(): void {
    this.#timer = undefined
    this.#attemptAt = performance.now()
    const { url, source } = resolveTarget(this.#options, readDiscovery(this.#options.runtimeFile))
    this.#log.debug({ url, source, resumes: this.#resumeToken !== undefined }, 'connecting')
    const usedToken = this.#resumeToken
    this.#socket = new SocketSide(
      url,
      identityHeaders(withSavedToken(this.#options, url), usedToken),
      {
        opened: (opening) => this.#opened(url, opening),
        frame: (frame) => this.#handlers?.message(frame),
        drained: () => this.#handlers?.drained(),
        closed: (code, reason) => this.#closed(code, reason),
        failed: (failure) => this.#failed(failure, usedToken),
      },
      this.#timings,
    )
  }

  #opened(url: string, opening: Opening): void {
    this.#log.info({ url, session_id: opening.sessionId, agent_id: this.#options.identity.agentId }, 'connected')
    // A resume token works once: without a new one there is nothing to resume next time.
    this.#resumeToken = opening.resumeToken
    this.#openedAt = performance.now()
    this.#downSince = undefined
    this.#obstacle = undefined
    this.#handlers?.opened()
  }

  #closed(code: number, reason: string): void {
    const now = performance.now()
    this.#socket = undefined
    this.#downSince = now
    if (now - this.#openedAt >= this.#timings.steadyAfterMs) this.#pace.reset()
    this.#log.warn({ code, reason }, 'the connection to the server ended')
    // The server lets idle sessions go, and the person whom they end; coming back at once would make that meaningless. The next
    // message reconnects.
    this.#isResting = RESTING_CLOSE_CODES.includes(code)
    this.#handlers?.lost(code)
    if (!this.#isResting) this.#schedule(this.#pace.next({ failure: undefined, isNeeded: true, downForMs: 0 }))
  }

  #failed(failure: Failure, usedToken: string | undefined): void {
    this.#socket = undefined
    if (this.#isStopped) return
    // A server that no longer knows the session may refuse the token and still take us as new.
    if (usedToken !== undefined && failure.isFinal) {
      this.#resumeToken = undefined
      this.#schedule(0)
      return
    }
    const isNews = this.#obstacle?.sentence !== failure.sentence
    this.#log[isNews ? 'warn' : 'debug']({ ...(failure.httpStatus !== undefined && { status: failure.httpStatus }) }, failure.sentence)
    this.#obstacle = failure
    this.#handlers?.failed(failure)
    const downForMs = performance.now() - (this.#downSince ?? performance.now())
    this.#schedule(this.#pace.next({ failure, isNeeded: this.#handlers?.isNeeded() ?? false, downForMs }))
  }

  #schedule(afterMs: number): void {
    if (this.#isStopped) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#connect(), afterMs)
  }
}
