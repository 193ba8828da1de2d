import { dot } from './vectors.ts'

/** The true nearest of each question, found by comparing with everything as it goes by. */
export class ExactNeighbours {
  readonly #questions: readonly Float32Array[]
  readonly #wanted: number
  readonly #best: { readonly id: string; readonly cosine: number }[][]

  constructor(questions: readonly Float32Array[], wanted: number) {
    this.#questions = questions
    this.#wanted = wanted
    this.#best = questions.map(() => [])
  }

  see(id: string, vector: Float32Array): void {
    for (const [number, question] of this.#questions.entries()) {
      const best = this.#best[number] ?? []
      const cosine = dot(question, vector)
      if (best.length === this.#wanted && cosine <= (best.at(-1)?.cosine ?? 1)) continue
      const place = best.findIndex((other) => other.cosine < cosine)
      best.splice(place === -1 ? best.length : place, 0, { id, cosine })
      if (best.length > this.#wanted) best.pop()
    }
  }

  /** Share of the true nearest that are among `found`, by the number of the question. */
  recall(number: number, found: ReadonlySet<string>): number {
    const best = this.#best[number] ?? []
    return best.length === 0 ? 1 : best.filter(({ id }) => found.has(id)).length / best.length
  }
}
