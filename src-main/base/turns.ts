import { AppError } from './errors.ts'

/** Gives a turn back; a second call does nothing. */
export type EndTurn = () => void

interface Line {
  atWork: number
  /** Times of the clock that counts here, in milliseconds. */
  askedAt: number
  startedAt: number
  readonly waiting: Set<() => void>
}

/** Who asked within this time shares with the others, in milliseconds. */
const ACTIVE_MS = 1000
/** So long the next of one who asks much lets the work of those go first who ask little, in milliseconds. */
const PATIENCE_MS = 50

/**
 * Shares what can be worked on at once between the holders of keys: one that is alone has all of it, several have equal parts, and at least
 * one each. What a holder asks for beyond its part waits in its own line, and lets those go first who have nothing waiting.
 */
export class Turns {
  readonly #most: number
  readonly #now: () => number
  readonly #lines = new Map<string, Line>()
  #timer: ReturnType<typeof setTimeout> | undefined

  /** `now`: a clock in milliseconds that only goes forward. */
  constructor(most: number, now: () => number = () => performance.now()) {
    this.#most = most
    this.#now = now
  }

  /** Resolves when it is its turn. Throws `unavailable` when `signal` fires before that. */
  async take(key: string, signal: AbortSignal): Promise<EndTurn> {
    const line = this.#lines.get(key) ?? { atWork: 0, askedAt: 0, startedAt: -Infinity, waiting: new Set() }
    line.askedAt = this.#now()
    this.#lines.set(key, line)
    if (line.waiting.size === 0 && line.atWork < this.#share()) this.#begin(line)
    else await this.#wait(line, signal)
    let hasEnded = false
    return () => {
      if (hasEnded) return
      hasEnded = true
      line.atWork -= 1
      this.#startWaiting()
    }
  }

  #begin(line: Line): void {
    line.atWork += 1
    line.startedAt = this.#now()
  }

  #wait(line: Line, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        line.waiting.delete(start)
        reject(new AppError('unavailable', 'The request was cancelled before its turn came.'))
      }
      const start = () => {
        signal.removeEventListener('abort', onAbort)
        resolve()
      }
      if (signal.aborted) onAbort()
      else {
        line.waiting.add(start)
        signal.addEventListener('abort', onAbort, { once: true })
        this.#wakeLater()
      }
    })
  }

  #startWaiting(): void {
    const share = this.#share()
    for (const line of this.#lines.values()) {
      for (const start of line.waiting) {
        if (line.atWork >= share || !this.#mayGo(line)) break
        line.waiting.delete(start)
        this.#begin(line)
        start()
      }
    }
    this.#wakeLater()
  }

  /** Whether the next of a line goes now: nobody who asks little is at work, or it has let them go first for long enough. */
  #mayGo(line: Line): boolean {
    if (this.#now() - line.startedAt >= PATIENCE_MS) return true
    for (const other of this.#lines.values()) if (other !== line && other.atWork > 0 && other.waiting.size === 0) return false
    return true
  }

  /** While somebody waits, so that its patience ends also when no other turn does. */
  #wakeLater(): void {
    if (this.#timer !== undefined || ![...this.#lines.values()].some(({ waiting }) => waiting.size > 0)) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#startWaiting()
    }, PATIENCE_MS)
    this.#timer.unref()
  }

  /** Of each who asked lately or is at work; the others are forgotten. */
  #share(): number {
    const since = this.#now() - ACTIVE_MS
    for (const [key, line] of this.#lines) {
      if (line.atWork === 0 && line.waiting.size === 0 && line.askedAt < since) this.#lines.delete(key)
    }
    return Math.max(1, Math.floor(this.#most / Math.max(1, this.#lines.size)))
  }
}
