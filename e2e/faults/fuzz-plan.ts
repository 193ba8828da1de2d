/** How many cases each way in gets, of `total`. */
export function planOf(total: number): Readonly<Record<'websocket' | 'bridge' | 'frames' | 'handshakes', number>> {
  const bridge = Math.round(total * 0.34)
  const frames = Math.round(total * 0.05)
  const handshakes = Math.round(total * 0.02)
  return { websocket: total - bridge - frames - handshakes, bridge, frames, handshakes }
}

/** One round of one way in, to be run by its name alone. */
export interface Round {
  readonly name: string
  readonly size: number
  /** Number of its first case among all of its way. */
  readonly first: number
}

/** `count` cases in rounds of `each`; the last may be smaller. */
export function roundsOf(way: string, count: number, each: number): Round[] {
  return Array.from({ length: Math.ceil(count / each) }, (_, index) => ({
    name: `${way}:${index}`,
    size: Math.min(each, count - index * each),
    first: index * each + 1,
  }))
}
