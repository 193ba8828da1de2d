import { AppError } from '../base/errors.ts'

/** The place after a token in the list, opaque to callers. Ids are in the order of their making. */
export function tokenCursor(id: string): string {
  return Buffer.from(JSON.stringify(['tokens', id])).toString('base64url')
}

/** The id in a cursor. Throws `invalid_request` when it is none of ours. */
export function readTokenCursor(cursor: string): string {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    if (Array.isArray(value) && value.length === 2 && value[0] === 'tokens' && typeof value[1] === 'string') return value[1]
  } catch {
    // Not ours, as below.
  }
  throw new AppError('invalid_request', 'cursor is not `next_cursor` of this list; leave it out to start at the first page.', {
    details: { field: 'cursor' },
  })
}
