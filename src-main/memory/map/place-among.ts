import { MAP_EXTENT } from '../../contract/map-limits.ts'
import { nearestRows } from './nearest-rows.ts'
import { hashedUnit } from './seeded-random.ts'
import type { Rows } from './vector-rows.ts'

/** What others are placed among. */
export interface Landmarks {
  readonly rows: Rows
  readonly x: readonly number[]
  readonly y: readonly number[]
}

const NEIGHBOURS = 6
/** How far around its neighbours a memory may lie, in distances between landmarks there. */
const SCATTER = 1.1

/** Places rows between the landmarks they are nearest to in meaning: the same row always at the same place. */
export class PlaceAmong {
  readonly #landmarks: Landmarks
  /** Of each landmark, about how far it is to the next ones on the map. */
  readonly #gaps: Float64Array

  constructor(landmarks: Landmarks) {
    this.#landmarks = landmarks
    this.#gaps = gapsOf(landmarks)
  }

  /** `seq` decides on which side of its neighbours the memory lies. */
  place(asked: Rows, row: number, seq: number): { readonly x: number; readonly y: number } {
    const { rows: table, x, y } = this.#landmarks
    const near = nearestRows(asked, row, table, NEIGHBOURS)
    const [closest] = near.rows
    if (closest === undefined) return { x: MAP_EXTENT / 2, y: MAP_EXTENT / 2 }
    const gap = this.#gaps[closest] ?? 0
    const width = Math.max(1e-9, Math.sqrt(near.squared.at(-1) ?? 0) - Math.sqrt(near.squared[0] ?? 0))
    let [sumX, sumY, weights] = [0, 0, 0]
    for (const [rank, landmark] of near.rows.entries()) {
      // One that is near in meaning and far on the map would pull it into the void between two islands.
      if (distanceOf(this.#landmarks, closest, landmark) > NEAR_GAPS * gap) continue
      const weight = Math.exp((-2 * (Math.sqrt(near.squared[rank] ?? 0) - Math.sqrt(near.squared[0] ?? 0))) / width)
      sumX += weight * (x[landmark] ?? 0)
      sumY += weight * (y[landmark] ?? 0)
      weights += weight
    }
    const angle = 2 * Math.PI * hashedUnit(seq)
    const radius = SCATTER * gap * Math.sqrt(hashedUnit(seq + 0x51ed27))
    return { x: within(sumX / weights + radius * Math.cos(angle)), y: within(sumY / weights + radius * Math.sin(angle)) }
  }
}

const NEAR_GAPS = 8
const GAP_RANK = 3

function gapsOf(landmarks: Landmarks): Float64Array {
  const count = landmarks.x.length
  const plane: Rows = {
    count,
    width: 2,
    values: Float32Array.from({ length: 2 * count }, (_, i) => (i % 2 === 0 ? landmarks.x : landmarks.y)[i >> 1] ?? 0),
  }
  return Float64Array.from({ length: count }, (_, row) =>
    Math.max(MAP_EXTENT / 500, Math.sqrt(nearestRows(plane, row, plane, GAP_RANK + 1).squared.at(-1) ?? 0)),
  )
}

function distanceOf({ x, y }: Landmarks, a: number, b: number): number {
  return Math.hypot((x[a] ?? 0) - (x[b] ?? 0), (y[a] ?? 0) - (y[b] ?? 0))
}

function within(value: number): number {
  return Math.max(0, Math.min(MAP_EXTENT, Math.round(value)))
}
