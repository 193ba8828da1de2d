import { connect } from './ja-connect.ts'
import { en, type Strings } from './en.ts'

export const ja: Strings = { ...en, locale: 'ja', connect }
