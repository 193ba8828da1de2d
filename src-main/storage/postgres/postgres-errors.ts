import { AppError, messageOf } from '../../base/errors.ts'

/** What a failure means for the statement it ended. SQLSTATE codes: https://www.postgresql.org/docs/current/errcodes-appendix.html */
export type Failure =
  /** The connection is gone, or there never was one. What an open transaction had done is undone. */
  | 'connection'
  /** Others were at the same rows; the same again goes well. */
  | 'collision'
  | 'other'

const LOST_SOCKET = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
])
/** Shutting down, crashed, starting, dropped; too many connections. */
const LOST_SERVER = new Set(['57P01', '57P02', '57P03', '57P05', '53300', '25P03'])
/** Serialization failure, deadlock, lock not available; and a row that another made first: seen from the start, it is there. */
const COLLISIONS = new Set(['40001', '40P01', '55P03', '23505'])
/** What `pg` says without a code. */
const LOST_WORDS =
  /^Connection terminated|is not queryable|timeout exceeded when trying to connect|^Query read timeout|Client has encountered/

export function failureOf(error: unknown): Failure {
  const code = codeOf(error)
  if (LOST_SOCKET.has(code) || LOST_SERVER.has(code) || code.startsWith('08')) return 'connection'
  if (COLLISIONS.has(code)) return 'collision'
  return code === '' && LOST_WORDS.test(messageOf(error)) ? 'connection' : 'other'
}

/** What each code, or family of codes, means to the person. */
const SENTENCES: readonly (readonly [string, string])[] = [
  ['53100', 'The disk of the database is full; nothing was changed. Free some space there, then try again.'],
  ['53300', 'The database takes no more connections; lower TMWS_DATABASE_POOL_SIZE or raise max_connections there.'],
  ['53', 'The database has run out of resources; nothing was changed. Try again in a moment.'],
  ['57014', 'The database gave up after TMWS_DATABASE_STATEMENT_TIMEOUT; nothing was changed. Try again, or raise that limit.'],
  ['25006', 'The database takes no changes (it is a standby or read-only). Name its primary in TMWS_DATABASE_URL.'],
  ['28', 'The database refuses the user or password of TMWS_DATABASE_URL.'],
  ['3D000', 'The database that TMWS_DATABASE_URL names does not exist; make it with createdb.'],
  ['42501', 'The user of TMWS_DATABASE_URL lacks a privilege in the database.'],
  ['40', 'Too many changes of the same thing at once; nothing was changed. Try again in a moment.'],
  ['55P03', 'Too many changes of the same thing at once; nothing was changed. Try again in a moment.'],
  ['58', 'The database could not read or write its files. Look into its log.'],
  ['XX00', 'The database has damaged data. Look into its log and restore a backup.'],
]

/** The AppError for an outage of the database; anything else (an AppError, a bug) as it came. */
export function normalizePostgresError(error: unknown): unknown {
  if (error instanceof AppError) return error
  const code = codeOf(error)
  if (code === '23505')
    return new AppError('conflict', 'Another change came first; nothing was changed. Read it again, then decide.', { cause: error })
  if (code === '22021')
    return new AppError('invalid_request', 'The text holds a character that the database cannot keep (U+0000).', { cause: error })
  const sentence = SENTENCES.find(([family]) => code.startsWith(family))?.[1]
  if (sentence !== undefined) return new AppError('unavailable', sentence, { cause: error })
  if (failureOf(error) !== 'connection') return error
  return new AppError('unavailable', 'The database cannot be reached at the moment; nothing was changed. Try again soon.', { cause: error })
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
