import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { quantize } from '../quantized-vector.ts'
import { openVectorKernel } from './vector-kernel.ts'
import { VectorScan } from './vector-scan.ts'

const DIMENSIONS = 40
const signs = fc.array(fc.constantFrom(-1, 1), { minLength: DIMENSIONS, maxLength: DIMENSIONS })
const kept = (values: readonly number[]) => quantize(Float32Array.from(values))
const unit = (values: readonly number[]) => {
  const length = Math.hypot(...values)
  return Float32Array.from(values, (value) => value / length)
}

describe.each([
  ['WebAssembly', true],
  ['plain JavaScript', false],
])('with %s', (_, useSimd) => {
  const open = (dimensions: number) => new VectorScan(dimensions, openVectorKernel(dimensions, useSimd))

  it('scores by cosine, through any adding and removing', () => {
    const vectors = fc.array(fc.record({ seq: fc.integer({ min: 1, max: 9 }), values: signs }), { maxLength: 60 })
    fc.assert(
      fc.property(vectors, fc.uniqueArray(fc.integer({ min: 1, max: 9 })), vectors, signs, (added, removed, addedLater, question) => {
        const scan = open(DIMENSIONS)
        for (const { seq, values } of added) scan.add(seq, kept(values))
        for (const seq of removed) scan.remove(seq)
        for (const { seq, values } of addedLater) scan.add(seq, kept(values))
        const left = [...added.filter(({ seq }) => !removed.includes(seq)), ...addedLater]
        const cosine = (values: readonly number[]) => 1 - (2 * values.filter((value, i) => value !== question[i]).length) / DIMENSIONS
        const compared = scan.compare(unit(question))
        const { scores, seqs } = compared
        expect(scan.size).toBe(left.length)
        const found = [...seqs].map((seq, i) => `${seq} ${(scores[i] ?? 0).toFixed(4)}`)
        expect(found.toSorted()).toEqual(left.map(({ seq, values }) => `${seq} ${cosine(values).toFixed(4)}`).toSorted())
        for (const seq of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) {
          const own = left.filter((one) => one.seq === seq).map(({ values }) => cosine(values))
          if (own.length === 0) expect(compared.best(seq)).toBeUndefined()
          else expect(compared.best(seq)).toBeCloseTo(Math.max(...own), 5)
        }
      }),
    )
  })

  it('counts right with any numbers and widths, and beyond its first size', () => {
    const number = fc.integer({ min: -1000, max: 1000 })
    const sized = fc.integer({ min: 1, max: 70 }).chain((size) => {
      const one = fc.array(number, { minLength: size, maxLength: size }).filter((values) => values.some((value) => value !== 0))
      return fc.record({ rows: fc.array(one, { minLength: 1, maxLength: 5 }), question: one })
    })
    fc.assert(
      fc.property(sized, ({ rows, question }) => {
        const scan = open(question.length)
        for (let copy = 0; copy < 1200; copy++) scan.add(copy, kept(rows[copy % rows.length] ?? []))
        const { scores } = scan.compare(unit(question))
        for (let copy = 0; copy < 1200; copy += 97) {
          const [a, b] = [unit(rows[copy % rows.length] ?? []), unit(question)]
          // A byte per dimension is off by half a step of 127 at most.
          expect(scores[copy]).toBeCloseTo(
            a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0),
            1.4,
          )
        }
      }),
      { numRuns: 30 },
    )
  })

  it('does not overflow at the largest values of many dimensions', () => {
    const dimensions = 4_096
    const scan = open(dimensions)
    const flat = Array.from({ length: dimensions }, () => 1)
    scan.add(1, kept(flat))
    scan.add(2, kept(flat.map((value) => -value)))
    const { scores } = scan.compare(unit(flat))
    expect([...scores].map((score) => Math.round(score * 1e4) / 1e4)).toEqual([1, -1])
  })
})

it('gives a question without a direction nothing but zeros', () => {
  const scan = new VectorScan(DIMENSIONS)
  scan.add(1, kept(Array.from({ length: DIMENSIONS }, () => 1)))
  expect([...scan.compare(new Float32Array(DIMENSIONS)).scores]).toEqual([0])
})
