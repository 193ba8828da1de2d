import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { AppError, messageOf, toErrorBody } from '../../base/errors.ts'
import { queryJsonSchema } from '../../contract/json-schema.ts'
import { API_PREFIX } from '../../contract/protocol.ts'
import { exportQuerySchema, importQuerySchema, TRANSFER_CONTENT_TYPE } from '../../contract/transfer.ts'
import type { Backup, ExportQuery, ImportNotice, ImportQuery, ImportSummary } from '../../contract/transfer.ts'
import type { Log } from '../../base/log.ts'
import type { SessionManager } from '../../session/session-manager.ts'
import { bodyTooLarge } from '../error-mapping.ts'
import type { Guard } from '../guard.ts'
import { abortedWith } from './aborted-with.ts'
import { readQuery } from './query-arguments.ts'

/** PORT. Moves data for the person at the machine. */
export interface MovingService {
  /** Largest file that is taken, in bytes. */
  readonly importMaxBytes: number
  /** The file, part by part as it is read. `total` counts the records that progress is told by. */
  export(query: ExportQuery, signal: AbortSignal): Promise<{ readonly total: number; readonly content: AsyncIterable<string> }>
  /** Takes the whole file first, then merges it. */
  import(
    content: AsyncIterable<Uint8Array>,
    query: ImportQuery,
    options: { readonly onProgress: (notice: ImportNotice) => void; readonly signal: AbortSignal },
  ): Promise<ImportSummary>
  backups(): Backup[]
  makeBackup(): Promise<Backup>
}

export interface MovingRouteParts {
  readonly guard: Guard
  readonly sessions: SessionManager
  readonly moving: MovingService
  readonly log: Log
}

/** Between two words of progress, in milliseconds. */
const PROGRESS_MS = 250

/** `/api/v1/export`, `/import` and `/backups`: for the person at the machine only. */
export async function mountMovingRoutes(app: FastifyInstance, { guard, sessions, moving, log }: MovingRouteParts): Promise<void> {
  async function requireOwner(request: FastifyRequest): Promise<void> {
    const caller = await guard.identify(request.headers, 'rest')
    await sessions.transient(caller).admit()
    if (caller.scope.kind === 'owner') return
    throw new AppError('forbidden', 'Only the person at the machine may move data; use the dashboard or the tmws command.')
  }

  app.get(`${API_PREFIX}/export`, async (request, reply) => {
    await requireOwner(request)
    const query = readChecked(request, exportQuerySchema)
    const { total, content } = await moving.export(query, abortedWith(reply))
    const name = query.gzip ? 'tmws-export.jsonl.gz' : 'tmws-export.jsonl'
    void reply
      .header('content-type', query.gzip ? 'application/gzip' : TRANSFER_CONTENT_TYPE)
      .header('content-disposition', `attachment; filename="${name}"`)
      .header('x-total-records', total)
      .header('cache-control', 'no-store')
    const file = Readable.from(content)
    return reply.send(query.gzip ? compressed(file) : file)
  })

  app.get(`${API_PREFIX}/backups`, async (request) => {
    await requireOwner(request)
    return { backups: moving.backups() }
  })

  app.post(`${API_PREFIX}/backups`, async (request, reply) => {
    await requireOwner(request)
    const backup = await moving.makeBackup()
    return reply.code(201).send({ backup })
  })

  // In a scope of its own: only here a body is handed on as it comes, whatever its type.
  await app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, payload, parsed) => parsed(null, payload))
    scope.post(`${API_PREFIX}/import`, { bodyLimit: moving.importMaxBytes, config: { isLongUpload: true } }, async (request, reply) => {
      await requireOwner(request)
      const query = readChecked(request, importQuerySchema)
      const content = bounded(request.raw, moving.importMaxBytes)
      const signal = abortedWith(reply)
      if (request.headers.accept !== TRANSFER_CONTENT_TYPE) return moving.import(content, query, { onProgress: () => undefined, signal })
      void reply.header('content-type', TRANSFER_CONTENT_TYPE).header('cache-control', 'no-store')
      return reply.send(Readable.from(noticesOf((onProgress) => moving.import(content, query, { onProgress, signal }), log)))
    })
    done()
  })
}

function readChecked<S extends typeof exportQuerySchema | typeof importQuerySchema>(
  request: FastifyRequest,
  schema: S,
): ReturnType<S['parse']> {
  const result = schema.safeParse(readQuery(request.query as Record<string, unknown>, queryJsonSchema(schema))) // Fastify's query is an object
  if (result.success) return result.data as ReturnType<S['parse']> // parsed by this very schema
  const [issue] = result.error.issues
  const field = issue?.path.join('.') ?? ''
  throw new AppError('invalid_request', `${field === '' ? 'The query' : field}: ${issue?.message ?? 'is not valid'}.`, {
    details: { field },
  })
}

async function* bounded(source: AsyncIterable<unknown>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of source) {
    bytes += (chunk as Buffer).length // a request without an encoding gives buffers
    if (bytes > maxBytes) throw bodyTooLarge(undefined, maxBytes)
    yield chunk as Buffer // as above
  }
}

/** A reader that is gone ends the packing too. */
function compressed(file: Readable): Readable {
  const gzip = createGzip()
  file.once('error', (error) => gzip.destroy(error))
  gzip.once('close', () => file.destroy())
  return file.pipe(gzip)
}

/** Progress and the end of a piece of work as lines, at most four a second. A failure is a line too: the status has been sent. */
async function* noticesOf(work: (onProgress: (notice: ImportNotice) => void) => Promise<ImportSummary>, log: Log): AsyncGenerator<string> {
  let latest: ImportNotice | undefined
  let isDone = false
  const outcome = work((notice) => (latest = notice))
    .then(
      (summary): ImportNotice => ({ summary }),
      (error: unknown): ImportNotice => {
        if (!(error instanceof AppError)) log.error({ err: error }, `an import failed: ${messageOf(error)}`)
        return { error: toErrorBody(error) }
      },
    )
    .finally(() => (isDone = true))
  const done = (): boolean => isDone
  while (!done()) {
    await Promise.race([outcome, new Promise((resolve) => setTimeout(resolve, PROGRESS_MS))])
    if (done() || !latest) continue
    yield `${JSON.stringify(latest)}\n`
    latest = undefined
  }
  yield `${JSON.stringify(await outcome)}\n`
}
