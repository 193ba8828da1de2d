import type { PackedVectors } from '../../storage/map-store.ts'

/** A table of numbers: `count` rows of `width` values, one after another. */
export interface Rows {
  readonly count: number
  readonly width: number
  readonly values: Float32Array
}

/** Bytes before the values of a kept vector: see storage/quantized-vector.ts. The scale is not needed, for only directions are compared. */
const HEAD_BYTES = 4

/** One unit vector per memory: the mean of those of its windows. */
export function meanVectors({ counts, bytes }: Pick<PackedVectors, 'counts' | 'bytes'>): Rows {
  const vectors = counts.reduce((sum, count) => sum + count, 0)
  const width = vectors === 0 ? 0 : bytes.length / vectors - HEAD_BYTES
  const values = new Float32Array(counts.length * width)
  let at = 0
  for (const [row, count] of counts.entries()) {
    const mean = values.subarray(row * width, (row + 1) * width)
    for (let i = 0; i < count; i++) {
      addUnit(mean, new Int8Array(bytes.buffer, bytes.byteOffset + at + HEAD_BYTES, width))
      at += HEAD_BYTES + width
    }
    scale(mean)
  }
  return { count: counts.length, width, values }
}

/** The rows of several tables of the same width. */
export function stackRows(tables: readonly Rows[]): Rows {
  const filled = tables.filter(({ count }) => count > 0)
  const width = filled[0]?.width ?? 0
  const values = new Float32Array(filled.reduce((sum, table) => sum + table.values.length, 0))
  let at = 0
  for (const table of filled) {
    values.set(table.values, at)
    at += table.values.length
  }
  return { count: width === 0 ? 0 : values.length / width, width, values }
}

export function squaredDistance(a: Float32Array, atA: number, b: Float32Array, atB: number, width: number): number {
  let sum = 0
  for (let i = 0; i < width; i++) {
    const difference = (a[atA + i] ?? 0) - (b[atB + i] ?? 0)
    sum += difference * difference
  }
  return sum
}

function addUnit(sum: Float32Array, vector: Int8Array): void {
  let norm = 0
  for (const value of vector) norm += value * value
  if (norm === 0) return
  const factor = 1 / Math.sqrt(norm)
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (vector[i] ?? 0) * factor
}

function scale(vector: Float32Array): void {
  let norm = 0
  for (const value of vector) norm += value * value
  if (norm === 0) return
  const factor = 1 / Math.sqrt(norm)
  for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] ?? 0) * factor
}
