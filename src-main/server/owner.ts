import { mkdirSync } from 'node:fs'
import { AppError } from '../base/errors.ts'
import { readRuntimeFile } from '../base/runtime-files.ts'
import { dataPaths } from '../config/paths.ts'
import { lockDataFolder } from '../storage/open-stores.ts'
import type { OwnerLock } from '../storage/open-stores.ts'

/** How long a server that holds the lock has to answer its health check, in milliseconds. */
const HEALTH_BUDGET_MS = 2_000

/** Makes this process the one server of a data folder. Throws `conflict` saying where the other one runs. */
export async function becomeOwner(dataDir: string): Promise<OwnerLock> {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new AppError(
      'unavailable',
      `The data folder ${dataDir} cannot be made (${(error as NodeJS.ErrnoException).code ?? 'unknown'}). Choose another with --data-dir.`,
      { cause: error },
    )
  }
  const lock = await lockDataFolder(dataDir)
  if (lock) return lock
  throw new AppError('conflict', await whereTheOtherRuns(dataDir))
}

async function whereTheOtherRuns(dataDir: string): Promise<string> {
  const other = readRuntimeFile(dataPaths(dataDir).ownerFile)
  if (!other?.isAlive)
    return `Another TMWS server is starting on the data folder ${dataDir}. Wait a moment, or choose another folder with --data-dir.`
  const answers = await fetch(`${other.api_url}/health/live`, { signal: AbortSignal.timeout(HEALTH_BUDGET_MS) }).then(
    (response) => response.ok,
    () => false,
  )
  const where = `TMWS already runs on this data folder, at ${other.api_url} (process ${other.pid})`
  return answers
    ? `${where}. Use that one, or choose another folder with --data-dir.`
    : `${where}, but does not answer. End that process, then start again.`
}
