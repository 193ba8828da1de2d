import { parentPort } from 'node:worker_threads'
import { AppError } from '../errors.ts'
import { serveWorkerChannel } from '../worker-channel.ts'

/** A thread for tests of the channel: does what it is asked. */
if (!parentPort) throw new Error('this file runs as a worker')
serveWorkerChannel(parentPort, (method, payload) => {
  switch (method) {
    case 'echo':
      return payload
    case 'wait':
      return new Promise((resolve) => setTimeout(() => resolve(payload), Number(payload)))
    case 'hang':
      return new Promise(() => undefined)
    case 'refuse':
      throw new AppError('conflict', 'Not now.', { details: { version: 3 }, cause: new Error('inner') })
    case 'break':
      throw new TypeError('a bug')
    case 'answer-with-a-function':
      return () => undefined
    case 'crash':
      setImmediate(() => {
        throw new Error('the thread fell over')
      })
      return new Promise(() => undefined)
    case 'exit':
      process.exitCode = 0
      return new Promise(() => parentPort?.close())
    default:
      throw new Error(`no method ${method}`)
  }
})
