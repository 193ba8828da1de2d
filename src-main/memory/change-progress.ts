/** How far a change of model is. */
export interface ModelChange {
  readonly from: string
  readonly to: string
  /** `indexing`: the vectors are there, and the store makes them quick to search. */
  readonly phase: 'embedding' | 'indexing'
  /** Memories that have vectors of the new model, and all that are to have some. */
  readonly done: number
  readonly total: number
  readonly memoriesPerSecond?: number
  readonly etaSeconds?: number
}

/** Weight of the newest second in the rate: about the last ten count. */
const SMOOTHING = 0.2

/** Counts the memories of a change between two looks into the store, and measures how fast it goes. */
export class ChangeProgress {
  readonly from: string
  readonly to: string
  phase: ModelChange['phase'] = 'embedding'
  readonly #nowMs: () => number
  #done = 0
  #total = 0
  #rate: number | undefined
  #measured: { readonly atMs: number; readonly done: number } | undefined

  constructor(from: string, to: string, nowMs: () => number = () => performance.now()) {
    this.from = from
    this.to = to
    this.#nowMs = nowMs
  }

  /** What the store says. */
  set(total: number, waiting: number): void {
    this.#total = total
    this.#done = Math.max(0, total - waiting)
    this.#measured ??= { atMs: this.#nowMs(), done: this.#done }
  }

  /** So many more have vectors. */
  add(count: number): void {
    this.#done = Math.min(this.#total, this.#done + count)
    const { atMs, done } = (this.#measured ??= { atMs: this.#nowMs(), done: this.#done })
    const seconds = (this.#nowMs() - atMs) / 1000
    if (seconds < 1) return
    const rate = (this.#done - done) / seconds
    this.#rate = this.#rate === undefined ? rate : SMOOTHING * rate + (1 - SMOOTHING) * this.#rate
    this.#measured = { atMs: this.#nowMs(), done: this.#done }
  }

  get current(): ModelChange {
    const rate = this.phase === 'embedding' ? this.#rate : undefined
    return {
      from: this.from,
      to: this.to,
      phase: this.phase,
      done: this.#done,
      total: this.#total,
      ...(rate !== undefined && { memoriesPerSecond: Math.round(rate * 10) / 10 }),
      ...(rate !== undefined && rate > 0 && { etaSeconds: Math.ceil((this.#total - this.#done) / rate) }),
    }
  }
}
