import type { SettingInfo, SettingSection, SettingValue } from '../api/settings-api.ts'
import { bytes, count, latency } from '../format/numbers.ts'
import { duration } from '../format/relative-time.ts'
import { strings } from '../strings/strings.ts'
import type { SettingsPart } from '../strings/en-settings.ts'

const words = strings.settings

/** Which sections a part of the settings has, in their order. */
export const PART_SECTIONS: Readonly<Partial<Record<SettingsPart, readonly SettingSection[]>>> = {
  storage: ['place', 'backups', 'keeping'],
  embedding: ['model'],
  server: ['addresses', 'sessions', 'tools', 'log'],
  security: ['sign_in', 'rates', 'pages', 'records'],
}

/** The part where a section stands. */
export function partOf(section: SettingSection): SettingsPart | undefined {
  const [part] = Object.entries(PART_SECTIONS).find(([, sections]) => sections.includes(section)) ?? []
  return part as SettingsPart | undefined // a key of the table
}

/** A value in words: "30 days", "On", "Server with the OpenAI interface". */
export function shownValue(info: SettingInfo, value: SettingValue | undefined): string {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return words.field.none
  if (typeof value === 'boolean') return value ? words.field.on : words.field.off
  if (Array.isArray(value)) return value.join(', ')
  if (typeof value === 'string') return info.type === 'choice' ? choiceText(value) : value
  return info.unit === undefined ? plainNumber(info, value) : `${count(value)} ${words.units[info.unit] ?? info.unit}`
}

export function choiceText(option: string): string {
  return words.choices[option] ?? option
}

/** A large number of seconds or bytes as people say it; undefined where the number says it as well. */
export function readableValue({ unit }: SettingInfo, value: unknown): string | undefined {
  if (typeof value !== 'number') return undefined
  if (unit === 'bytes' && value >= 1024) return bytes(value)
  if (unit === 'seconds' && value >= 120) return spanOf(value)
  if (unit === 'hours' && value > 48) return spanOf(value * 3600)
  return unit === 'milliseconds' && value >= 1000 ? latency(value) : undefined
}

/** What a field holds as what the server takes: an empty text is none, and what is no number is left to the server to refuse. */
export function enteredValue({ type }: SettingInfo, text: string): SettingValue | null {
  const trimmed = text.trim()
  if (trimmed === '') return null
  if (type === 'list') {
    return trimmed
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
  }
  const isNumber = (type === 'integer' && /^-?\d+$/.test(trimmed)) || (type === 'number' && /^\d*\.?\d+$/.test(trimmed))
  return isNumber ? Number(trimmed) : text
}

/** The text of a field. */
export function fieldText(value: SettingValue | null | undefined): string {
  if (value === null || value === undefined) return ''
  return Array.isArray(value) ? value.join('\n') : String(value)
}

export function labelOf(key: string): string {
  return words.labels[key] ?? key
}

/** A round span has one unit. */
function spanOf(seconds: number): string {
  if (seconds % 86_400 === 0) return strings.time.days(seconds / 86_400)
  if (seconds % 3600 === 0) return strings.time.hours(seconds / 3600)
  return seconds % 60 === 0 && seconds < 3600 ? strings.time.minutes(seconds / 60) : duration(seconds * 1000)
}

/** Ports are names, not amounts. */
function plainNumber({ key }: SettingInfo, value: number): string {
  return key.endsWith('_port') ? String(value) : count(value)
}
