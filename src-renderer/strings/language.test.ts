import { expect, test } from 'vitest'
import { languageOf } from './language.ts'

test.each([
  ['system', ['ja-JP', 'en-US'], 'ja'],
  ['system', ['de-DE', 'ja'], 'ja'],
  ['system', ['fr'], 'en'],
  ['system', [], 'en'],
  ['en', ['ja-JP'], 'en'],
  ['ja', ['en-GB'], 'ja'],
] as const)('%s with %j speaks %s', (choice, preferred, language) => {
  expect(languageOf(choice, preferred)).toBe(language)
})
