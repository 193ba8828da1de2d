import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '../base/errors.ts'

/** Starts to listen and returns the port. Throws `conflict` when it is taken, in a sentence that names what to change. */
export function listen(server: Server, host: string, port: number, what: string, setting: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(toListenError(error, host, port, what, setting)))
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })
}

/** Stops accepting and waits up to `maxWaitMs` until `isIdle`; then drops what is left. */
export async function closeListener(server: Server, isIdle: () => boolean, maxWaitMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  for (let waitedMs = 0; waitedMs < maxWaitMs && !isIdle(); waitedMs += 20) await delay(20)
  server.closeAllConnections()
  await Promise.race([closed, delay(1_000)])
}

/** The sentence for a port that cannot be had. */
export function toListenError(error: NodeJS.ErrnoException, host: string, port: number, what: string, setting: string): Error {
  const details = { host, port }
  if (error.code === 'EADDRINUSE') {
    return new AppError(
      'conflict',
      `The ${what} port ${port} on ${host} is taken by another program. Stop it, or choose another port with ${setting} (0 picks a free one).`,
      { details, cause: error },
    )
  }
  if (error.code === 'EACCES') {
    return new AppError(
      'forbidden',
      `The ${what} port ${port} needs more rights than this program has. Choose one above 1023 with ${setting}.`,
      { details, cause: error },
    )
  }
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    return new AppError('invalid_request', `This machine has no address ${host} for the ${what} port.`, { details, cause: error })
  }
  return error
}
