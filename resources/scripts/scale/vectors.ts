import { seededRandom } from '../../../e2e/bench/lib/sample-text.ts'

/** How near a perturbed vector is to the real one it comes from, as a cosine: from notes that say much the same to such that share a topic. */
const NEAREST = 0.97
const FARTHEST = 0.6

/**
 * Vectors of a corpus: the first ones are the model's own, of their notes; the note after those takes the real vector of its topic and turns it
 * by a random angle in a random direction, so that a cluster has the spread that notes of one topic have. Made anew each time: a million of
 * them would not fit.
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
    const cosine = FARTHEST + (NEAREST - FARTHEST) * random()
    const noise = real.map(() => gaussian(random))
    const along = dot(noise, real)
    const across = noise.map((value, at) => value - along * (real[at] ?? 0))
    const length = Math.sqrt(dot(across, across))
    const sine = Math.sqrt(1 - cosine * cosine) / length
    return real.map((value, at) => cosine * value + sine * (across[at] ?? 0))
  }
}

export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let at = 0; at < a.length; at += 1) sum += (a[at] ?? 0) * (b[at] ?? 0)
  return sum
}

/** Near enough to normal: the sum of uniform numbers. */
function gaussian(random: () => number): number {
  return random() + random() + random() + random() - 2
}
