import { createWriteStream, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { AppError, messageOf } from '../../base/errors.ts'
import { syncFile, syncFolder } from '../../base/sync-file.ts'

/**
 * Writes a file whole or not at all, readable by this user only, compressed if its name ends in `.gz` and it is not to be written `asIs`. Throws `unavailable` when it
 * cannot be written, and leaves nothing of it then.
 */
export async function writeFileWhole(
  file: string,
  content: AsyncIterable<string | Uint8Array>,
  { asIs = false }: { readonly asIs?: boolean } = {},
): Promise<void> {
  const part = `${file}.part`
  try {
    mkdirSync(dirname(file), { recursive: true })
    rmSync(part, { force: true })
    const target = createWriteStream(part, { mode: 0o600 })
    if (file.endsWith('.gz') && !asIs) await pipeline(Readable.from(content), createGzip(), target)
    else await pipeline(Readable.from(content), target)
    syncFile(part)
    renameSync(part, file)
    syncFolder(dirname(file))
  } catch (error) {
    rmSync(part, { force: true })
    if (error instanceof AppError || (error as NodeJS.ErrnoException).code === undefined) throw error
    throw new AppError('unavailable', `${file} cannot be written (${messageOf(error)}).`, { cause: error })
  }
}

/** Refuses to write over a file unless that was asked for. */
export function requireFree(file: string, mayOverwrite: boolean): void {
  if (!mayOverwrite && existsSync(file))
    throw new AppError('conflict', `${file} is there already. Choose another name, or write over it with --overwrite.`)
}
