/** Finer than this, thresholds would not part scores any better. */
const STEPS = 4_096

/**
 * The places of the highest scores first, some at a time: who takes the best hundred of a million does not pay for sorting the rest. Equal
 * scores come in the order of their places.
 */
export class BestFirst {
  readonly #scores: Float32Array
  readonly #low: number
  readonly #perStep: number
  readonly #counts = new Uint32Array(STEPS)
  /** All steps from here up have been taken. */
  #step = STEPS

  constructor(scores: Float32Array) {
    this.#scores = scores
    let low = Infinity
    let high = -Infinity
    for (const score of scores) {
      if (score < low) low = score
      if (score > high) high = score
    }
    this.#low = low
    this.#perStep = high > low ? (STEPS - 1) / (high - low) : 0
    for (const score of scores) {
      const step = this.#stepOf(score)
      this.#counts[step] = (this.#counts[step] ?? 0) + 1
    }
  }

  /** The next places, best first: `count` of them or some more, fewer only when no more are left. */
  next(count: number): Uint32Array {
    const until = this.#step
    let taken = 0
    while (this.#step > 0 && taken < count) taken += this.#counts[--this.#step] ?? 0
    const places = new Uint32Array(taken)
    const scores = this.#scores
    for (let place = 0, found = 0; found < taken; place++) {
      const step = this.#stepOf(scores[place] ?? 0)
      if (step >= this.#step && step < until) places[found++] = place
    }
    return places.sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b)
  }

  #stepOf(score: number): number {
    return Math.floor((score - this.#low) * this.#perStep)
  }
}
