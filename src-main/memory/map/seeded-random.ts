/** Numbers from 0 up to 1, the same row for the same seed. */
export type Random = () => number

/** Mulberry32: small, and even enough for layouts. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** One number from 0 up to 1 for a whole number, the same each time. */
export function hashedUnit(value: number): number {
  return seededRandom(Math.imul(value, 0x9e3779b1))()
}
