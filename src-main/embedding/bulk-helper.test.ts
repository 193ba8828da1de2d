import fc from 'fast-check'
import { expect, it } from 'vitest'
import { halves } from './bulk-helper.ts'

it('deals every text to one of two parts, neither longer than the other by more than the longest text', () => {
  const texts = fc.array(fc.nat({ max: 500 }).map((length) => 'x'.repeat(length)))
  fc.assert(
    fc.property(texts, (all) => {
      const parts = halves(all)
      expect(parts.flat().toSorted((a, b) => a - b)).toEqual([...all.keys()])
      const [a = 0, b = 0] = parts.map((places) => places.reduce((sum, place) => sum + (all[place]?.length ?? 0) + 20, 0))
      expect(Math.abs(a - b)).toBeLessThanOrEqual(Math.max(0, ...all.map(({ length }) => length)) + 20)
    }),
  )
})
