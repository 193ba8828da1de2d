import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { AppError, messageOf, toErrorBody } from '../../base/errors.ts'
import { API_PREFIX } from '../../contract/protocol.ts'
import { changesIn, exportQuerySchema, importQuerySchema, restoreQuerySchema, TRANSFER_CONTENT_TYPE } from '../../contract/transfer.ts'
import type {
  Backup,
  ExportQuery,
  ImportNotice,
  ImportQuery,
  ImportSummary,
  RestoreNotice,
  RestoreQuery,
  RestoreSummary,
} from '../../contract/transfer.ts'
import type { AuditTrail } from '../../base/audit-trail.ts'
import type { Log } from '../../base/log.ts'
import type { Caller } from '../../session/session.ts'
import type { SessionManager } from '../../session/session-manager.ts'
import { bodyTooLarge } from '../error-mapping.ts'
import type { Guard } from '../guard.ts'
import { abortedWith } from './aborted-with.ts'
import { readChecked } from './checked-query.ts'
import { RouteAudit } from './route-audit.ts'

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
  /** Brings back what the backup of that name holds, and keeps what was made since. Goes on to its end once it has begun. */
  restore(name: string, query: RestoreQuery, onProgress: (notice: RestoreNotice) => void): Promise<RestoreSummary>
}

export interface MovingRouteParts {
  readonly guard: Guard
  readonly sessions: SessionManager
  readonly moving: MovingService
  readonly log: Log
  readonly audit?: AuditTrail
}

/** Between two words of progress, in milliseconds. */
const PROGRESS_MS = 250

/** `/api/v1/export`, `/import`, `/backups` and their `/restore`: for the person at the machine only. */
export async function mountMovingRoutes(app: FastifyInstance, { guard, sessions, moving, log, audit }: MovingRouteParts): Promise<void> {
  const trace = new RouteAudit(audit)
  async function requireOwner(request: FastifyRequest, action: string): Promise<Caller> {
    const caller = await guard.identify(request.raw, 'rest')
    const session = sessions.transient(caller)
    await session.admit()
    await session.admitCostly()
    if (caller.scope.kind === 'owner') return caller
    trace.noteDenial(action, request, caller, 'forbidden')
    throw new AppError('forbidden', 'Only the person at the machine may move data; use the dashboard or the tmws command.')
  }

  app.get(`${API_PREFIX}/export`, async (request, reply) => {
    const caller = await requireOwner(request, 'export')
    const query = readChecked(request, exportQuerySchema)
    const { total, content } = await moving.export(query, abortedWith(reply))
    // Before anything of it is shown.
    await trace.record('export', request, caller, { records: total, ...selectionFacts(query) })
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
    await requireOwner(request, 'backup.list')
    return { backups: moving.backups() }
  })

  app.post(`${API_PREFIX}/backups`, async (request, reply) => {
    const caller = await requireOwner(request, 'backup')
    const backup = await trace.around(
      'backup',
      request,
      caller,
      () => moving.makeBackup(),
      ({ bytes }) => ({ bytes }),
    )
    return reply.code(201).send({ backup })
  })

  app.post<{ Params: { name: string } }>(`${API_PREFIX}/backups/:name/restore`, async (request, reply) => {
    const caller = await requireOwner(request, 'restore')
    const query = readChecked(request, restoreQuerySchema)
    const { name } = request.params
    const run = (onProgress: (notice: RestoreNotice) => void): Promise<RestoreSummary> =>
      trace.around(
        'restore',
        request,
        caller,
        () => moving.restore(name, query, onProgress),
        (summary) => ({ ...changesIn(summary), copy: summary.backup.name, dry_run: query.dry_run }),
      )
    if (request.headers.accept !== TRANSFER_CONTENT_TYPE) return run(() => undefined)
    void reply.header('content-type', TRANSFER_CONTENT_TYPE).header('cache-control', 'no-store')
    return reply.send(Readable.from(noticesOf(run, log)))
  })

  // In a scope of its own: only here a body is handed on as it comes, whatever its type.
  await app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, payload, parsed) => parsed(null, payload))
    scope.post(`${API_PREFIX}/import`, { bodyLimit: moving.importMaxBytes, config: { isLongUpload: true } }, async (request, reply) => {
      const caller = await requireOwner(request, 'import')
      const query = readChecked(request, importQuerySchema)
      const content = bounded(request.raw, moving.importMaxBytes)
      const signal = abortedWith(reply)
      const run = (onProgress: (notice: ImportNotice) => void): Promise<ImportSummary> =>
        trace.around(
          'import',
          request,
          caller,
          () => moving.import(content, query, { onProgress, signal }),
          (summary) => ({ ...changesIn(summary), dry_run: query.dry_run }),
        )
      if (request.headers.accept !== TRANSFER_CONTENT_TYPE) return run(() => undefined)
      void reply.header('content-type', TRANSFER_CONTENT_TYPE).header('cache-control', 'no-store')
      return reply.send(Readable.from(noticesOf(run, log)))
    })
    done()
  })
}

function selectionFacts({ namespace, agent_id: agentId }: ExportQuery): Record<string, string> {
  return { ...(namespace !== undefined && { namespace }), ...(agentId !== undefined && { agent_id: agentId }) }
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

type Notice<S> = Exclude<ImportNotice, { summary: unknown }> | { readonly summary: S }

/** Progress and the end of a piece of work as lines, at most four a second. A failure is a line too: the status has been sent. */
async function* noticesOf<S>(work: (onProgress: (notice: Notice<S>) => void) => Promise<S>, log: Log): AsyncGenerator<string> {
  let latest: Notice<S> | undefined
  let isDone = false
  const outcome = work((notice) => (latest = notice))
    .then(
      (summary): Notice<S> => ({ summary }),
      (error: unknown): Notice<S> => {
        if (!(error instanceof AppError)) log.error({ err: error }, `moving data failed: ${messageOf(error)}`)
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
