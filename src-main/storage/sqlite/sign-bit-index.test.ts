import fc from 'fast-check'
import { expect, it } from 'vitest'
import { signBits } from '../quantized-vector.ts'
import { SignBitIndex } from './sign-bit-index.ts'

const DIMENSIONS = 40
const signs = fc.array(fc.constantFrom(-1, 1), { minLength: DIMENSIONS, maxLength: DIMENSIONS })

it('orders by differing bits, through any adding and removing', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ seq: fc.integer({ min: 1, max: 9 }), values: signs }), { maxLength: 60 }),
      fc.uniqueArray(fc.integer({ min: 1, max: 9 })),
      signs,
      (added, removed, question) => {
        const index = new SignBitIndex(DIMENSIONS)
        for (const { seq, values } of added) index.add(seq, signBits(values))
        for (const seq of removed) index.remove(seq)
        const left = added.filter(({ seq }) => !removed.includes(seq))
        const distance = (values: readonly number[]) => values.filter((value, i) => value !== question[i]).length
        expect(index.size).toBe(left.length)
        const ordered = [...index.order(signBits(question))]
        expect([...ordered].sort()).toEqual(left.map(({ seq }) => seq).sort())
        const nearest = left.map(({ values }) => distance(values)).sort((a, b) => a - b)
        expect(left.filter(({ seq }) => seq === ordered[0]).some(({ values }) => distance(values) === nearest[0])).toBe(left.length > 0)
      },
    ),
  )
})

it('grows beyond its first size', () => {
  const index = new SignBitIndex(DIMENSIONS)
  for (let seq = 0; seq < 3000; seq++) index.add(seq, signBits(Array.from({ length: DIMENSIONS }, (_, i) => (seq >> (i % 12)) & 1)))
  const wanted = 2741
  expect(index.order(signBits(Array.from({ length: DIMENSIONS }, (_, i) => (wanted >> (i % 12)) & 1)))[0]).toBe(wanted)
})
