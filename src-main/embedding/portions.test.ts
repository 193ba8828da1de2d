import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Portions } from './portions.ts'

const lengths = fc.array(fc.nat({ max: 9_000 }), { maxLength: 200 })

it('deals every text once, from both ends, the shortest first and the longest last', () => {
  fc.assert(
    fc.property(lengths, fc.infiniteStream(fc.boolean()), (all, turns) => {
      const texts = all.map((length) => 'x'.repeat(length))
      const portions = new Portions(texts)
      const short: number[] = []
      const long: number[] = []
      for (const isShort of turns) {
        const portion = isShort ? portions.takeShortest() : portions.takeLongest()
        if (!portion) break
        const characters = portion.reduce((sum, place) => sum + (all[place] ?? 0), 0)
        expect(portion.length === 1 || (portion.length <= 64 && characters <= 6_000)).toBe(true)
        if (isShort) short.push(...portion)
        else long.unshift(...portion)
      }
      const places = [...short, ...long]
      expect(places.toSorted((a, b) => a - b)).toEqual([...all.keys()])
      const dealt = places.map((place) => all[place] ?? 0)
      expect(dealt).toEqual(dealt.toSorted((a, b) => a - b))
    }),
  )
})

it('has nothing to deal of no texts', () => {
  expect(new Portions([]).takeShortest()).toBeUndefined()
})
