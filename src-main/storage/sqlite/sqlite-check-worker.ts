import { parentPort, workerData } from 'node:worker_threads'
import { messageOf } from '../../base/errors.ts'
import { checkCopy } from './sqlite-check.ts'
import type { AsideJob } from './sqlite-check.ts'
import { copyEncrypted } from './sqlite-copy.ts'

/** Looks through one file, or copies it (see sqlite-check.ts), and says what went wrong, or nothing. */

if (!parentPort) throw new Error('sqlite-check-worker runs as a worker thread only')

let problem: string | undefined
try {
  const { file, toFile, key } = workerData as AsideJob // set by runAside
  if (toFile === undefined) checkCopy(file, key)
  else if (key !== undefined) copyEncrypted(file, toFile, key)
} catch (error) {
  problem = messageOf(error)
}
parentPort.postMessage(problem)
