import type { Rows } from './vector-rows.ts'
import { squaredDistance } from './vector-rows.ts'

/** Of one row, the nearest others: row numbers and squared distances, nearest first. */
export interface Nearest {
  readonly rows: number[]
  readonly squared: number[]
}

/** The `count` rows of `table` nearest to row `row` of `asked`. */
export function nearestRows(asked: Rows, row: number, table: Rows, count: number): Nearest {
  const rows: number[] = []
  const squared: number[] = []
  let farthest = Infinity
  for (let other = 0; other < table.count; other++) {
    const distance = squaredDistance(asked.values, row * asked.width, table.values, other * table.width, table.width)
    if (rows.length === count && distance >= farthest) continue
    let at = rows.length < count ? rows.length : count - 1
    while (at > 0 && (squared[at - 1] ?? 0) > distance) {
      squared[at] = squared[at - 1] ?? 0
      rows[at] = rows[at - 1] ?? 0
      at -= 1
    }
    squared[at] = distance
    rows[at] = other
    farthest = squared[rows.length - 1] ?? Infinity
  }
  return { rows, squared }
}
