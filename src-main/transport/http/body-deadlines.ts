import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Its body may take any time to arrive, as long as it keeps arriving. */
    readonly isLongUpload?: true
  }
}

export interface BodyDeadlines {
  /** Time for a whole body to arrive after the head of its request, in milliseconds. */
  readonly bodyMs: number
  /** The longest silence in the body of a long upload, in milliseconds. */
  readonly silenceMs: number
}

/** As Node answers by itself when a request is late. */
const TOO_LATE = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n'

/**
 * Ends requests whose body is too slow. Node's own limit is one for all of a server, and a file of gigabytes needs longer than a client
 * that sends a byte now and then may get.
 */
export function mountBodyDeadlines(app: FastifyInstance, deadlines: BodyDeadlines): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (hasBody(request)) watch(request, reply, deadlines)
    done()
  })
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
}

function watch(request: FastifyRequest, reply: FastifyReply, { bodyMs, silenceMs }: BodyDeadlines): void {
  const { raw } = request
  const { socket } = raw
  const isLong = request.routeOptions.config.isLongUpload === true
  let received = socket.bytesRead
  const timer = setInterval(
    () => {
      // Nobody waits for the rest of what has been answered: then it is a body like any other.
      const goesOn = isLong && !reply.raw.writableEnded && socket.bytesRead > received
      received = socket.bytesRead
      if (raw.complete) clearInterval(timer)
      else if (!goesOn) end()
    },
    isLong ? silenceMs : bodyMs,
  ).unref()
  raw.once('close', () => clearInterval(timer))

  function end(): void {
    clearInterval(timer)
    if (socket.writable && !reply.raw.headersSent) socket.write(TOO_LATE)
    socket.destroySoon()
  }
}
