import { Worker } from 'node:worker_threads'
import { onDeed } from './wire.ts'

// No part of Electron: threads of our own program, so that a test can let one of them die.
const threads = new Set<Worker>()
const post = Object.getOwnPropertyDescriptor(Worker.prototype, 'postMessage')?.value as Worker['postMessage'] // as Node has it
Worker.prototype.postMessage = function (this: Worker, ...args: Parameters<Worker['postMessage']>) {
  threads.add(this)
  post.apply(this, args)
}

onDeed('kill-thread', async (name: string) => {
  const thread = [...threads].find(({ threadName }) => threadName === name)
  if (!thread) throw new Error(`There is no thread "${name}".`)
  thread.emit('error', new Error('the thread was killed by a test'))
  await thread.terminate()
})
