import { Optional } from '@marcbachmann/cel-js'
import { AppError } from '../../base/errors.ts'

/** Characters that one value may have in all: expressions can join texts, and join what they joined. */
const MAX_CHARACTERS = 1024 * 1024
const MAX_NESTING = 64

/** A value of CEL as JSON: 64-bit numbers as numbers, times as ISO 8601, an absent optional as null. Throws `too_large`. */
export function toJsonValue(value: unknown): unknown {
  return convert(value, { left: MAX_CHARACTERS }, 0)
}

function convert(value: unknown, budget: { left: number }, depth: number): unknown {
  budget.left -= typeof value === 'string' ? value.length : 1
  if (budget.left < 0 || depth > MAX_NESTING)
    throw new AppError('too_large', `The value of an expression has more than ${MAX_CHARACTERS} characters, or nests too deep.`)
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Optional) return value.hasValue() ? convert(value.value(), budget, depth) : null
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map((item) => convert(item, budget, depth + 1))
  if (value instanceof Map) return convert(Object.fromEntries(value), budget, depth)
  if (isPlainObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        budget.left -= key.length
        return [key, convert(item, budget, depth + 1)]
      }),
    )
  }
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value
  // Types, bytes, durations and functions have no form in JSON that a tool could take.
  throw new AppError('invalid_request', 'The value of an expression is neither text, number, truth value, list nor object.')
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
