import { EN } from './words-en.ts'
import type { Words } from './words-en.ts'
import { JA } from './words-ja.ts'

export type Language = 'en' | 'ja'

/** The language of the main process for a locale such as `ja` or `en-GB`. English where we have no other. */
export function languageOf(locale: string): Language {
  return /^ja\b/i.test(locale) ? 'ja' : 'en'
}

export function wordsIn(language: Language): Words {
  return language === 'ja' ? JA : EN
}

export type { Words } from './words-en.ts'
