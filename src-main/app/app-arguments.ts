import { parseArgs } from 'node:util'
import { SETTINGS } from '../config/settings-table.ts'
import type { SettingName } from '../config/settings-table.ts'
import { fragmentIn } from './deep-link.ts'

/** The flag of a start that opens no window. */
export const HIDDEN_FLAG = '--hidden'

export interface AppArguments {
  /** Settings given as flags, as the `tmws` command takes them. */
  readonly flags: Partial<Record<SettingName, string>>
  /** To start in the tray, without a window. */
  readonly isHidden: boolean
  /** Where a link leads. */
  readonly fragment: string | undefined
}

/** What the app was started with. Systems and Chromium add words of their own, so what is not known is passed over. */
export function readAppArguments(args: readonly string[]): AppArguments {
  const named = (Object.entries(SETTINGS) as [SettingName, { readonly flag?: string }][]).flatMap(([name, { flag }]) =>
    flag === undefined ? [] : [[name, flag.replace(/^--/, '')] as const],
  )
  const { values } = parseArgs({
    args: [...args],
    options: Object.fromEntries(named.map(([, flag]) => [flag, { type: 'string' as const }])),
    strict: false,
    allowPositionals: true,
  })
  const flags: AppArguments['flags'] = {}
  for (const [name, flag] of named) {
    const value = values[flag]
    if (typeof value === 'string') flags[name] = value
  }
  return { flags, isHidden: args.includes(HIDDEN_FLAG), fragment: fragmentIn(args) }
}
