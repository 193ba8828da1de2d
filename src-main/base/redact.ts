/**
 * Takes out of what is written for operators what they must not read there: secrets, wherever they stand, and what people keep. Rather
 * a harmless word too much than a secret too few.
 */

export const REDACTED = '[redacted]'

/** Characters of one text, entries of one list or object, and levels of nesting that are written at most. */
const MAX_TEXT = 4_096
const MAX_ENTRIES = 50
const MAX_DEPTH = 6

/** Names of what is secret, in small letters without `-` and `_`; also as the end of a longer name. */
const SECRET_NAME =
  /(?:token|secret|secretkey|password|passwd|passphrase|pwd|authorization|cookie|cookies|apikey|privatekey|credential|credentials|resume|sessionresume|bearer|jwt)$/
/** Names of what people and agents wrote. */
const CONTENT_NAMES: ReadonlySet<string> = new Set(
  'content contents text texts summary query question prompt args arguments body payload input output result before after patch note notes description title'.split(
    ' ',
  ),
)

/** Facts as they may be written: a copy, bounded in size. Never throws. */
export function redactFacts(facts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return copyEntries(facts, MAX_DEPTH)
}

/** A text without the secrets that can be told by their looks: bearer tokens, ours, JWTs, passwords in URLs, cookies, long random words. */
export function redactText(text: string): string {
  const cut = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text
  return PATTERNS.reduce((clean, [pattern, replacement]) => clean.replace(pattern, replacement), cut)
}

const HEADER_NAMES = '(?:proxy-)?authorization|set-cookie|cookie|x-session-resume|x-api-key|x-auth-token'
const FIELD_NAMES =
  'password|passwd|passphrase|pwd|secret(?:[_-]?key)?|api[_-]?key|private[_-]?key|[\\w-]*token|resume[\\w-]*|[\\w-]*cookie'
/** Where a word begins, unless it is the name of a backup, which looks random and is none. */
const LONG_WORD = '(?<![\\w-])(?!tmws-[\\d-]{10}T[\\d-]{12}Z(?:-[a-z]+)+(?:-\\d+)?(?![\\w-]))'
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // What V8 quotes of a text that is no JSON may be a memory.
  [/(?<=, )(?:"|\.\.\.").*(?=(?:"|"\.\.\.) is not valid JSON)/gs, `"${REDACTED}`],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, REDACTED],
  [new RegExp(`\\b(${HEADER_NAMES})(["']?\\s*[:=]\\s*["']?)[^\\r\\n"']+`, 'gi'), `$1$2${REDACTED}`],
  [new RegExp(`\\b((?:${FIELD_NAMES})["']\\s*:\\s*)(?:"(?:[^"\\\\]|\\\\.)*"?|'[^']*'?)`, 'gi'), `$1"${REDACTED}"`],
  [new RegExp(`\\b(${FIELD_NAMES})(\\s*=\\s*)(?:"[^"]*"?|'[^']*'?|[^\\s&;,"']+)`, 'gi'), `$1$2${REDACTED}`],
  [/\b(Bearer|Basic)(\s+)(?!is\b|token\b|tokens\b)[^\s"',;]+/gi, `$1$2${REDACTED}`],
  // Up to the last @ of the word: passwords are often written without the escapes that they need.
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s"'<>]*@/gi, `$1${REDACTED}@`],
  [/\beyJ[\w-]{4,}\.[\w-]+(?:\.[\w-]*)?/g, REDACTED],
  [/\btmws_(?=[\w-]*[0-9A-Z])[\w-]{12,}/g, REDACTED],
  [/\b(?:sk|pk|ghp|gho|ghs|github_pat|hf|xox[abp]|glpat|AKIA)[-_]?(?=[\w-]*[0-9])[\w-]{14,}/g, REDACTED],
  // Random by its looks, like every secret that we make: long, and of capitals, small letters and digits at once.
  [new RegExp(`${LONG_WORD}(?=[\\w-]*[a-z])(?=[\\w-]*[A-Z])(?=[\\w-]*[0-9])[\\w-]{32,}`, 'g'), REDACTED],
  // One in 1,500 of ours happens to have no digit; names of programs are hardly ever as long.
  [new RegExp(`${LONG_WORD}(?=[\\w-]*[a-z])(?=[\\w-]*[A-Z])[\\w-]{43,}`, 'g'), REDACTED],
]

function copyEntries(source: Readonly<Record<string, unknown>>, depth: number): Record<string, unknown> {
  const copy: Record<string, unknown> = {}
  let count = 0
  for (const key of Object.keys(source)) {
    if (++count > MAX_ENTRIES) {
      copy['…'] = 'more'
      break
    }
    copy[redactText(key)] = copyNamed(key, read(source, key), depth)
  }
  return copy
}

function copyNamed(key: string, value: unknown, depth: number): unknown {
  const name = key.toLowerCase().replace(/[-_\s.]/g, '')
  const isNothing = value === undefined || value === null || typeof value === 'boolean'
  // A number under such a name counts tokens or texts.
  if (isNothing || (typeof value === 'number' && Number.isFinite(value))) return value
  return SECRET_NAME.test(name) || CONTENT_NAMES.has(name) ? REDACTED : copyValue(value, depth - 1)
}

function copyValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value)
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`
  if (typeof value !== 'object' || value === null) return value
  if (depth <= 0) return '[…]'
  if (value instanceof Error) return copyError(value, depth)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'no date' : value.toISOString()
  if (value instanceof URL) return redactText(value.href)
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`
  if (value instanceof Map) return copyEntries(Object.fromEntries([...value].map(([key, item]) => [String(key), item])), depth)
  if (value instanceof Set) return copyValue([...value], depth)
  if (Array.isArray(value)) {
    const items = value.slice(0, MAX_ENTRIES).map((item: unknown) => copyValue(item, depth - 1))
    return value.length > MAX_ENTRIES ? [...items, '…'] : items
  }
  return copyEntries(value as Record<string, unknown>, depth)
}

/** What is known of an error and safe: drivers hang whole statements with their values on theirs. */
function copyError(error: Error, depth: number): Record<string, unknown> {
  // Some programs put other things than texts there.
  const { message, code, details, errors } = error as { message: unknown; code?: unknown; details?: unknown; errors?: unknown }
  return {
    type: error.name,
    message: copyValue(message, depth),
    ...((typeof code === 'string' || typeof code === 'number') && { code: copyValue(code, depth) }),
    ...(typeof details === 'object' && details !== null && { details: copyValue(details, depth - 1) }),
    ...(typeof error.stack === 'string' && { stack: redactText(error.stack) }),
    ...(error.cause !== undefined && { cause: copyValue(error.cause, depth - 1) }),
    ...(Array.isArray(errors) && { errors: copyValue(errors.slice(0, 5), depth - 1) }),
  }
}

function read(source: Readonly<Record<string, unknown>>, key: string): unknown {
  try {
    return source[key]
  } catch {
    return '[unreadable]'
  }
}
