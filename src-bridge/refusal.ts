import type { IncomingMessage } from 'node:http'
import { ERROR_TABLE, isErrorCode } from '../src-main/contract/errors.ts'
import type { ErrorBody, ErrorCode } from '../src-main/contract/errors.ts'
import { isRecord } from './json-rpc.ts'

const MAX_BODY_BYTES = 64 * 1024
const BODY_WITHIN_MS = 1_000

/** Why there is no connection. */
export interface Failure {
  /** For the person or model at the other end: what is wrong and what to do. */
  readonly sentence: string
  /** True if waiting will not help until somebody changes something: callers are told at once. */
  readonly isFinal: boolean
  /** Set if a server answered the upgrade and refused it. */
  readonly httpStatus?: number
  /** True if nobody listens at the address at all. */
  readonly isAbsence?: boolean
  /** True if what answered did not speak as TMWS does. */
  readonly isForeign?: boolean
  readonly retryAfterMs?: number
  readonly jsonRpcCode: number
  readonly body: ErrorBody
}

/** Nobody listens, or whoever does says nothing. */
export function absence(url: string, detail: string): Failure {
  const sentence =
    detail === 'timeout'
      ? `TMWS at ${url} does not answer. Restart the TMWS app or \`tmws --server\`, then try again.`
      : `TMWS is not running at ${url}. Start the TMWS app or run \`tmws --server\`, then try again.`
  return { ...unavailable(sentence, false), isAbsence: detail.includes('ECONNREFUSED') }
}

/** The store itself cannot serve. `reason` is the end of a sentence, or sentences. */
export function embeddedFailure(reason: string, isFinal: boolean): Failure {
  return unavailable(`TMWS cannot be served from the database itself: ${reason.replace(/\.$/, '')}.`, isFinal)
}

/** Both ways are closed: why each is. */
export function joinFailures(first: Failure, second: Failure): Failure {
  return unavailable(`${first.sentence} ${second.sentence}`, first.isFinal && second.isFinal)
}

/**
 * Whether the store itself may serve although this happened. Not past a server, or a proxy before it, that has looked at who we
 * are and refused; but where there is no server, where one is full or stopping, and where another program has the port.
 */
export function canBeBypassed({ httpStatus, isForeign }: Failure): boolean {
  if (httpStatus === undefined || httpStatus === 503) return true
  return isForeign === true && !REFUSING_STATUSES.has(httpStatus)
}

/** Unauthorized, forbidden, proxy authentication required, too many requests. */
const REFUSING_STATUSES: ReadonlySet<number> = new Set([401, 403, 407, 429])

function unavailable(sentence: string, isFinal: boolean): Failure {
  return { sentence, isFinal, jsonRpcCode: ERROR_TABLE.internal.jsonRpcCode, body: { code: 'unavailable', message: sentence } }
}

/** Reads the server's reason out of its refusal to upgrade: the body is `{error: ErrorBody}`. */
export async function readRefusal(url: string, response: IncomingMessage): Promise<Failure> {
  const httpStatus = response.statusCode ?? 0
  const given = errorBodyIn(await bodyOf(response), httpStatus)
  const code = given?.code ?? codeOfStatus(httpStatus)
  const sentence =
    given?.message ??
    `The server at ${url} refused the connection (HTTP ${httpStatus}) and gave no reason. Something other than TMWS may be using this port.`
  const retryAfterSeconds = Number(response.headers['retry-after'] ?? given?.details?.retry_after_seconds)
  return {
    sentence,
    isFinal: !ERROR_TABLE[code].retryable && httpStatus < 500,
    httpStatus,
    ...(given === undefined && { isForeign: true }),
    ...(retryAfterSeconds > 0 && { retryAfterMs: Math.min(retryAfterSeconds, 60) * 1000 }),
    jsonRpcCode: ERROR_TABLE[code].jsonRpcCode,
    body: { ...given, code, message: sentence },
  }
}

function codeOfStatus(status: number): ErrorCode {
  const known = Object.entries(ERROR_TABLE).find(([, look]) => look.httpStatus === status)?.[0]
  if (isErrorCode(known)) return known
  return status >= 500 ? 'unavailable' : 'invalid_request'
}

function errorBodyIn(text: string, httpStatus: number): ErrorBody | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const error = isRecord(value) ? value.error : undefined
    if (!isRecord(error) || typeof error.message !== 'string') return undefined
    const code = isErrorCode(error.code) ? error.code : codeOfStatus(httpStatus)
    return { code, message: error.message, ...(isRecord(error.details) && { details: error.details }) }
  } catch {
    return undefined
  }
}

function bodyOf(response: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    const parts: Buffer[] = []
    let size = 0
    const done = (): void => {
      clearTimeout(timer)
      resolve(Buffer.concat(parts).toString('utf8'))
    }
    const timer = setTimeout(done, BODY_WITHIN_MS)
    response.on('data', (part: Buffer) => {
      size += part.length
      if (size <= MAX_BODY_BYTES) parts.push(part)
      else done()
    })
    response.on('end', done)
    response.on('close', done)
    response.on('error', done)
  })
}
