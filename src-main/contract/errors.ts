/**
 * Every failure a caller can meet, by code. One table says how each looks on every wire, so that REST, MCP and the
 * WebSocket cannot drift apart. No schema library here: the bridge reads this file too.
 */

/** What went wrong, as a stable word. `ERROR_TABLE` says when each arises. */
export type ErrorCode =
  'invalid_request' | 'unauthenticated' | 'forbidden' | 'not_found' | 'conflict' | 'too_large' | 'rate_limited' | 'internal' | 'unavailable'

/** How one error code looks on each wire. */
export interface ErrorLook {
  /** HTTP status of the REST API. */
  readonly httpStatus: number
  /** `error.code` of a JSON-RPC answer: -32602 and -32603 where JSON-RPC has a word, else the HTTP status (application range). */
  readonly jsonRpcCode: number
  /** WebSocket close code when the error ends a connection (RFC 6455, 4000-4999 are ours). */
  readonly closeCode: number
  /** True if the same request may succeed later without a change. */
  readonly retryable: boolean
}

export const ERROR_TABLE: Readonly<Record<ErrorCode, ErrorLook>> = {
  /** A field, header or frame is not what the contract allows; `details` names it. */
  invalid_request: { httpStatus: 400, jsonRpcCode: -32602, closeCode: 1007, retryable: false },
  /** Sign-in is on and the token is missing, unknown or expired. */
  unauthenticated: { httpStatus: 401, jsonRpcCode: 401, closeCode: 4401, retryable: false },
  /** The caller is known, sees the thing, and may not do this to it; also a foreign Host or Origin. */
  forbidden: { httpStatus: 403, jsonRpcCode: 403, closeCode: 4403, retryable: false },
  /** It does not exist, or it does not exist for this caller. */
  not_found: { httpStatus: 404, jsonRpcCode: 404, closeCode: 4404, retryable: false },
  /** It clashes with what is there: an older version, the same content, a state that forbids it. */
  conflict: { httpStatus: 409, jsonRpcCode: 409, closeCode: 4409, retryable: false },
  /** The body or frame is over the limit; `details.limit_bytes` says which. */
  too_large: { httpStatus: 413, jsonRpcCode: 413, closeCode: 1009, retryable: false },
  /** Too many requests; `details.retry_after_seconds` says when to come back. */
  rate_limited: { httpStatus: 429, jsonRpcCode: 429, closeCode: 4429, retryable: true },
  /** Our fault. The cause is in the log under the request id, never on a wire. */
  internal: { httpStatus: 500, jsonRpcCode: -32603, closeCode: 1011, retryable: false },
  /** A part is down, starting, stopping or full; try again. */
  unavailable: { httpStatus: 503, jsonRpcCode: 503, closeCode: 1013, retryable: true },
}

/** Extra facts for programs: the field, the limit, the id in the way. Never a stack, a path or a secret. */
export type ErrorDetails = Readonly<Record<string, unknown>>

/** The error object of REST (`{error: ErrorBody}`), and `error.data` of JSON-RPC. */
export interface ErrorBody {
  readonly code: ErrorCode
  readonly message: string
  readonly details?: ErrorDetails
  readonly request_id?: string
}

/** True if `value` is one of our error codes. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(ERROR_TABLE, value)
}
