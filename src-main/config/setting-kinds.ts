/** How the raw value of a setting is read. Flags and variables give text, a settings file JSON. */
export interface SettingKind<T> {
  /** What is allowed, for help texts and refusals: "a port from 0 to 65535". */
  readonly allowed: string
  /** What a form offers for it. */
  readonly shape: SettingShape
  /** The value, or undefined when it is not allowed. */
  read(raw: unknown): T | undefined
}

export type SettingShape =
  /** `unit` in the plural, such as seconds; absent for a plain number. */
  | { readonly type: 'integer'; readonly min: number; readonly max: number; readonly unit?: string }
  | { readonly type: 'number'; readonly min: number; readonly max: number }
  | { readonly type: 'choice'; readonly options: readonly string[] }
  | { readonly type: 'boolean' | 'text' | 'list' | 'object' }

const PLAIN_NOUNS = ['a whole number', 'a port']

export function integer(min: number, max: number, noun = 'a whole number'): SettingKind<number> {
  return {
    allowed: `${noun} from ${min} to ${max}`,
    shape: { type: 'integer', min, max, ...(!PLAIN_NOUNS.includes(noun) && { unit: noun }) },
    read: (raw) => {
      const value = typeof raw === 'string' && /^-?\d+$/.test(raw) ? Number(raw) : raw
      return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max ? value : undefined
    },
  }
}

export const fraction: SettingKind<number> = {
  allowed: 'a number from 0 to 1',
  shape: { type: 'number', min: 0, max: 1 },
  read: (raw) => {
    const value = typeof raw === 'string' && /^\d*\.?\d+$/.test(raw) ? Number(raw) : raw
    return typeof value === 'number' && value >= 0 && value <= 1 ? value : undefined
  },
}

/** HTTP headers as a JSON object of texts; a settings file may hold the object itself. */
export const headers: SettingKind<Readonly<Record<string, string>>> = {
  allowed: 'a JSON object of header names and their values',
  shape: { type: 'object' },
  read: (raw) => {
    const value = typeof raw === 'string' ? parseJson(raw) : raw
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    const entries = Object.entries(value)
    const isHeader = (entry: [string, unknown]): entry is [string, string] =>
      /^[\w!#$%&'*+.^`|~-]+$/.test(entry[0]) && typeof entry[1] === 'string' && /^[\t\x20-\x7e]*$/.test(entry[1])
    return entries.every(isHeader) ? Object.fromEntries(entries) : undefined
  },
}

export const port = integer(0, 65_535, 'a port')

export const boolean: SettingKind<boolean> = {
  allowed: 'true or false',
  shape: { type: 'boolean' },
  read: (raw) => {
    if (typeof raw === 'boolean') return raw
    const word = typeof raw === 'string' ? raw.toLowerCase() : ''
    if (['true', '1', 'yes', 'on'].includes(word)) return true
    return ['false', '0', 'no', 'off'].includes(word) ? false : undefined
  },
}

export function choice<const T extends string>(...words: readonly T[]): SettingKind<T> {
  return {
    allowed: words.join(' | '),
    shape: { type: 'choice', options: words },
    read: (raw) => words.find((word) => word === (typeof raw === 'string' ? raw.toLowerCase() : raw)),
  }
}

export function text(allowed: string, rule: RegExp = /./): SettingKind<string> {
  return { allowed, shape: { type: 'text' }, read: (raw) => (typeof raw === 'string' && rule.test(raw) ? raw : undefined) }
}

/** A text that may stand in double quotes, as JSON, to begin or end with a space or to be empty. */
export const quotable: SettingKind<string> = {
  allowed: 'a text, in double quotes if it begins or ends with a space; "" for none',
  shape: { type: 'text' },
  read: (raw) => {
    if (typeof raw !== 'string') return undefined
    if (!raw.startsWith('"')) return raw
    const value = parseJson(raw)
    return typeof value === 'string' ? value : undefined
  },
}

/** An address as Redis clients take it. */
export const redisUrl: SettingKind<string> = {
  allowed:
    'redis://HOST:PORT, rediss:// for TLS (each with an optional NAME:PASSWORD@ before and /NUMBER of a database after), or unix:///PATH',
  shape: { type: 'text' },
  read: (raw) => {
    if (typeof raw !== 'string' || !URL.canParse(raw)) return undefined
    const { protocol, hostname, pathname } = new URL(raw)
    if (protocol === 'unix:') return pathname.length > 1 ? raw : undefined
    return /^rediss?:$/.test(protocol) && hostname !== '' && /^(\/\d{0,5})?$/.test(pathname) ? raw : undefined
  },
}

/** A JSON list of strings; a settings file may hold the list itself. */
export function textList(allowed: string, rule: RegExp): SettingKind<readonly string[]> {
  return {
    allowed,
    shape: { type: 'list' },
    read: (raw) => {
      const list = typeof raw === 'string' ? parseJson(raw) : raw
      return Array.isArray(list) && list.every((item): item is string => typeof item === 'string' && rule.test(item)) ? list : undefined
    },
  }
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
