import { z } from 'zod'
import { LIMITS } from './protocol.ts'

/** Field rules that several schemas share. Each message says what is allowed, for a model or a person to act on. */

/* eslint-disable no-control-regex -- these rules are about control characters */
/** C0 and DEL, except what ordinary text and pasted terminal output hold: tab, line feed, carriage return, escape. */
const FORBIDDEN_IN_TEXT = /[\u0000-\u0008\u000B\u000C\u000E-\u001A\u001C-\u001F\u007F]/
const FORBIDDEN_IN_LINE = /[\u0000-\u001F\u007F]/
/* eslint-enable no-control-regex */

/** Text a person or a model wrote, of any number of lines. A lone surrogate is no character and has no UTF-8 form. */
export function textSchema(maxCharacters: number) {
  return z
    .string()
    .min(1, 'must not be empty')
    .max(maxCharacters, `must have at most ${maxCharacters.toLocaleString('en')} characters`)
    .refine((text) => text.isWellFormed(), 'must be well-formed Unicode (it holds a lone surrogate)')
    .refine((text) => !FORBIDDEN_IN_TEXT.test(text), 'must not hold control characters other than tab and line breaks')
}

/** Text of one line. */
export function lineSchema(maxCharacters: number) {
  return textSchema(maxCharacters).refine((text) => !FORBIDDEN_IN_LINE.test(text), 'must be one line without control characters')
}

export const contentSchema = textSchema(LIMITS.contentCharacters).refine(
  (text) => text === '' || text.trim() !== '',
  'must not be only white space',
)

export const tagSchema = lineSchema(LIMITS.tagCharacters).refine((tag) => tag.trim() === tag, 'must not start or end with white space')

export const tagsSchema = z.array(tagSchema).max(LIMITS.tags, `must hold at most ${LIMITS.tags} tags`)

/** Agent ids and namespaces travel in headers: visible ASCII without separators. */
const NAME_RULE = /^[A-Za-z0-9][A-Za-z0-9._:@/-]*$/
export const agentIdSchema = z
  .string()
  .min(1, 'must not be empty')
  .max(LIMITS.idCharacters, `must have at most ${LIMITS.idCharacters} characters`)
  .regex(NAME_RULE, 'must start with a letter or digit and hold only letters, digits and . _ : @ / -')
export const namespaceSchema = agentIdSchema

const UUID_RULE = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/
export const memoryIdSchema = z.string().regex(UUID_RULE, 'must be a UUID in lower case, as `id` of a stored memory')

export const taskIdSchema = z.string().regex(UUID_RULE, 'must be a UUID in lower case, as `id` of a task')

export const workflowIdSchema = z.string().regex(UUID_RULE, 'must be a UUID in lower case, as `id` of a workflow or a run of it')

/** ISO 8601 with a time zone. Every answer carries UTC with milliseconds. */
export const instantSchema = z.iso.datetime({ offset: true, error: 'must be an ISO 8601 time such as 2026-11-22T09:30:00.000Z' })

/** A time in a question; the memory layer reads it. */
export const timeExpressionSchema = lineSchema(100).describe('ISO 8601 time, or plain words such as "yesterday", "3 days ago", "last week"')

export const importanceSchema = z.number('must be a number from 0 to 1').min(0, 'must be 0 or more').max(1, 'must be 1 or less')

/** Free JSON object of the caller, bounded as text. */
export const contextSchema = z
  .record(z.string(), z.unknown())
  .refine(
    (value) => jsonBytes(value) <= LIMITS.contextBytes,
    `must be at most ${LIMITS.contextBytes / 1024} KiB as JSON, and not nest thousands of levels deep`,
  )
  .refine(isWellFormedJson, 'must be well-formed Unicode (it holds a lone surrogate)')

/** Any JSON value of the caller, bounded as text. */
export const jsonValueSchema = z
  .unknown()
  .refine(
    (value) => value === undefined || jsonBytes(value) <= LIMITS.contextBytes,
    `must be at most ${LIMITS.contextBytes / 1024} KiB as JSON`,
  )
  .refine((value) => value === undefined || isWellFormedJson(value), 'must be well-formed Unicode (it holds a lone surrogate)')

export const urlSchema = z
  .url({ protocol: /^https?$|^file$/, error: 'must be an http, https or file URL' })
  .max(LIMITS.urlCharacters, `must have at most ${LIMITS.urlCharacters} characters`)

export function limitSchema(fallback: number) {
  return z
    .number('must be a whole number')
    .int('must be a whole number')
    .min(1, 'must be 1 or more')
    .max(LIMITS.pageSize, `must be ${LIMITS.pageSize} or less`)
    .default(fallback)
}

export const cursorSchema = z.string().min(1).max(1024).describe('`next_cursor` of the page before')

/** Size as UTF-8 JSON in bytes; infinite when it nests too deep to be written at all. */
function jsonBytes(value: unknown): number {
  try {
    return new TextEncoder().encode(JSON.stringify(value)).length
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

/** JSON.stringify writes a lone surrogate as an escape, and only that: pairs stay as they are, and a backslash of the text is doubled. */
const LONE_SURROGATE_ESCAPE = /(?<!\\)(?:\\\\)*\\ud[89a-f]/

/** Whether no key and no text in a JSON value holds a lone surrogate. What cannot be written at all is another rule's business. */
function isWellFormedJson(value: unknown): boolean {
  try {
    return !LONE_SURROGATE_ESCAPE.test(JSON.stringify(value))
  } catch {
    return true
  }
}
