import { AppError } from '../../base/errors.ts'

/** A number of places, and a line for them. Whoever has waited too long leaves the line and is told so; then it gets none. */
export class Places {
  readonly #waiting: (() => void)[] = []
  readonly #maxWaitMs: number
  #free: number

  constructor(count: number, maxWaitMs: number) {
    this.#free = count
    this.#maxWaitMs = maxWaitMs
  }

  /** How many stand in line. */
  get waitingCount(): number {
    return this.#waiting.length
  }

  /** Resolves once there is a place. Throws `unavailable` after the longest wait. */
  async take(): Promise<void> {
    if (this.#free > 0) {
      this.#free--
      return
    }
    await new Promise<void>((resolve, reject) => {
      const called = (): void => {
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(called), 1)
        reject(
          new AppError(
            'unavailable',
            'The database is too busy; nothing was changed. Try again in a moment, or raise TMWS_DATABASE_POOL_SIZE.',
          ),
        )
      }, this.#maxWaitMs)
      this.#waiting.push(called)
    })
  }

  /** Gives a place back: to whoever waits longest. */
  leave(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#free++
  }
}
