import { describe, expect, test } from 'vitest'
import { AppError, assertNever, fromErrorMessage, invalidField, messageOf, notFound, toErrorBody, toErrorMessage } from './errors.ts'

describe('an expected error', () => {
  test('shows its code, sentence, details and request', () => {
    expect(toErrorBody(invalidField('limit', 'must be 1 or more'), 'r1')).toEqual({
      code: 'invalid_request',
      message: 'limit must be 1 or more.',
      details: { field: 'limit' },
      request_id: 'r1',
    })
    expect(toErrorBody(notFound('memory', 'm1'))).toEqual({
      code: 'not_found',
      message: 'There is no memory m1, or you may not see it.',
      details: { memory: 'm1' },
    })
  })

  test('never shows its cause', () => {
    expect(JSON.stringify(toErrorBody(new AppError('unavailable', 'Later.', { cause: new Error('password=1') })))).not.toContain('password')
  })

  test('says whether the same request may work later', () => {
    expect([
      new AppError('unavailable', 'x').retryable,
      new AppError('rate_limited', 'x').retryable,
      new AppError('conflict', 'x').retryable,
    ]).toEqual([true, true, false])
  })
})

test.each([new Error('SELECT secret'), new TypeError('secret'), 'secret', { message: 'secret' }, null, undefined])(
  'of a bug (%j) nothing is shown',
  (bug) => {
    const body = toErrorBody(bug)
    expect(body.code).toBe('internal')
    expect(JSON.stringify(body)).not.toContain('secret')
  },
)

describe('across a thread', () => {
  const cross = (error: unknown) => fromErrorMessage(structuredClone(toErrorMessage(error)))

  test('an expected error stays what it is', () => {
    const error = cross(new AppError('conflict', 'Not now.', { details: { version: 3 } }))
    expect(error).toBeInstanceOf(AppError)
    expect(error).toMatchObject({ name: 'AppError', code: 'conflict', message: 'Not now.', details: { version: 3 } })
  })

  test.each([new TypeError('a bug'), 'text', undefined, { code: 'conflict', message: 'looks like one of ours' }])(
    '%j stays a bug',
    (bug) => {
      const error = cross(bug)
      expect([error instanceof AppError, error instanceof Error]).toEqual([false, true])
      expect(error.message).toBe(messageOf(bug))
    },
  )

  test('a code that is none of ours makes a bug', () => {
    expect(fromErrorMessage({ code: 'constructor' as 'internal', message: 'x' })).not.toBeInstanceOf(AppError)
  })
})

test('an impossible value says so', () => {
  expect(() => assertNever('odd' as never)).toThrow('Unexpected value: odd')
})
