import { expect, test } from 'vitest'
import { AppError } from '../base/errors.ts'
import { ERROR_TABLE } from '../contract/errors.ts'
import type { ErrorCode } from '../contract/errors.ts'
import { toHttpFailure, toJsonRpcFailure } from './error-mapping.ts'

test.each(Object.keys(ERROR_TABLE) as ErrorCode[])('%s looks on each wire as the table says', (code) => {
  const error = new AppError(code, 'Do this.', { details: { field: 'x' } })
  const http = toHttpFailure(error, 'r1')
  expect([http.status, http.body]).toEqual([
    ERROR_TABLE[code].httpStatus,
    { error: { code, message: 'Do this.', details: { field: 'x' }, request_id: 'r1' } },
  ])
  expect(toJsonRpcFailure(7, error)).toEqual({
    jsonrpc: '2.0',
    id: 7,
    error: { code: ERROR_TABLE[code].jsonRpcCode, message: 'Do this.', data: { code, message: 'Do this.', details: { field: 'x' } } },
  })
})

test('a bug shows nothing of itself', () => {
  const shown = JSON.stringify([
    toHttpFailure(new Error('secret path /home/x'), 'r1'),
    toJsonRpcFailure(null, 'secret text'),
    toHttpFailure(undefined),
  ])
  expect(shown).not.toMatch(/secret|home/)
  expect(toHttpFailure(new TypeError('x')).status).toBe(500)
})

test('too many requests says when to come back, and a missing token how to sign in', () => {
  expect(toHttpFailure(new AppError('rate_limited', 'x', { details: { retry_after_seconds: 7 } })).headers).toEqual({ 'retry-after': '7' })
  expect(toHttpFailure(new AppError('unauthenticated', 'x')).headers).toEqual({ 'www-authenticate': 'Bearer' })
})

test.each([
  [413, 'FST_ERR_CTP_BODY_TOO_LARGE', 'too_large'],
  [415, 'FST_ERR_CTP_INVALID_MEDIA_TYPE', 'invalid_request'],
  [400, 'FST_ERR_CTP_EMPTY_JSON_BODY', 'invalid_request'],
  [400, 'FST_ERR_BAD_URL', 'invalid_request'],
  [404, '', 'not_found'],
  [408, '', 'invalid_request'],
  [414, 'FST_ERR_MAX_PARAM_LENGTH', 'invalid_request'],
  [500, 'FST_ERR_SEND_INSIDE_ONERR', 'internal'],
])('a refusal of the framework with %i %s becomes %s', (statusCode, code, expected) => {
  const error = Object.assign(new Error('inner'), { statusCode, code })
  expect(toHttpFailure(error).body.error.code).toBe(expected)
})
