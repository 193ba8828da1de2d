import type { EventBus } from '../base/event-bus.ts'
import type { Clock } from '../base/clock.ts'
import { toIso } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Caller } from '../session/session.ts'

/** How often tokens of open connections are asked for, in milliseconds: what another instance revoked may not be heard of. */
const ASK_MS = 15_000
/** The longest that a timer can wait, in milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Why a connection must end. */
export type TokenEnd = (why: string) => void

export interface TokenWatchParts {
  readonly bus: EventBus
  readonly clock: Clock
  readonly log: Log
  /** Which of these tokens may be used no more. */
  readonly ended: (ids: readonly string[]) => Promise<string[]>
}

interface Watched {
  readonly tokenId: string | undefined
  readonly endsAtMs: number | undefined
  readonly end: TokenEnd
  timer?: NodeJS.Timeout
}

/** Ends what stays open when the token that opened it ends: sockets, listeners and streams. */
export class TokenWatch {
  readonly #parts: TokenWatchParts
  readonly #watched = new Set<Watched>()
  readonly #stopHearing: () => void
  readonly #timer: NodeJS.Timeout

  constructor(parts: TokenWatchParts) {
    this.#parts = parts
    this.#stopHearing = parts.bus.subscribeAll(
      ({ event }) => {
        if (event.type === 'token-revoked') this.#end([event.token_id], 'The token was revoked.')
      },
      () => void this.#ask(),
    )
    this.#timer = setInterval(() => void this.#ask(), ASK_MS).unref()
  }

  /** Calls `end` once when the token of a caller ends; never for one without a token. Returns the function that stops watching. */
  watch({ token }: Pick<Caller, 'token'>, end: TokenEnd): () => void {
    if (!token || (token.id === undefined && token.endsAtMs === undefined)) return () => undefined
    const watched: Watched = {
      tokenId: token.id,
      endsAtMs: token.endsAtMs,
      end: (why) => {
        stop()
        end(why)
      },
    }
    const stop = (): void => {
      clearTimeout(watched.timer)
      this.#watched.delete(watched)
    }
    this.#watched.add(watched)
    this.#arm(watched)
    return stop
  }

  close(): void {
    clearInterval(this.#timer)
    this.#stopHearing()
    for (const { timer } of this.#watched) clearTimeout(timer)
    this.#watched.clear()
  }

  #arm(watched: Watched): void {
    const { endsAtMs } = watched
    if (endsAtMs === undefined) return
    const waitMs = Math.max(0, endsAtMs - this.#parts.clock.now())
    watched.timer = setTimeout(
      () => {
        if (this.#parts.clock.now() < endsAtMs) this.#arm(watched)
        else watched.end(`The token expired at ${toIso(endsAtMs)}.`)
      },
      Math.min(waitMs, LONGEST_TIMER_MS),
    ).unref()
  }

  #end(ids: readonly string[], why: string): void {
    for (const watched of [...this.#watched]) if (watched.tokenId !== undefined && ids.includes(watched.tokenId)) watched.end(why)
  }

  async #ask(): Promise<void> {
    const ids = new Set([...this.#watched].flatMap(({ tokenId }) => tokenId ?? []))
    if (ids.size === 0) return
    try {
      this.#end(await this.#parts.ended([...ids]), 'The token was revoked or has expired.')
    } catch (error) {
      this.#parts.log.warn({ err: error }, 'the tokens of open connections could not be checked')
    }
  }
}
