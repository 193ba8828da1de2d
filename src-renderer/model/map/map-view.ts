import { MAP_EXTENT } from '../../../src-main/contract/map-limits.ts'

/** What part of the map is seen: the place in the middle, and CSS pixels per unit of the map. */
export interface MapView {
  readonly x: number
  readonly y: number
  readonly scale: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Spot {
  readonly x: number
  readonly y: number
}

/** Times that one can come nearer than the whole map. */
const MOST_ZOOM = 60
const PADDING = 24

/** The whole map. */
export function wholeView(size: Size): MapView {
  return { x: MAP_EXTENT / 2, y: MAP_EXTENT / 2, scale: leastScale(size) }
}

/** Places on the screen, from its upper left corner. The map's y goes up. */
export function toScreen({ x, y }: Spot, view: MapView, { width, height }: Size): Spot {
  return { x: width / 2 + (x - view.x) * view.scale, y: height / 2 - (y - view.y) * view.scale }
}

export function toMap({ x, y }: Spot, view: MapView, { width, height }: Size): Spot {
  return { x: view.x + (x - width / 2) / view.scale, y: view.y - (y - height / 2) / view.scale }
}

export function panned(view: MapView, byX: number, byY: number, size: Size): MapView {
  return within({ ...view, x: view.x - byX / view.scale, y: view.y + byY / view.scale }, size)
}

/** Nearer by `factor`, with what lies at `at` staying there. */
export function zoomed(view: MapView, factor: number, at: Spot, size: Size): MapView {
  const scale = clamp(view.scale * factor, leastScale(size), leastScale(size) * MOST_ZOOM)
  const held = toMap(at, view, size)
  return within({ x: held.x - (at.x - size.width / 2) / scale, y: held.y + (at.y - size.height / 2) / scale, scale }, size)
}

/** Some places, with room around them. */
export function viewOf(spots: readonly Spot[], size: Size): MapView {
  if (spots.length === 0) return wholeView(size)
  const [left, right] = rangeOf(spots.map(({ x }) => x))
  const [low, high] = rangeOf(spots.map(({ y }) => y))
  const room = 1.5
  const scale = Math.min(size.width / Math.max(1, (right - left) * room), size.height / Math.max(1, (high - low) * room))
  return within({ x: (left + right) / 2, y: (low + high) / 2, scale: clamp(scale, leastScale(size), leastScale(size) * 12) }, size)
}

/** How much nearer than the whole map, from 1. */
export function nearnessOf(view: MapView, size: Size): number {
  return view.scale / leastScale(size)
}

function leastScale({ width, height }: Size): number {
  return Math.max(1e-6, (Math.min(width, height) - 2 * PADDING) / MAP_EXTENT)
}

/** The middle stays on the map. */
function within({ x, y, scale }: MapView, size: Size): MapView {
  const least = leastScale(size)
  // From afar there is nothing to go to.
  const reach = scale <= least * 1.01 ? 0.25 : 0.5
  const near = (value: number) => clamp(value, MAP_EXTENT * (0.5 - reach), MAP_EXTENT * (0.5 + reach))
  return { x: near(x), y: near(y), scale }
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value))
}

function rangeOf(values: readonly number[]): [number, number] {
  let [least, most] = [Infinity, -Infinity]
  for (const value of values) {
    least = Math.min(least, value)
    most = Math.max(most, value)
  }
  return [least, most]
}
