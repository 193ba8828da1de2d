import { VECTOR_KERNEL_CODE } from './vector-kernel-code.ts'

/** Bytes of 8-bit rows, and the inner products of all of them with one question. */
export interface VectorKernel {
  /** Room for `rows` at least; what is there stays. Throws a RangeError beyond 4 GiB. */
  reserve(rows: number): void
  /** The place of one row. Valid until the next `reserve`. */
  row(index: number): Int8Array
  /** Whole-number products of a question with the first `count` rows, block by block. `question` numbers are within 16 bits. */
  products(question: Int16Array, count: number, take: (first: number, sums: Int32Array) => void): void
}

const PAGE_BYTES = 65_536
/** Rows per call: their sums fit into the nearest cache. */
const BLOCK_ROWS = 4_096
/** The kernel reads so many numbers at a time; what a row lacks is zero. */
const STEP = 16

/**
 * A kernel for vectors of so many dimensions. WebAssembly compares sixteen numbers at a time: 10,000 rows of 384 take about half a millisecond,
 * a tenth of what JavaScript needs. Without SIMD, which no processor of the last ten years lacks, plain JavaScript does the same.
 */
export function openVectorKernel(dimensions: number, useSimd = hasSimd): VectorKernel {
  const width = Math.ceil(dimensions / STEP) * STEP
  const sumsAt = 2 * width
  const rowsAt = sumsAt + 4 * BLOCK_ROWS
  const instance = useSimd ? new WebAssembly.Instance(compiled()) : undefined
  // As vector-kernel.wat exports them.
  const memory = (instance?.exports['memory'] as WebAssembly.Memory | undefined) ?? new WebAssembly.Memory({ initial: 1 })
  const multiply = instance?.exports['products'] as ((...places: readonly number[]) => void) | undefined
  const reserve = (rows: number): void => {
    const missing = rowsAt + rows * width - memory.buffer.byteLength
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES))
  }
  reserve(0)
  return {
    reserve,
    row: (index) => new Int8Array(memory.buffer, rowsAt + index * width, width),
    products(question, count, take) {
      const { buffer } = memory
      const asked = new Int16Array(buffer, 0, width).fill(0)
      asked.set(question.subarray(0, width))
      for (let first = 0; first < count; first += BLOCK_ROWS) {
        const sums = new Int32Array(buffer, sumsAt, Math.min(BLOCK_ROWS, count - first))
        const from = rowsAt + first * width
        if (multiply) multiply(0, width, from, sums.length, sumsAt)
        else multiplyPlainly(asked, new Int8Array(buffer, from, sums.length * width), sums)
        take(first, sums)
      }
    },
  }
}

let module: WebAssembly.Module | undefined

function compiled(): WebAssembly.Module {
  module ??= new WebAssembly.Module(Buffer.from(VECTOR_KERNEL_CODE, 'base64'))
  return module
}

const hasSimd = WebAssembly.validate(Buffer.from(VECTOR_KERNEL_CODE, 'base64'))

function multiplyPlainly(question: Int16Array, rows: Int8Array, sums: Int32Array): void {
  for (let row = 0, at = 0; row < sums.length; row++) {
    let sum = 0
    for (let i = 0; i < question.length; i++, at++) sum += (question[i] ?? 0) * (rows[at] ?? 0)
    sums[row] = sum
  }
}
