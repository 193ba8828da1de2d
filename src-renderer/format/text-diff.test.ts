import { expect, test } from 'vitest'
import { diffText } from './text-diff.ts'

const shown = (before: string, after: string) =>
  diffText(before, after)
    .map(({ kind, text }) => (kind === 'same' ? text : kind === 'added' ? `{+${text}+}` : `{-${text}-}`))
    .join('')

test.each([
  ['retries twice.', 'retries three times.', 'retries {-twice-}{+three times+}.'],
  ['same', 'same', 'same'],
  ['', 'all new', '{+all new+}'],
  ['a b c', 'a c', 'a {-b -}c'],
  ['backoff.', 'backoff (2 s).', 'backoff{+ (2 s)+}.'],
  ['重要度で決まる', '新しさで決まる', '{-重要度-}{+新しさ+}で決まる'],
])('from %j to %j', (before, after, expected) => {
  expect(shown(before, after)).toBe(expected)
})

test('both texts can be read back from the parts', () => {
  const before = 'The quick brown fox\njumps over the lazy dog.'
  const after = 'A quick red fox\n\njumped over the dog!'
  const parts = diffText(before, after)
  expect(parts.filter(({ kind }) => kind !== 'added').map(({ text }) => text).join('')).toBe(before) // prettier-ignore
  expect(parts.filter(({ kind }) => kind !== 'removed').map(({ text }) => text).join('')).toBe(after) // prettier-ignore
})

test('very long texts become one replacement instead of a frozen page', () => {
  const words = (word: string) => Array.from({ length: 20_000 }, (_, n) => `${word}${n}`).join(' ')
  expect(diffText(words('a'), words('b')).map(({ kind }) => kind)).toEqual(['removed', 'added'])
})
