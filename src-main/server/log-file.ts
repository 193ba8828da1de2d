import { chmodSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createStream } from 'rotating-file-stream'
import type { RotatingFileStream } from 'rotating-file-stream'

export interface LogFileOptions {
  /** Made if there is none. */
  readonly folder: string
  /** Size at which the file is set aside. That is also done each midnight, so that days can be counted. */
  readonly maxSizeBytes: number
  /** Of the files set aside, so many stay... */
  readonly keepFiles: number
  /** ...and none that was last written to longer ago. */
  readonly keepDays: number
  /** For tests: how often the file is set aside whatever its size, in the words of rotating-file-stream. */
  readonly interval?: string
}

export const LOG_FILE = 'tmws.log'
/** What rotating-file-stream calls a file that it sets aside: date, time and number before the name. */
const SET_ASIDE = /^\d{8}-\d{4}-\d{2,}-tmws\.log$/
const DAY_MS = 86_400_000
const OWNER_ONLY = 0o600

/** The log file, readable by its owner alone: set aside when it is large or a day old, and removed when it is one too many or too old. */
export function openLogFile(options: LogFileOptions): RotatingFileStream {
  const { folder, maxSizeBytes, interval = '1d' } = options
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  narrow(join(folder, LOG_FILE))
  removeOldLogs(options, Date.now())
  const stream = createStream(LOG_FILE, { path: folder, size: `${maxSizeBytes}B`, interval, mode: OWNER_ONLY })
  // A full disk must not stop the server; stderr still says what happens.
  stream.on('error', () => undefined)
  stream.on('rotated', () => removeOldLogs(options, Date.now()))
  return stream
}

/** Removes files set aside beyond what is to be kept, and empty ones. What is not ours, or cannot be removed, stays. */
export function removeOldLogs({ folder, keepFiles, keepDays }: LogFileOptions, nowMs: number): void {
  const files = readdirSync(folder)
    .filter((name) => SET_ASIDE.test(name))
    .flatMap((name) => {
      const stats = statSync(join(folder, name), { throwIfNoEntry: false })
      return stats ? [{ path: join(folder, name), size: stats.size, writtenMs: stats.mtimeMs }] : []
    })
    .sort((a, b) => b.writtenMs - a.writtenMs || (a.path < b.path ? 1 : -1))
  const isKept = ({ size, writtenMs }: (typeof files)[number]): boolean => size > 0 && nowMs - writtenMs <= keepDays * DAY_MS
  const kept = new Set(files.filter(isKept).slice(0, keepFiles))
  for (const file of files) if (!kept.has(file)) tryTo(() => rmSync(file.path, { force: true }))
}

/** A file that an older version, or somebody, made readable for others. */
function narrow(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })) tryTo(() => chmodSync(path, OWNER_ONLY))
}

function tryTo(action: () => void): void {
  try {
    action()
  } catch {
    // Housekeeping must not stop a server; the next time comes.
  }
}
