import { AppError, messageOf } from '../../base/errors.ts'

/** Answers of a Redis that is there and does not serve us now: how it starts, and what to do. */
const REFUSALS: Readonly<Record<string, string>> = {
  NOAUTH: 'it wants a password; put it into TMWS_REDIS_URL',
  WRONGPASS: 'it refuses the name or password in TMWS_REDIS_URL',
  NOPERM: 'the user in TMWS_REDIS_URL may not do what is needed',
  OOM: 'it is out of memory',
  READONLY: 'it is a replica that cannot be written',
  LOADING: 'it is loading its data',
  MISCONF: 'it cannot write its disk and therefore refuses changes',
  MASTERDOWN: 'its master is away',
  BUSY: 'it is busy with a script',
}

/**
 * Why Redis does not serve, as the end of a sentence. Only known words are let through: an error of the client carries the command that
 * failed with its arguments, and that of a sign-in is the password.
 */
export function reasonOf(error: unknown): string {
  const message = messageOf(error)
  const { code, syscall } = (error ?? {}) as { code?: unknown; syscall?: unknown } // read with care: anything may have been thrown
  if (typeof code === 'string') return typeof syscall === 'string' ? `${syscall} ${code}` : code
  const refusal = Object.keys(REFUSALS).find((word) => message.startsWith(word) || message.includes(`: ${word} `))
  if (refusal !== undefined) return REFUSALS[refusal] ?? refusal
  if (/timed out|timeout/i.test(message)) return 'it did not answer in time'
  if (/closed|writeable|ended|abort/i.test(message)) return 'the connection is lost'
  return `an error of kind ${error instanceof Error ? error.name : typeof error}`
}

/** True when the connection, or the whole Redis, is in doubt after this; an answer that refuses one command is no such thing. */
export function isLoss(error: unknown): boolean {
  return !(error instanceof Error && error.name === 'ReplyError')
}

export function redisUnavailable(place: string, reason: string): AppError {
  return new AppError('unavailable', `Redis at ${place} cannot be used: ${reason}. Try again in a moment.`)
}
