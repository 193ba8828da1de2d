import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { isProcessAlive } from './process-alive.ts'

/**
 * A file beside the discovery file that is there while a server starts: its process id. Bridges that start at the same moment, as after a
 * login, wait for that server instead of each starting a process of its own, which would only slow it down.
 */

/** Says that this process is about to be a server. What cannot be written is only a hint less. */
export function markStarting(runtimeFile: string): void {
  try {
    mkdirSync(dirname(runtimeFile), { recursive: true, mode: 0o700 })
    writeFileSync(markOf(runtimeFile), String(process.pid), { mode: 0o600 })
  } catch {
    // The start itself will say what is wrong with the folder.
  }
}

/** Takes the mark back if it is this process's. */
export function unmarkStarting(runtimeFile: string): void {
  try {
    if (readPid(runtimeFile) === process.pid) rmSync(markOf(runtimeFile), { force: true })
  } catch {
    // A mark of a process that has ended counts for nothing.
  }
}

/** True while a living process has said that it starts. */
export function isServerStarting(runtimeFile: string): boolean {
  const pid = readPid(runtimeFile)
  return pid !== undefined && isProcessAlive(pid)
}

function markOf(runtimeFile: string): string {
  return `${runtimeFile}.starting`
}

function readPid(runtimeFile: string): number | undefined {
  try {
    const text = readFileSync(markOf(runtimeFile), 'utf8')
    return /^\d{1,10}$/.test(text) ? Number(text) : undefined
  } catch {
    return undefined
  }
}
