/** Random choices that a seed repeats, on any machine (mulberry32, seeded by a text). */
export class SeededRandom {
  #state: number

  constructor(seed: string) {
    // FNV-1a: texts that differ little still begin far apart.
    this.#state = Buffer.from(seed).reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193), 0x811c9dc5) >>> 0
  }

  /** From 0 up to 1, without 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1))
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.whole(0, choices.length - 1)] as T // the index is inside
  }

  /** Picks by weight: `[3, 'often'], [1, 'seldom']`. */
  weighted<T>(choices: readonly (readonly [number, T])[]): T {
    let left = this.next() * choices.reduce((sum, [weight]) => sum + weight, 0)
    for (const [weight, choice] of choices) if ((left -= weight) < 0) return choice
    return choices.at(-1)![1]
  }

  bytes(count: number): Buffer {
    return Buffer.from(Array.from({ length: count }, () => this.whole(0, 255)))
  }
}

/**
 * The seed of a run, which tests print so that a failure can be repeated: that of `variable`, a fresh one if it says `any`, else
 * always the same, so that a red run says something of the change it belongs to.
 */
export function seedFrom(variable: string): string {
  const given = process.env[variable] ?? '1'
  return given === 'any' ? String(Math.floor(Math.random() * 2 ** 32)) : given
}
