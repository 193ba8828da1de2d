import { strings } from '../strings/strings.ts'

const whole = new Intl.NumberFormat(strings.locale, { maximumFractionDigits: 0 })
const oneDecimal = new Intl.NumberFormat(strings.locale, { maximumFractionDigits: 1 })

/** 2314 -> "2,314" */
export function count(value: number): string {
  return whole.format(value)
}

/** A rate of small numbers: one decimal below ten, none above. */
export function rate(value: number): string {
  return (value < 10 ? oneDecimal : whole).format(value)
}

/** Milliseconds in three figures at most: "0.4 ms", "31 ms", "1.2 s". */
export function latency(ms: number): string {
  if (ms >= 1000) return `${oneDecimal.format(ms / 1000)} s`
  return `${(ms < 10 ? oneDecimal : whole).format(ms)} ms`
}

/** 0..1 as hundredths, for scores: 0.873 -> "87". */
export function hundredths(value: number): string {
  return whole.format(Math.round(Math.max(0, Math.min(1, value)) * 100))
}

const BYTE_UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const

/** 1536 -> "1.5 KB", by 1024. */
export function bytes(value: number): string {
  const power = value < 1 ? 0 : Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log2(value) / 10))
  const amount = value / 1024 ** power
  return `${(amount < 10 && power > 0 ? oneDecimal : whole).format(amount)} ${BYTE_UNITS[power] ?? 'B'}`
}
