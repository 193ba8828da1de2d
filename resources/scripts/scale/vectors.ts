import { seededRandom } from '../../../e2e/bench/lib/sample-text.ts'

/** How near a perturbed vector is to the real one it comes from, as a cosine: from notes that say much the same to such that share a topic. */
const NEAREST = 0.97
const FARTHEST = 0.6

/**
 * Vectors of a corpus: the first ones are the model's own, of their notes; the note after those takes the real vector of its topic and turns it
 * by a random angle, in the direction that leads from one real note to another. So a topic has the spread that notes of one topic have, and
 * differs in what real notes differ in; directions without any structure would be harder to search than text is. Made anew each time: a
 * million of them would not fit.
 */
export class CorpusVectors {
  readonly #real: readonly Float32Array[]

  constructor(real: readonly Float32Array[]) {
    this.#real = real
  }

  of(index: number): Float32Array {
    const real = this.#real[index % this.#real.length] ?? new Float32Array(0)
    if (index < this.#real.length) return real
    const random = seededRandom(index + 32_452_843)
    const any = (): Float32Array => this.#real[Math.floor(random() * this.#real.length)] ?? real
    const cosine = FARTHEST + (NEAREST - FARTHEST) * random()
    // Two steps between notes: there are more of them than memories.
    const [a, b, c, d] = [any(), any(), any(), any()]
    const step = real.map((_, at) => (a[at] ?? 0) - (b[at] ?? 0) + (c[at] ?? 0) - (d[at] ?? 0))
    const along = dot(step, real)
    const across = step.map((value, at) => value - along * (real[at] ?? 0))
    const sine = Math.sqrt(1 - cosine * cosine) / Math.max(1e-9, Math.sqrt(dot(across, across)))
    return real.map((value, at) => cosine * value + sine * (across[at] ?? 0))
  }
}

export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let at = 0; at < a.length; at += 1) sum += (a[at] ?? 0) * (b[at] ?? 0)
  return sum
}
