import { ERROR_TABLE } from '../../src-main/contract/errors.ts'
import type { ErrorBody, ErrorCode, ErrorDetails } from '../../src-main/contract/errors.ts'

/**
 * What went wrong. The server's own codes (`invalid_request` to `unavailable`, see contract/errors.ts), and three of this library:
 * `timeout`: the deadline passed; `connection_lost`: the connection ended before the answer came; `closed`: `close()` was called.
 */
export type TmwsErrorCode = ErrorCode | 'timeout' | 'connection_lost' | 'closed'

/**
 * Every failure of this library, but one: what is aborted rejects with the reason of its signal.
 * `details.outcome` of a `timeout`, `connection_lost` or `closed` says what is known of the call: `not_sent`, or `unknown` when it
 * had been sent and may have been carried out.
 */
export class TmwsError extends Error {
  override readonly name = 'TmwsError'
  readonly code: TmwsErrorCode
  /** Facts for programs, for example the field that was refused, or `retry_after_seconds`. */
  readonly details: ErrorDetails
  /** True if the same call may be made again and can succeed without a change. */
  readonly retryable: boolean

  constructor(code: TmwsErrorCode, message: string, options: { readonly details?: ErrorDetails; readonly retryable?: boolean } = {}) {
    super(message)
    this.code = code
    this.details = options.details ?? {}
    this.retryable = options.retryable ?? (Object.hasOwn(ERROR_TABLE, code) && ERROR_TABLE[code as ErrorCode].retryable) // it is a key
  }
}

/** An error as the server described it. */
export function errorOfBody(body: ErrorBody): TmwsError {
  return new TmwsError(body.code, body.message, { ...(body.details && { details: body.details }) })
}

/** Shown for a call that was in flight when the connection ended. */
export function lostError(tool: string, mayRepeat: boolean): TmwsError {
  const message = mayRepeat
    ? `The connection was lost twice before ${tool} was answered. Try again when the server is steady.`
    : `The connection was lost before ${tool} was answered; it is not known whether the server carried it out. Look before you call it again.`
  return new TmwsError('connection_lost', message, { details: { tool, outcome: 'unknown' }, retryable: mayRepeat })
}

export function closedError(tool: string, wasSent: boolean): TmwsError {
  return new TmwsError('closed', `The client was closed before ${tool} was answered.`, { details: { tool, outcome: outcomeOf(wasSent) } })
}

export function timeoutError(tool: string, timeoutMs: number, wasSent: boolean, mayRepeat: boolean): TmwsError {
  return new TmwsError('timeout', `${tool} was not answered within ${timeoutMs} ms.`, {
    details: { tool, timeout_ms: timeoutMs, outcome: outcomeOf(wasSent) },
    retryable: mayRepeat || !wasSent,
  })
}

function outcomeOf(wasSent: boolean): 'unknown' | 'not_sent' {
  return wasSent ? 'unknown' : 'not_sent'
}
