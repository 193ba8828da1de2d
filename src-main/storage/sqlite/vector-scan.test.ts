import fc from 'fast-check'
import { expect, it } from 'vitest'
import { quantize } from '../quantized-vector.ts'
import { VectorScan } from './vector-scan.ts'

const DIMENSIONS = 40
const signs = fc.array(fc.constantFrom(-1, 1), { minLength: DIMENSIONS, maxLength: DIMENSIONS })
const kept = (values: readonly number[]) => quantize(Float32Array.from(values))
const unit = (values: readonly number[]) => Float32Array.from(values, (value) => value / Math.sqrt(DIMENSIONS))

it('orders by differing bits and scores by cosine, through any adding and removing', () => {
  const vectors = fc.array(fc.record({ seq: fc.integer({ min: 1, max: 9 }), values: signs }), { maxLength: 60 })
  fc.assert(
    fc.property(vectors, fc.uniqueArray(fc.integer({ min: 1, max: 9 })), vectors, signs, (added, removed, addedLater, question) => {
      const scan = new VectorScan(DIMENSIONS)
      for (const { seq, values } of added) scan.add(seq, kept(values))
      for (const seq of removed) scan.remove(seq)
      for (const { seq, values } of addedLater) scan.add(seq, kept(values))
      const left = [...added.filter(({ seq }) => !removed.includes(seq)), ...addedLater]
      const distance = (values: readonly number[]) => values.filter((value, i) => value !== question[i]).length
      expect(scan.size).toBe(left.length)
      const expectedOrder = left.map(({ seq, values }) => ({ seq, distance: distance(values) })).sort((a, b) => a.distance - b.distance)
      const order = [...scan.order(unit(question))]
      expect(order.toSorted()).toEqual(expectedOrder.map(({ seq }) => seq).toSorted())
      const nearest = expectedOrder.filter((one) => one.distance === expectedOrder[0]?.distance).map(({ seq }) => seq)
      if (left.length > 0) expect(nearest).toContain(order[0])
      for (const [seq, score] of scan.score(unit(question), [1, 2, 3, 4, 5, 6, 7, 8, 9])) {
        const best = Math.min(...left.filter((one) => one.seq === seq).map(({ values }) => distance(values)))
        expect(score).toBeCloseTo(1 - (2 * best) / DIMENSIONS, 5)
      }
      expect(scan.score(unit(question), [10]).size).toBe(0)
    }),
  )
})

it('grows beyond its first size', () => {
  const scan = new VectorScan(DIMENSIONS)
  const codeOf = (seq: number) => Array.from({ length: DIMENSIONS }, (_, i) => ((seq >> (i % 12)) & 1) * 2 - 1)
  for (let seq = 0; seq < 3000; seq++) scan.add(seq, kept(codeOf(seq)))
  expect(scan.order(unit(codeOf(2741)))[0]).toBe(2741)
  expect(scan.score(unit(codeOf(17)), [17]).get(17)).toBeCloseTo(1, 5)
})
