import { readFileSync, rmSync } from 'node:fs'
import { asRuntimeFile } from '../contract/runtime-file.ts'
import type { RuntimeFile } from '../contract/runtime-file.ts'
import { writePrivateText } from './private-files.ts'
import { isProcessAlive } from './process-alive.ts'

/** Writes a discovery file at once or not at all, readable by this user only. */
export function writeRuntimeFile(path: string, content: RuntimeFile): void {
  writePrivateText(path, `${JSON.stringify(content, null, 2)}\n`)
}

/** What a discovery file says, with whether its server still lives; undefined when there is no readable one. */
export function readRuntimeFile(path: string): (RuntimeFile & { readonly isAlive: boolean }) | undefined {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    // Missing, unreadable or half-written by something else: there is nothing to discover.
    return undefined
  }
  const file = asRuntimeFile(value)
  return file && { ...file, isAlive: isProcessAlive(file.pid) }
}

/** Removes a discovery file if it is still the one that process `pid` wrote. */
export function removeRuntimeFile(path: string, pid: number): void {
  if (readRuntimeFile(path)?.pid === pid) rmSync(path, { force: true })
}
