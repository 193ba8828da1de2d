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

/** Scaled and moved into whole numbers from 0 to `extent`, the same in both directions, with a margin. */
export function framePlane({ x, y }: Plane, extent: number): { readonly x: number[]; readonly y: number[] } {
  const [left, right] = rangeOf(x)
  const [low, high] = rangeOf(y)
  const size = Math.max(right - left, high - low)
  const factor = size > 0 ? (extent * (1 - 2 * MARGIN)) / size : 0
  const place = (value: number, middle: number) => Math.round(extent / 2 + (value - middle) * factor)
  return {
    x: Array.from(x, (value) => place(value, (left + right) / 2)),
    y: Array.from(y, (value) => place(value, (low + high) / 2)),
  }
}

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
