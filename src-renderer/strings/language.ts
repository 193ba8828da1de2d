/** Languages that the page speaks, in their own words. */
export const LANGUAGES = { en: 'English', ja: '日本語' } as const
export type Language = keyof typeof LANGUAGES
export type LanguageChoice = Language | 'system'

export function isLanguageChoice(value: unknown): value is LanguageChoice {
  return value === 'system' || (typeof value === 'string' && Object.hasOwn(LANGUAGES, value))
}

/** The chosen language; the first of the reader's own that the page speaks; or English. */
export function languageOf(choice: LanguageChoice, preferred: readonly string[]): Language {
  if (choice !== 'system') return choice
  for (const tag of preferred) {
    const language = tag.toLowerCase().split('-')[0]
    if (language !== undefined && Object.hasOwn(LANGUAGES, language)) return language as Language
  }
  return 'en'
}
