import type { SettingValue } from '../api/settings-api.ts'

/** Whether two values of a setting are the same. */
export function isSameValue(one: SettingValue | null, other: SettingValue | null): boolean {
  return one === other || (Array.isArray(one) && Array.isArray(other) && JSON.stringify(one) === JSON.stringify(other))
}
