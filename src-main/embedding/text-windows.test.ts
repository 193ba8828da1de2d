import { describe, expect, it } from 'vitest'
import { sameLengths, slicesOf, windowsOf } from './text-windows.ts'

describe('slicesOf', () => {
  it('gives a short text whole, and an empty one as one empty slice', () => {
    expect([...slicesOf('short', 10)]).toEqual(['short'])
    expect([...slicesOf('', 10)]).toEqual([''])
  })

  it('cuts after white space and loses nothing', () => {
    const text = 'one two three four five six seven'
    const slices = [...slicesOf(text, 12)]
    expect(slices).toEqual(['one two ', 'three four ', 'five six ', 'seven'])
    expect(slices.join('')).toBe(text)
  })

  it('cuts a text without white space at the limit', () => {
    expect([...slicesOf('x'.repeat(25), 10)].map((slice) => slice.length)).toEqual([10, 10, 5])
  })

  it('never cuts inside a character of two code units', () => {
    const slices = [...slicesOf('a' + '🙂'.repeat(20), 10)]
    expect(slices.join('')).toBe('a' + '🙂'.repeat(20))
    expect(slices.every((slice) => slice.isWellFormed())).toBe(true)
  })

  it('ends for halves of characters, one at a time', () => {
    expect([...slicesOf('\uD83D'.repeat(5), 1)]).toHaveLength(5)
  })
})

describe('windowsOf', () => {
  const ids = (count: number) => Array.from({ length: count }, (_, i) => i)

  it('gives one window when the ids fit, also when there are none', () => {
    expect(windowsOf([], 4, 1)).toEqual([[]])
    expect(windowsOf(ids(4), 4, 1)).toEqual([[0, 1, 2, 3]])
  })

  it('overlaps neighbours and reaches the last id', () => {
    expect(windowsOf(ids(9), 4, 1)).toEqual([
      [0, 1, 2, 3],
      [3, 4, 5, 6],
      [6, 7, 8],
    ])
  })

  it('adds no window that holds nothing but overlap', () => {
    expect(windowsOf(ids(7), 4, 1)).toHaveLength(2)
    expect(windowsOf(ids(8), 4, 1).at(-1)).toEqual([6, 7])
  })
})

describe('sameLengths', () => {
  const window = (length: number, mark: number) => ({ ids: Array.from({ length }, () => mark) })
  const marksOf = (groups: Iterable<{ readonly ids: readonly number[] }[]>) => [...groups].map((group) => group.map(({ ids }) => ids[0]))

  it('puts together what is of the same length, within the limit', () => {
    const windows = [window(3, 1), window(2, 2), window(3, 3), window(3, 4), window(2, 5), window(9, 6)]
    expect(marksOf(sameLengths(windows, 6))).toEqual([[2, 5], [1, 3], [4], [6]])
  })

  it('leaves each alone where nothing fits, and gives nothing for nothing', () => {
    expect(marksOf(sameLengths([window(2, 1), window(2, 2)], 0))).toEqual([[1], [2]])
    expect(marksOf(sameLengths([], 6))).toEqual([])
  })

  it('takes windows without ids', () => {
    expect([...sameLengths([{ ids: [] }, { ids: [] }], 6)].flat()).toHaveLength(2)
  })
})
