import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BestFirst } from './best-first.ts'

it('gives all places in the order of their scores, at least as many at a time as asked for', () => {
  const scores = fc.array(fc.oneof(fc.float({ noNaN: true, min: -2, max: 2 }), fc.constantFrom(0, 1)), { maxLength: 300 })
  fc.assert(
    fc.property(scores, fc.array(fc.integer({ min: 1, max: 80 }), { minLength: 1 }), (values, counts) => {
      const floats = Float32Array.from(values)
      const order = new BestFirst(floats)
      const places: number[] = []
      for (let round = 0; places.length < floats.length; round++) {
        const count = counts[round % counts.length] ?? 1
        const some = order.next(count)
        expect(some.length).toBeGreaterThanOrEqual(Math.min(count, floats.length - places.length))
        places.push(...some)
      }
      const expected = [...floats.keys()].sort((a, b) => (floats[b] ?? 0) - (floats[a] ?? 0) || a - b)
      expect(places).toEqual(expected)
      expect(order.next(10)).toHaveLength(0)
    }),
  )
})
