import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { memoryIdSchema } from '../contract/fields.ts'
import { newId, newSecret } from './ids.ts'

/** Milliseconds in the first 48 bits. */
const timeOf = (id: string) => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)

describe('ids', () => {
  test('have the version and variant of RFC 9562 and the time they were made at', () => {
    const before = Date.now()
    const id = newId()
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(timeOf(id)).toBeGreaterThanOrEqual(before)
    expect(timeOf(id)).toBeLessThanOrEqual(Date.now() + 1)
    expect(memoryIdSchema.safeParse(id).success).toBe(true)
  })

  test('sort in the order they were made, many within a millisecond, and none twice', () => {
    const now = Date.now() + 10_000
    const ids = Array.from({ length: 20_000 }, () => newId(now))
    expect(ids).toEqual(ids.toSorted())
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('sort on when the clock goes back', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -100_000, max: 100_000 }), { minLength: 2, maxLength: 50 }), (steps) => {
        const base = Date.now() + 200_000
        const ids = steps.map((step) => newId(base + step))
        expect(ids).toEqual(ids.toSorted())
      }),
    )
  })
})

test('a secret is 256 bits that a header can carry, never twice', () => {
  const secrets = Array.from({ length: 100 }, newSecret)
  for (const secret of secrets) expect([/^[\w-]{43}$/.test(secret), Buffer.from(secret, 'base64url').length]).toEqual([true, 32])
  expect(new Set(secrets).size).toBe(100)
})
