import { AppError } from '../../base/errors.ts'

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 7 * 86_400 }

/** Seconds of a duration such as `90d` or `12h`. Throws `invalid_request` naming the flag. */
export function secondsOf(text: string, flag: string): number {
  const [, count = '', unit = ''] = /^(\d{1,9})([smhdw])$/.exec(text) ?? []
  const seconds = SECONDS[unit]
  if (seconds !== undefined) return Number(count) * seconds
  throw new AppError('invalid_request', `${flag} is "${text}", but must be a number with s, m, h, d or w behind it, such as 90d.`)
}
