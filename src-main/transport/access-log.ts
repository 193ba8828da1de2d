import { ERROR_TABLE } from '../contract/errors.ts'
import { AppError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Meter } from '../base/meter.ts'

/** One line for each HTTP request and each WebSocket connection: who came, for what, and how it ended. Of the address only the path. */

export interface Access {
  readonly method: string
  /** As it was asked for; what follows a `?` is not written. */
  readonly url: string
  readonly durationMs: number
  /** IP address of the client. */
  readonly address?: string | undefined
}

const MAX_PATH = 200

export function logRequest(
  log: Log,
  access: Access,
  outcome: { readonly status: number; readonly isAborted: boolean; readonly bytes?: number },
): void {
  const { status, isAborted, bytes } = outcome
  const facts = { ...factsOf(access), status, ...(bytes !== undefined && { bytes }), ...(isAborted && { aborted: true }) }
  log[levelOf(status)](facts, 'a request was answered')
}

/** Written when the connection ends. */
export function logConnection(log: Log, access: Access, closed: { readonly code: number; readonly calls?: number }): void {
  // Its client or a stop has ended it; everything else is of interest.
  const isUsual = [1000, 1001, 1005].includes(closed.code)
  const facts = { ...factsOf(access), status: 101, close_code: closed.code, ...(closed.calls !== undefined && { calls: closed.calls }) }
  log[isUsual ? 'debug' : 'info'](facts, 'a connection has ended')
}

/** An upgrade that was refused: a line, and its numbers. */
export function noteRefusedUpgrade(log: Log, meter: Meter | undefined, access: Access, error: unknown): void {
  const code = error instanceof AppError ? error.code : 'internal'
  const status = ERROR_TABLE[code].httpStatus
  log[levelOf(status)]({ ...factsOf(access), status, code }, 'a connection was refused')
  noteFailure(meter, 'upgrade', code)
}

export function noteFailure(meter: Meter | undefined, place: 'http' | 'upgrade', code: string): void {
  meter?.failure(place, code)
  if (code === 'unauthenticated' || code === 'forbidden') meter?.denial(code)
}

function levelOf(status: number): 'debug' | 'info' | 'warn' {
  if (status >= 500) return 'warn'
  return status >= 400 ? 'info' : 'debug'
}

function factsOf({ method, url, durationMs, address }: Access): Record<string, unknown> {
  const path = url.split('?', 1)[0] ?? ''
  return {
    method,
    path: path.slice(0, MAX_PATH).toWellFormed(),
    duration_ms: Math.round(durationMs * 1000) / 1000,
    ...(address !== undefined && { address }),
  }
}
