import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { asRuntimeFile } from '../contract/runtime-file.ts'
import type { RuntimeFile } from '../contract/runtime-file.ts'
import { isProcessAlive } from './process-alive.ts'

/** Writes a discovery file at once or not at all, readable by this user only. */
export function writeRuntimeFile(path: string, content: RuntimeFile): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = `${path}.${process.pid}.tmp`
  // A file left by a crash would keep its own mode, so this one is always new.
  rmSync(temporary, { force: true })
  try {
    writeFileSync(temporary, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
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
