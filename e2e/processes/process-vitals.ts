import { readdirSync, readFileSync } from 'node:fs'
import { WebSocket } from 'ws'
import type { ChildProcess } from './child.ts'
import { until } from './until.ts'

const MIB = 1024 * 1024

/** Variables that let a test look into a Node process; without them the process is as it always is. */
export const INSPECTABLE = { NODE_OPTIONS: '--inspect=127.0.0.1:0' } as const

/** What a process holds in memory by the count of its system, in MiB. Undefined where `/proc` does not say (not Linux). */
export function residentMib(pid: number): number | undefined {
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
  } catch {
    return undefined
  }
}

/** Open files and sockets of a process. Undefined where `/proc` does not say (not Linux). */
export function openHandles(pid: number): number | undefined {
  try {
    return readdirSync(`/proc/${pid}/fd`).length
  } catch {
    return undefined
  }
}

/**
 * What a process started with `INSPECTABLE` still refers to, in MiB: objects and buffers, after a full collection. Unlike resident
 * memory, which a collector may keep as long as it likes, this grows only by a leak.
 */
export async function liveMib(process: ChildProcess): Promise<number> {
  const url = await until('the inspector', () => /ws:\/\/127\.0\.0\.1:\d+\/[\w-]+/.exec(process.stderr)?.[0])
  const inspector = new WebSocket(url)
  await new Promise((resolve, reject) => inspector.once('open', resolve).once('error', reject))
  const ask = (id: number, method: string): Promise<{ result: Record<string, number> }> =>
    new Promise((resolve) => {
      inspector.on('message', (data) => {
        const answer = JSON.parse((data as Buffer).toString('utf8')) as { id?: number; result: Record<string, number> } // the inspector's own protocol
        if (answer.id === id) resolve(answer)
      })
      inspector.send(JSON.stringify({ id, method }))
    })
  // Twice: what is freed with a finalizer goes in the second.
  await ask(1, 'HeapProfiler.collectGarbage')
  await ask(2, 'HeapProfiler.collectGarbage')
  const { result } = await ask(3, 'Runtime.getHeapUsage')
  inspector.close()
  await until('the inspector to let go', () => inspector.readyState === WebSocket.CLOSED)
  return ((result['usedSize'] ?? 0) + (result['backingStorageSize'] ?? 0)) / MIB
}
