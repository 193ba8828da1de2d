import { dot } from './vectors.ts'

/** The true nearest of each question, for everybody and for an agent who may not see all: found by comparing with everything as it goes by. */
export class ExactNeighbours {
  readonly #questions: readonly Float32Array[]
  readonly #wanted: number
  readonly #best: { readonly owner: Neighbour[]; readonly agent: Neighbour[] }[]

  constructor(questions: readonly Float32Array[], wanted: number) {
    this.#questions = questions
    this.#wanted = wanted
    this.#best = questions.map(() => ({ owner: [], agent: [] }))
  }

  see(id: string, vector: Float32Array, isForAgent: boolean): void {
    for (const [number, question] of this.#questions.entries()) {
      const best = this.#best[number]
      if (!best) continue
      const cosine = dot(question, vector)
      this.#enter(best.owner, id, cosine)
      if (isForAgent) this.#enter(best.agent, id, cosine)
    }
  }

  /** Share of the true nearest that are among `found`, by the number of the question. */
  recall(who: 'owner' | 'agent', number: number, found: ReadonlySet<string>): number {
    const best = this.#best[number]?.[who] ?? []
    return best.length === 0 ? 1 : best.filter(({ id }) => found.has(id)).length / best.length
  }

  #enter(best: Neighbour[], id: string, cosine: number): void {
    if (best.length === this.#wanted && cosine <= (best.at(-1)?.cosine ?? 1)) return
    const place = best.findIndex((other) => other.cosine < cosine)
    best.splice(place === -1 ? best.length : place, 0, { id, cosine })
    if (best.length > this.#wanted) best.pop()
  }
}

interface Neighbour {
  readonly id: string
  readonly cosine: number
}
