import { AppError, toErrorBody } from '../base/errors.ts'
import { ERROR_TABLE } from '../contract/errors.ts'
import type { ErrorBody } from '../contract/errors.ts'
import { LIMITS } from '../contract/protocol.ts'

/** The one translation of errors to wires. Numbers come from `ERROR_TABLE`. */

export interface HttpFailure {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: { readonly error: ErrorBody }
}

/** Anything thrown as an HTTP answer, with `Retry-After` and `WWW-Authenticate` where they belong. */
export function toHttpFailure(error: unknown, requestId?: string): HttpFailure {
  const body = toErrorBody(fromFramework(error), requestId)
  const retryAfter = body.details?.['retry_after_seconds']
  return {
    status: ERROR_TABLE[body.code].httpStatus,
    headers: {
      ...(typeof retryAfter === 'number' && { 'retry-after': String(retryAfter) }),
      ...(body.code === 'unauthenticated' && { 'www-authenticate': challengeOf(body) }),
    },
    body: { error: body },
  }
}

/** How to sign in, as RFC 9728 has it where there is something to say. */
function challengeOf({ details }: ErrorBody): string {
  const metadata = details?.['resource_metadata']
  return typeof metadata === 'string' ? `Bearer resource_metadata="${metadata}"` : 'Bearer'
}

/** The refusal of an HTTP body over the limit. */
export function bodyTooLarge(cause?: unknown, limitBytes: number = LIMITS.httpBodyBytes): AppError {
  return new AppError('too_large', `The request body is too large; at most ${limitBytes / 1024 / 1024} MiB are taken.`, {
    details: { limit_bytes: limitBytes },
    cause,
  })
}

export interface JsonRpcFailure {
  readonly jsonrpc: '2.0'
  readonly id: string | number | null
  readonly error: { readonly code: number; readonly message: string; readonly data?: ErrorBody }
}

/** Anything thrown as a JSON-RPC error answer. */
export function toJsonRpcFailure(id: string | number | null, error: unknown): JsonRpcFailure {
  const body = toErrorBody(error)
  return { jsonrpc: '2.0', id, error: { code: ERROR_TABLE[body.code].jsonRpcCode, message: body.message, data: body } }
}

/** Fastify's own refusals in our words: its codes are stable, its sentences are for developers. */
function fromFramework(error: unknown): unknown {
  if (error instanceof AppError || typeof error !== 'object' || error === null || !('statusCode' in error)) return error
  const { statusCode } = error
  const code = 'code' in error ? String(error.code) : ''
  const inner = error instanceof Error ? error.message : ''
  if (statusCode === 413) return bodyTooLarge(error)
  if (statusCode === 415)
    return new AppError('invalid_request', 'The body must be JSON, with the header Content-Type: application/json.', { cause: error })
  if (code === 'FST_ERR_CTP_EMPTY_JSON_BODY')
    return new AppError('invalid_request', 'The body is empty; send a JSON object.', { cause: error })
  if (statusCode === 414) return new AppError('invalid_request', 'The path is too long.', { cause: error })
  if (statusCode === 400)
    return new AppError('invalid_request', `The request could not be read: ${inner.slice(0, 200).toWellFormed()}`, { cause: error })
  if (statusCode === 404) return new AppError('not_found', 'There is nothing here; /docs lists every path.', { cause: error })
  if (statusCode === 408) return new AppError('invalid_request', 'The request took too long to arrive.', { cause: error })
  return error
}
