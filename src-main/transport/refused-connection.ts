import { STATUS_CODES } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { newId } from '../base/ids.ts'
import { HEADERS } from '../contract/protocol.ts'
import { toHttpFailure } from './error-mapping.ts'

/** How long a refused peer may take to read the answer and close, in milliseconds. */
const REFUSED_STAYS_MS = 2_000

/** Answers with an HTTP error by hand and closes, where there is no response to answer with: an upgrade that may not be, or bytes that are no request. */
export function refuseConnection(socket: Duplex, error: unknown): void {
  const requestId = newId()
  const { status, headers, body } = toHttpFailure(error, requestId)
  const text = JSON.stringify(body)
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
    `${HEADERS.requestId}: ${requestId}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ]
  // The peer may have gone already.
  socket.on('error', () => undefined)
  // One that neither reads nor closes must not stay.
  const deadline = setTimeout(() => socket.destroy(), REFUSED_STAYS_MS).unref()
  socket.once('close', () => clearTimeout(deadline))
  socket.end(`${lines.join('\r\n')}\r\n\r\n${text}`)
}

/** The path of a request without its query. What a client sends need not be a URL at all. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/'
}
