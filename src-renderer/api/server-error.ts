import { isErrorCode, type ErrorCode, type ErrorDetails } from '../../src-main/contract/errors.ts'

/** Why a request brought no answer: a code of the contract, or `offline` when the server was not reached at all. */
export type FailureCode = ErrorCode | 'offline'

/** What the server refused, in its own words. `message` is written for people and may be shown. */
export class ServerError extends Error {
  override readonly name = 'ServerError'
  readonly code: FailureCode
  readonly details: ErrorDetails

  constructor(code: FailureCode, message: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.details = details
  }
}

/** Reads `{error: {code, message}}`; an answer of any other shape (a proxy's page) is named by its status. */
export function serverErrorFrom(status: number, body: unknown): ServerError {
  const error = isRecord(body) && isRecord(body['error']) ? body['error'] : {}
  const code = isErrorCode(error['code']) ? error['code'] : status === 401 ? 'unauthenticated' : 'internal'
  const message = typeof error['message'] === 'string' ? error['message'] : `The server answered with status ${status}.`
  return new ServerError(code, message, isRecord(error['details']) ? error['details'] : {})
}

/** A sentence for the page, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError'
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
