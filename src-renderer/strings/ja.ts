import { en, type Strings } from './en.ts'
import { map } from './ja-map.ts'

export const ja: Strings = { ...en, ...map, locale: 'ja' }
