import { setImmediate as nextTurn } from 'node:timers/promises'
import { AppError } from '../base/errors.ts'

/** Work that pauses after each short step, so that something else can go first. */
export type Steps<T> = AsyncGenerator<undefined, T>

export type Lane = 'query' | 'texts'

interface Job {
  readonly id: number
  readonly lane: Lane
  /** Does one step; true when that was the last. */
  readonly advance: () => Promise<boolean>
  readonly reject: (error: Error) => void
}

/**
 * One worker, two lanes. A waiting query goes before the next step of any text, so it waits for one step at most; texts take
 * turns step by step, so a short one does not wait for a long one to end. Not bounded: whoever adds must be.
 */
export class WorkLanes {
  readonly #waiting: Record<Lane, Job[]> = { query: [], texts: [] }
  #running: Promise<void> | undefined
  #current: Job | undefined
  #closed = false
  readonly #cancelled = new Set<Job>()

  /** Runs `steps` to their end. Rejects with `unavailable` when cancelled or closed before that. */
  add<T>(lane: Lane, id: number, steps: Steps<T>): Promise<T> {
    if (this.#closed) return Promise.reject(stopped())
    return new Promise<T>((resolve, reject) => {
      const advance = async () => {
        const step = await steps.next()
        if (step.done) resolve(step.value)
        return step.done === true
      }
      this.#waiting[lane].push({ id, lane, advance, reject })
      this.#running ??= this.#run()
    })
  }

  /** Drops the job of that id; a step that runs is finished first. Does nothing if it has ended. */
  cancel(id: number): void {
    for (const lane of Object.values(this.#waiting)) {
      const index = lane.findIndex((job) => job.id === id)
      if (index >= 0) lane.splice(index, 1)[0]?.reject(stopped())
    }
    if (this.#current?.id === id) this.#cancelled.add(this.#current)
  }

  /** Drops everything and waits for the running step. */
  async close(): Promise<void> {
    this.#closed = true
    for (const lane of Object.values(this.#waiting)) {
      for (const job of lane.splice(0)) job.reject(stopped())
    }
    if (this.#current) this.#cancelled.add(this.#current)
    await this.#running
  }

  async #run(): Promise<void> {
    for (let job = this.#take(); job; job = this.#take()) {
      this.#current = job
      const goesOn = await this.#advance(job)
      this.#current = undefined
      if (this.#cancelled.delete(job)) job.reject(stopped())
      else if (goesOn) this.#waiting[job.lane].push(job)
      // Messages come in between two turns of the event loop: a query to go first, or a cancellation.
      await nextTurn()
    }
    this.#running = undefined
  }

  async #advance(job: Job): Promise<boolean> {
    try {
      return !(await job.advance())
    } catch (error) {
      job.reject(error instanceof Error ? error : new Error(String(error)))
      return false
    }
  }

  #take(): Job | undefined {
    return this.#waiting.query.shift() ?? this.#waiting.texts.shift()
  }
}

function stopped(): AppError {
  return new AppError('unavailable', 'The embedding was given up before its end.')
}
