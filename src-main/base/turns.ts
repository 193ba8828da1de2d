import { AppError } from './errors.ts'

/** Gives a turn back; a second call does nothing. */
export type EndTurn = () => void

interface Line {
  atWork: number
  readonly waiting: Set<() => void>
}

/** Lets each holder of a key do so much at once; what it asks for beyond that waits in its own line, and nobody else's. */
export class Turns {
  readonly #most: number
  readonly #lines = new Map<string, Line>()

  constructor(most: number) {
    this.#most = most
  }

  /** Resolves when it is its turn. Throws `unavailable` when `signal` fires before that. */
  async take(key: string, signal: AbortSignal): Promise<EndTurn> {
    const line = this.#lines.get(key) ?? { atWork: 0, waiting: new Set() }
    this.#lines.set(key, line)
    if (line.atWork < this.#most) line.atWork += 1
    else await this.#wait(line, signal)
    let hasEnded = false
    return () => {
      if (hasEnded) return
      hasEnded = true
      this.#next(key, line)
    }
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
      }
    })
  }

  #next(key: string, line: Line): void {
    const [next] = line.waiting
    if (next) {
      // The turn goes on to the one that waited longest.
      line.waiting.delete(next)
      next()
      return
    }
    line.atWork -= 1
    if (line.atWork === 0) this.#lines.delete(key)
  }
}
