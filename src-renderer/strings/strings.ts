import { readPreferences } from '../state/stored-preferences.ts'
import { en, type Strings } from './en.ts'
import { languageOf } from './language.ts'

const language = typeof localStorage === 'undefined' ? 'en' : languageOf(readPreferences(localStorage).language, navigator.languages)

/** The words of the page, in one language for as long as it is open; another one is fetched only by those who read it. */
export const strings: Strings = language === 'ja' ? (await import('./ja.ts')).ja : en
