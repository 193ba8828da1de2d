import type { Verdict, VitalSigns } from '../../base/vital-signs.ts'
import type { LoopBeat } from './loop-beat.ts'
import type { StoreProbe } from './store-probe.ts'

/** No piece of work holds the store's thread that long, in milliseconds: nothing will come of it any more. */
const STORE_HANGS_MS = 120_000
/** A loop that has not kept up for that long, in milliseconds, is not merely busy. */
const LOOP_HANGS_MS = 60_000

/**
 * Where a process stands in its life, and whether it should be restarted. Alive: nothing is wrong that only a new process can cure. A
 * database that is away is not such a thing: it comes back by itself, and a restart would only add to the trouble.
 */
export class Vitals implements VitalSigns {
  readonly #store: StoreProbe
  readonly #loop: Pick<LoopBeat, 'behindMs'>
  #phase: 'starting' | 'running' | 'stopping' = 'starting'

  constructor(store: StoreProbe, loop: Pick<LoopBeat, 'behindMs'>) {
    this.#store = store
    this.#loop = loop
  }

  /** Everything listens. */
  started(): void {
    if (this.#phase === 'starting') this.#phase = 'running'
  }

  /** From now on no new client should be sent here. */
  stopping(): void {
    this.#phase = 'stopping'
  }

  /** Waits for nothing. */
  live(): Verdict {
    // Nobody else may ask; the answer, or its lack, is seen the next time.
    this.#store.poke()
    if (this.#store.death) return { isOk: false, message: 'The store has stopped for good; only a restart brings it back.' }
    if (this.#store.waitingMs > STORE_HANGS_MS)
      return { isOk: false, message: `The store has not answered for ${Math.round(this.#store.waitingMs / 1000)} s.` }
    if (this.#loop.behindMs > LOOP_HANGS_MS)
      return { isOk: false, message: `The main thread has not kept up for ${Math.round(this.#loop.behindMs / 1000)} s.` }
    return { isOk: true }
  }

  async ready(): Promise<Verdict> {
    if (this.#phase === 'starting') return { isOk: false, message: 'The server is starting.' }
    if (this.#phase === 'stopping') return { isOk: false, message: 'The server is stopping.' }
    const live = this.live()
    if (!live.isOk) return live
    // Why is in the log and, for those who may know, in the health; a driver's sentence is not for everybody.
    return (await this.#store.problem()) === undefined ? { isOk: true } : { isOk: false, message: 'The store does not work.' }
  }
}
