import { expect, test } from 'vitest'
import { cutToSize } from './cut-output.ts'

const size = (value: unknown): number => Buffer.byteLength(JSON.stringify(value))

test('what fits stays as it is', () => {
  const value = { a: [1, 'x', null], b: {} }
  expect(cutToSize(value, 100)).toEqual({ value, isCut: false })
})

test('long texts and lists lose their ends, and paths stay', () => {
  const output = { memories: Array.from({ length: 5_000 }, (_, id) => ({ id, content: 'é'.repeat(500) })), total: 5_000 }
  const { value, isCut } = cutToSize(output, 64 * 1024)
  expect(isCut).toBe(true)
  expect(size(value)).toBeLessThanOrEqual(64 * 1024)
  const { memories, total } = value as typeof output
  expect([memories[0]!.id, memories[1]!.id, total]).toEqual([0, 1, 5_000])
  expect(memories[0]!.content).toMatch(/^é+…?$/)
})

test('a cut never splits a character', () => {
  const { value } = cutToSize({ text: '🌊'.repeat(40_000) }, 2_048)
  expect((value as { text: string }).text.isWellFormed()).toBe(true)
})

test('what cannot be made small becomes null', () => {
  const wide = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`key${index}`, 1]))
  expect(cutToSize(wide, 1_024)).toEqual({ value: null, isCut: true })
})
