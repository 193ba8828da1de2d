import type { FastifyReply } from 'fastify'
import { AppError } from '../../base/errors.ts'

/** Fires when the client goes away before its answer. Listens on the answer: a kept-alive socket outlives many requests. */
export function abortedWith(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort(new AppError('unavailable', 'The client has gone.'))
  })
  return controller.signal
}
