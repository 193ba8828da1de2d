import { ERROR_TABLE, isErrorCode } from '../contract/errors.ts'
import type { ErrorBody, ErrorCode, ErrorDetails } from '../contract/errors.ts'

/** A failure meant for the caller: a code of the contract and a sentence that says what to do. Anything else thrown is a bug. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  readonly details: ErrorDetails | undefined

  constructor(code: ErrorCode, message: string, options: { readonly details?: ErrorDetails; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.details = options.details
  }

  get retryable(): boolean {
    return ERROR_TABLE[this.code].retryable
  }
}

/** A refusal of one named input. */
export function invalidField(field: string, problem: string): AppError {
  return new AppError('invalid_request', `${field} ${problem}.`, { details: { field } })
}

/** The sentence every missing thing gets, whether it never was or may not be seen. */
export function notFound(what: string, id: string): AppError {
  return new AppError('not_found', `There is no ${what} ${id}, or you may not see it.`, { details: { [what]: id } })
}

/** What a wire may show of anything thrown: the AppError itself, or `internal` without the inner message. */
export function toErrorBody(error: unknown, requestId?: string): ErrorBody {
  const shown =
    error instanceof AppError
      ? error
      : new AppError('internal', 'Something went wrong on our side. The log of the server says more under this request id.')
  return {
    code: shown.code,
    message: shown.message,
    ...(shown.details && { details: shown.details }),
    ...(requestId !== undefined && { request_id: requestId }),
  }
}

/** An error as data, to cross a thread: keeps code, message and details of an AppError, name and message of a bug. */
export interface ErrorMessage {
  readonly code?: ErrorCode
  readonly message: string
  readonly details?: ErrorDetails
  readonly stack?: string
}

export function toErrorMessage(error: unknown): ErrorMessage {
  if (error instanceof AppError) {
    return { code: error.code, message: error.message, ...(error.details && { details: error.details }), ...stackOf(error.cause) }
  }
  return { message: messageOf(error), ...stackOf(error) }
}

/** The error that `toErrorMessage` wrote on the other side. */
export function fromErrorMessage(message: ErrorMessage): Error {
  const cause = message.stack === undefined ? {} : { cause: message.stack }
  if (isErrorCode(message.code))
    return new AppError(message.code, message.message, { ...(message.details && { details: message.details }), ...cause })
  return new Error(message.message, cause)
}

/** The sentence in anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** For the default branch of a switch over a closed union. */
export function assertNever(value: never): never {
  throw new Error(`Unexpected value: ${String(value)}`)
}

function stackOf(error: unknown): { stack?: string } {
  return error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {}
}
