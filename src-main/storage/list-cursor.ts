import { AppError } from '../base/errors.ts'

/** A place in an ordered list: what the list is, then the values of the last row shown. Opaque to callers. */
export function encodeCursor(kind: string, values: readonly number[]): string {
  return Buffer.from(JSON.stringify([kind, ...values])).toString('base64url')
}

/** The values of a cursor of this very list. Throws `invalid_request` on anything else. */
export function decodeCursor(cursor: string, kind: string, length: number): number[] {
  const [foundKind, ...values] = parse(cursor)
  if (foundKind !== kind || values.length !== length || !values.every((value) => typeof value === 'number')) {
    throw new AppError('invalid_request', 'cursor is not `next_cursor` of this list; leave it out to start at the first page.', {
      details: { field: 'cursor' },
    })
  }
  return values
}

function parse(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}
