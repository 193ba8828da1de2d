import { en, type Strings } from './en.ts'

/** The words of the page. A second language is a second file of the type `Strings`, chosen here. */
export const strings: Strings = en
