import { isDeepStrictEqual } from 'node:util'
import { PERSONAL_SETTINGS } from '../../config/personal-settings.ts'
import type { ReadSettings } from '../../config/read-settings.ts'
import { SETTINGS } from '../../config/settings-table.ts'
import type { Setting, SettingName, SettingValues } from '../../config/settings-table.ts'
import type { SettingInfo, SettingValue } from '../../contract/settings.ts'

export type PersonalName = keyof typeof PERSONAL_SETTINGS

/** Settings as the person may see them. `running`: what the server works with. No secret, and no password of an address, is in it. */
export function describeSettings({ values, sources }: Pick<ReadSettings, 'values' | 'sources'>, running: SettingValues): SettingInfo[] {
  return Object.entries(PERSONAL_SETTINGS).map(([key, personal]) => {
    const name = key as SettingName // of the table
    const setting: Setting<unknown> = SETTINGS[name]
    const source = sources[name]
    const isSecret = setting.isSecret === true
    const differs = !isDeepStrictEqual(values[name], running[name])
    const { type, ...shape } = setting.kind.shape
    return {
      key,
      section: personal.section,
      env: setting.env,
      ...(setting.flag !== undefined && { flag: setting.flag }),
      type,
      allowed: setting.kind.allowed,
      about: setting.effect,
      ...('options' in shape ? { options: [...shape.options] } : shape),
      is_secret: isSecret,
      is_set: source !== 'default',
      ...valueOf('value', isSecret ? undefined : values[name]),
      ...valueOf('running', isSecret || !differs ? undefined : running[name]),
      ...valueOf('default', setting.default),
      source,
      locked: source === 'flag' || source === 'environment',
      effect: personal.effect,
      needs_restart: differs,
    }
  })
}

function valueOf(name: 'value' | 'running' | 'default', value: unknown): Partial<Record<typeof name, SettingValue>> {
  if (value === undefined) return {}
  const shown = typeof value === 'string' ? value.replace(/\/\/[^/@]*@/, '//…@') : value
  return { [name]: shown as SettingValue } // what is no secret is one of these
}
