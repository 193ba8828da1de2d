import type { Plane } from './landmark-layout.ts'

/** Where a row lay before: NaN where it did not. */
export type FormerPlane = Plane

/** Turns and mirrors `plane` so that its rows lie as near as can be to where they lay before (orthogonal Procrustes). */
export function alignPlane(plane: Plane, former: FormerPlane): Plane {
  const shared = [...plane.x.keys()].filter((row) => !Number.isNaN(former.x[row] ?? NaN))
  if (shared.length < 3) return plane
  const from = centred(plane, shared)
  const to = centred(former, shared)
  const straight = turnOf(from, to, 1)
  const mirrored = turnOf(from, to, -1)
  const { angle, flip } = straight.fit >= mirrored.fit ? { angle: straight.angle, flip: 1 } : { angle: mirrored.angle, flip: -1 }
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  return {
    x: plane.x.map((x, row) => flip * x * cos - (plane.y[row] ?? 0) * sin),
    y: plane.y.map((y, row) => flip * (plane.x[row] ?? 0) * sin + y * cos),
  }
}

/**
 * Moved into whole numbers from 0 to `extent`, with a margin. Half by value and half by rank, direction by direction: what crowds gets room, and
 * a few far ones do not make a heap of all others; nothing changes sides.
 */
export function framePlane({ x, y }: Plane, extent: number): { readonly x: number[]; readonly y: number[] } {
  const room = extent * (1 - 2 * MARGIN)
  const place = (values: Float64Array) => spreadOf(values).map((value) => Math.round(extent * MARGIN + value * room))
  return { x: place(x), y: place(y) }
}

/** Each value from 0 to 1, by how large it is and by how many are smaller. */
function spreadOf(values: Float64Array): number[] {
  const [least, most] = rangeOf(values)
  if (most === least) return Array.from(values, () => 0.5)
  const order = [...values.keys()].sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0) || a - b)
  const result = new Array<number>(values.length).fill(0)
  for (const [rank, row] of order.entries()) {
    const byRank = rank / Math.max(1, values.length - 1)
    result[row] = BY_RANK * byRank + (1 - BY_RANK) * (((values[row] ?? 0) - least) / (most - least))
  }
  return result
}

const BY_RANK = 0.5

/** Room for what is placed around the outermost ones. */
const MARGIN = 0.06

function turnOf(from: readonly Pair[], to: readonly Pair[], flip: 1 | -1): { readonly angle: number; readonly fit: number } {
  let [along, across] = [0, 0]
  for (const [i, [fromX, fromY]] of from.entries()) {
    const [toX, toY] = to[i] ?? [0, 0]
    along += flip * fromX * toX + fromY * toY
    across += flip * fromX * toY - fromY * toX
  }
  return { angle: Math.atan2(across, along), fit: Math.hypot(along, across) }
}

type Pair = readonly [number, number]

function centred({ x, y }: Plane, rows: readonly number[]): Pair[] {
  const middleX = rows.reduce((sum, row) => sum + (x[row] ?? 0), 0) / rows.length
  const middleY = rows.reduce((sum, row) => sum + (y[row] ?? 0), 0) / rows.length
  return rows.map((row) => [(x[row] ?? 0) - middleX, (y[row] ?? 0) - middleY])
}

function rangeOf(values: Float64Array): [number, number] {
  let [least, most] = [Infinity, -Infinity]
  for (const value of values) {
    least = Math.min(least, value)
    most = Math.max(most, value)
  }
  return values.length === 0 ? [0, 0] : [least, most]
}
