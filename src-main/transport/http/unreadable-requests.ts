import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { AppError } from '../../base/errors.ts'
import { refuseConnection } from '../refused-connection.ts'

/** Answers bytes that are no request, half a request or too many headers, in the words of every other refusal, and closes. */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  // More of the same comes after the answer, until the client sees it.
  if (!socket.writable) return
  if (error.code === 'ECONNRESET') socket.destroy()
  else refuseConnection(socket, refusalOf(error))
}

function refusalOf(error: NodeJS.ErrnoException): AppError {
  const { code } = error
  if (code === 'HPE_HEADER_OVERFLOW')
    return new AppError('too_large', 'The headers are too large; send fewer or shorter ones.', { cause: error })
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new AppError('invalid_request', 'The request took too long to arrive.', { cause: error })
  return new AppError(
    'invalid_request',
    'This is not a whole HTTP/1.1 request. Check its first line, its headers and its Content-Length.',
    {
      cause: error,
    },
  )
}

/**
 * Whether a request that offers another protocol gets it. HTTP lets a server go on in the one it speaks: clients that offer HTTP/2 with
 * every request (`Upgrade: h2c`) are answered as if they had not.
 */
export function isWebSocketHandshake({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket'
}
