import { parentPort, workerData } from 'node:worker_threads'
import { messageOf } from '../../base/errors.ts'
import { checkCopy } from './sqlite-check.ts'

/** Looks through one file (see sqlite-check.ts) and says what is wrong with it, or nothing. */

if (!parentPort) throw new Error('sqlite-check-worker runs as a worker thread only')

let problem: string | undefined
try {
  checkCopy(workerData as string) // set by checkCopyAside
} catch (error) {
  problem = messageOf(error)
}
parentPort.postMessage(problem)
