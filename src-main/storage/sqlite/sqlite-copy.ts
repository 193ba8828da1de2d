import { AppError } from '../../base/errors.ts'
import { createPrivateFile } from '../../base/private-files.ts'
import { runAside } from './sqlite-check.ts'
import { openConnection } from './sqlite-driver.ts'

/**
 * Copies an encrypted database while it is in use, with the same key. SQLite's own copying page by page works between plain files only, so
 * this reads through one connection of its own; the log grows meanwhile, and nobody waits.
 */
export function copyEncrypted(file: string, toFile: string, key: string): void {
  const connection = openConnection(file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS, key })
  try {
    createPrivateFile(toFile)
    connection.prepare('VACUUM INTO ?').run(toFile)
  } finally {
    connection.close()
  }
}

/** `copyEncrypted` on a thread of its own. Throws `unavailable` with what went wrong. */
export async function copyEncryptedAside(file: string, toFile: string, key: string): Promise<void> {
  const problem = await runAside({ file, toFile, key })
  if (problem !== undefined) throw new AppError('unavailable', `The copy ${toFile} cannot be made: ${problem}`)
}

const BUSY_TIMEOUT_MS = 10_000
