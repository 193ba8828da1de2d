import { en, type Strings } from './en.ts'
import { connect } from './ja-connect.ts'
import { settings } from './ja-settings.ts'

export const ja: Strings = { ...en, locale: 'ja', connect, settings }
