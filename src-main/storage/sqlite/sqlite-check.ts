import { Worker } from 'node:worker_threads'
import { AppError, messageOf } from '../../base/errors.ts'
import { workerFile } from '../../base/worker-channel.ts'
import { MIGRATIONS } from './migrations/index.ts'
import { openConnection } from './sqlite-driver.ts'
import { APPLICATION_ID, requireKnownSchema } from './sqlite-migrator.ts'

/**
 * Checks a copy of a database from end to end, and makes it one file that needs no log beside it. Throws `unavailable` for a file
 * that is damaged, another program's, or of a newer version. Takes seconds for a large one: see `checkCopyAside`.
 */
export function checkCopy(file: string, key?: string): void {
  try {
    const connection = openConnection(file, { fileMustExist: true, timeout: 2_000, key })
    try {
      requireKnownSchema(connection, file, MIGRATIONS)
      if (connection.pragma('application_id', { simple: true }) !== APPLICATION_ID) throw unfit(file, 'it is empty')
      const rows = connection.pragma('integrity_check(3)') as { integrity_check: string }[] // the pragma's columns
      const problems = rows.map((row) => row.integrity_check).filter((verdict) => verdict !== 'ok')
      if (problems.length > 0) throw unfit(file, problems.join('; '))
      connection.pragma('journal_mode = DELETE')
    } finally {
      connection.close()
    }
  } catch (error) {
    throw error instanceof AppError ? error : unfit(file, messageOf(error))
  }
}

/** `checkCopy` on a thread of its own, so that neither sockets nor the store wait for it. */
export async function checkCopyAside(file: string, key?: string): Promise<void> {
  const problem = await runAside({ file, key })
  if (problem !== undefined) throw new AppError('unavailable', problem)
}

/** Work on a file that takes long: to look through it or, with `toFile`, to copy it with its key. */
export interface AsideJob {
  readonly file: string
  readonly toFile?: string
  readonly key: string | undefined
}

/** Does it on a thread of its own. Resolves with what went wrong, if something did. */
export function runAside(job: AsideJob): Promise<string | undefined> {
  const worker = new Worker(workerFile('sqlite-check-worker', import.meta.url), { workerData: job, name: 'tmws-check' })
  return new Promise<string | undefined>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error('The thread ended without a word.')))
  })
}

function unfit(file: string, why: string): AppError {
  return new AppError('unavailable', `${file} cannot be used: ${why}.`)
}
