import { parentPort, workerData } from 'node:worker_threads'
import { serveWorkerChannel } from '../../base/worker-channel.ts'
import type { SqliteFileOptions } from './sqlite-database.ts'
import { SqliteEngine } from './sqlite-engine.ts'
import { normalizeSqliteError } from './sqlite-errors.ts'

/** The store's thread: opens the file at the first call, then answers calls one after the other, in the order they came. */

export interface SqliteAnswer {
  readonly result: unknown
  /** Time at work, without the wait for its turn. */
  readonly durationMs: number
}

export type EngineMethod = Exclude<keyof SqliteEngine, symbol>

if (!parentPort) throw new Error('sqlite-worker runs as a worker thread only')

// Set by openSqliteMemoryStore.
const options = workerData as SqliteFileOptions
let engine: SqliteEngine | undefined
let queue: Promise<unknown> = Promise.resolve()
const backups = new Set<Promise<unknown>>()

serveWorkerChannel(parentPort, (method, payload) => {
  if (method === 'backup') return backUp(payload)
  const turn = method === 'close' ? Promise.allSettled([queue, ...backups]) : queue
  const answer = turn.then(() => run(method as EngineMethod, payload))
  queue = answer.catch(() => undefined)
  return answer
})

/** A copy reads a few pages at a time and holds nobody up; only closing waits for it. */
function backUp(payload: unknown): Promise<SqliteAnswer> {
  const backup = queue.then(() => run('backup', payload))
  backups.add(backup)
  return backup.finally(() => backups.delete(backup))
}

async function run(method: EngineMethod, payload: unknown): Promise<SqliteAnswer> {
  const start = performance.now()
  try {
    engine ??= new SqliteEngine(options)
    // The proxy on the other side sends the arguments of this very method.
    const methods = engine as unknown as Record<EngineMethod, (...args: unknown[]) => unknown>
    const result = await methods[method](...(payload as unknown[]))
    return { result, durationMs: performance.now() - start }
  } catch (error) {
    throw normalizeSqliteError(error)
  }
}
