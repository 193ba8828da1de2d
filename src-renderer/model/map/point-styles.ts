import { PALETTE, SHAPES, type Coloring } from './map-colors.ts'

/** What is chosen stays lit and the rest is dimmed, as by a filter. Four numbers for each point, for the picture: colour, shape, what it is (0 dimmed, 1 plain, 2 chosen), group. */
export function pointStyles({ groups, groupOf }: Coloring, matches: Uint8Array, chosen: ReadonlySet<number>): Uint8Array {
  const styles = new Uint8Array(groupOf.length * 4)
  const looks = groups.map(({ color, shape }) => [PALETTE.indexOf(color), SHAPES.indexOf(shape)] as const)
  for (let i = 0; i < groupOf.length; i++) {
    const [color, shape] = looks[groupOf[i] ?? 0] ?? [0, 0]
    styles[4 * i] = color
    styles[4 * i + 1] = shape
    styles[4 * i + 2] = matches[i] === 0 || (chosen.size > 0 && !chosen.has(i)) ? 0 : chosen.has(i) ? 2 : 1
    styles[4 * i + 3] = groupOf[i] ?? 0
  }
  return styles
}

/** Diameter in CSS pixels: smaller the more there are, larger from near. */
export function pointSize(count: number, nearness: number): number {
  const base = count > 20_000 ? 3 : count > 5_000 ? 4 : count > 800 ? 5.5 : 8
  return Math.min(13, base * Math.max(1, nearness) ** 0.42)
}
