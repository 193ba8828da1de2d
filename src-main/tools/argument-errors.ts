import { AppError } from '../base/errors.ts'

/** The parts of a schema issue that a sentence needs (the shape of zod's, without importing it). */
export interface SchemaIssue {
  readonly code?: string
  readonly path: readonly PropertyKey[]
  readonly message: string
  readonly keys?: readonly string[]
  readonly input?: unknown
}

/** How much of a wrong value is repeated to its sender. */
const SHOWN_CHARACTERS = 60
const SHOWN_ISSUES = 5
/** Names in `details.fields`. */
const LISTED_FIELDS = 50

/**
 * One `invalid_request` from the problems a schema found: each names its field, what is wrong and the value, and unknown fields
 * come with the known ones. `details.fields` holds the names for programs.
 */
export function argumentError(issues: readonly SchemaIssue[], args: unknown, knownFields: readonly string[]): AppError {
  const sentences = issues.slice(0, SHOWN_ISSUES).map((issue) => sentenceOf(issue, args, knownFields))
  if (issues.length > SHOWN_ISSUES) sentences.push(`And ${issues.length - SHOWN_ISSUES} more problems.`)
  return new AppError('invalid_request', sentences.join(' '), {
    details: { fields: [...new Set(issues.flatMap(fieldsOf))].slice(0, LISTED_FIELDS) },
  })
}

function sentenceOf(issue: SchemaIssue, args: unknown, knownFields: readonly string[]): string {
  if (issue.code === 'unrecognized_keys' && issue.keys) {
    const where = issue.path.length === 0 ? '' : ` in ${pathOf(issue.path)}`
    const known = knownFields.length === 0 ? ' It takes no fields.' : ` Known fields: ${knownFields.join(', ')}.`
    const names = issue.keys.slice(0, SHOWN_ISSUES).map((key) => `"${clip(key)}"`)
    const more = issue.keys.length > SHOWN_ISSUES ? ` and ${issue.keys.length - SHOWN_ISSUES} more` : ''
    return `Unknown field ${names.join(', ')}${more}${where}.${issue.path.length === 0 ? known : ''}`
  }
  const value = valueAt(args, issue.path)
  const field = issue.path.length === 0 ? 'The arguments' : pathOf(issue.path)
  if (value === undefined) return `${field} is required.`
  return `${field} ${asPredicate(issue.message)} (got ${show(value)}).`
}

/** Our own messages are predicates ("must be ..."); the schema library's are sentences ("Invalid input: ..."). */
function asPredicate(message: string): string {
  if (/^(must|only|needs)\b/.test(message)) return message
  return `is not valid: ${message.replace(/^Invalid (input|option): /, '')}`
}

function fieldsOf(issue: SchemaIssue): string[] {
  return issue.keys ? [...issue.keys].map(clip) : [pathOf(issue.path)]
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${clip(String(part))}`)).join('')
}

function valueAt(args: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined),
    args,
  )
}

/** A value of a caller as a sentence may repeat it. */
export function show(value: unknown): string {
  if (typeof value === 'string')
    return `${JSON.stringify(clip(value.toWellFormed()))}${value.length > SHOWN_CHARACTERS ? ` of ${value.length} characters` : ''}`
  if (Array.isArray(value)) return `a list of ${value.length}`
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}

function clip(text: string): string {
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text
}
