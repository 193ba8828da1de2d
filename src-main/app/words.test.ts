import { expect, test } from 'vitest'
import { EN } from './words-en.ts'
import { languageOf, wordsIn } from './words.ts'

test.each([
  ['ja', 'ja'],
  ['ja-JP', 'ja'],
  ['en-GB', 'en'],
  ['jam', 'en'],
  ['de', 'en'],
  ['', 'en'],
])('the language for %j is %s', (locale, language) => {
  expect(languageOf(locale)).toBe(language)
})

test('the Japanese words are Japanese, all of them', () => {
  const texts = (words: unknown): string[] =>
    typeof words === 'string'
      ? [words]
      : typeof words === 'function'
        ? [String((words as (...args: unknown[]) => unknown)(1, 2))]
        : Object.values(words as object).flatMap(texts)
  const [english, japanese] = [texts(EN), texts(wordsIn('ja'))]
  expect(japanese.length).toBe(english.length)
  expect(japanese.filter((text) => !/[\u3040-\u30ff\u4e00-\u9fff]/.test(text))).toEqual(['OK'])
})
