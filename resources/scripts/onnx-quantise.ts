import type { Tensor } from './onnx-weights.ts'

/** Numbers as bytes: the number at row r is `values * scales[r]`. */
export interface QuantisedRows {
  readonly values: Int8Array
  readonly scales: Float32Array
}

/** For what is only looked up: the whole range of a byte. */
export const FULL_RANGE = 127
/**
 * For what is multiplied. x86 processors without VNNI add two products (0..255 by a weight) into 16 bits, cut off at 32,767:
 * with weights up to 63 that cannot happen, so every processor gives the same vectors. The lost bit costs less than
 * 0.002 of cosine; most of the distance from 32-bit floats comes from the inputs, not from the weights.
 */
export const SAFE_RANGE = 63

/** Symmetric quantisation to -range..range with one scale per row, so that a row of small weights keeps its detail beside one of large ones. */
export function quantiseRows({ data, shape: [rows = 0, columns = 0] }: Tensor, range: number): QuantisedRows {
  const values = new Int8Array(rows * columns)
  const scales = new Float32Array(rows)
  for (let row = 0; row < rows; row++) {
    const numbers = data.subarray(row * columns, (row + 1) * columns)
    const scale = numbers.reduce((largest, number) => Math.max(largest, Math.abs(number)), 0) / range || 1
    scales[row] = scale
    values.set(
      numbers.map((number) => Math.round(number / scale)),
      row * columns,
    )
  }
  return { values, scales }
}

/** Copies `rows` x `columns` numbers into `target` with rows and columns exchanged, and returns it. */
export function transposeInto<T extends Float32Array | Int8Array>(target: T, source: T, [rows = 0, columns = 0]: readonly number[]): T {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) target[column * rows + row] = source[row * columns + column] ?? 0
  }
  return target
}

/** A range of numbers, the least and the greatest. */
export type Range = readonly [number, number]

/** How numbers of a range that has zero in it become 0..255: a number is `(byte - zero) * scale`. What lies outside becomes the nearest end. */
export function bytesFor([low, high]: Range): { readonly scale: number; readonly zero: number } {
  const scale = (high - low) / 255
  return { scale, zero: Math.round(-low / scale) }
}
