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
export function checkCopy(file: string): void {
  try {
    const connection = openConnection(file, { fileMustExist: true, timeout: 2_000 })
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
export async function checkCopyAside(file: string): Promise<void> {
  const worker = new Worker(workerFile('sqlite-check-worker', import.meta.url), { workerData: file, name: 'tmws-check' })
  const problem = await new Promise<string | undefined>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error('The check ended without a word.')))
  })
  if (problem !== undefined) throw new AppError('unavailable', problem)
}

function unfit(file: string, why: string): AppError {
  return new AppError('unavailable', `${file} cannot be used: ${why}.`)
}
