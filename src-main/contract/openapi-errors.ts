import { ERROR_TABLE } from './errors.ts'
import type { ErrorCode } from './errors.ts'

/** The body of every refusal. */
export const ERROR_SCHEMA = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message', 'request_id'],
      properties: {
        code: { enum: Object.keys(ERROR_TABLE) },
        message: { type: 'string' },
        details: { type: 'object' },
        request_id: { type: 'string' },
      },
    },
  },
} as const

/** `components.responses`: one for each code. */
export function errorComponents(): Record<string, unknown> {
  return Object.fromEntries(
    Object.keys(ERROR_TABLE).map((code) => [
      code,
      { description: `\`${code}\``, content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } },
    ]),
  )
}

/** The responses of an operation for these codes, by status. */
export function errorResponses(codes: readonly ErrorCode[] = ALL_CODES): Record<string, unknown> {
  return Object.fromEntries(codes.map((code) => [String(ERROR_TABLE[code].httpStatus), { $ref: `#/components/responses/${code}` }]))
}

const ALL_CODES = Object.keys(ERROR_TABLE) as ErrorCode[] // keys of the table are the codes
