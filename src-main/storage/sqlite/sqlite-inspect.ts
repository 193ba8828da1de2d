import { AppError, messageOf } from '../../base/errors.ts'
import { openConnection } from './sqlite-driver.ts'

/**
 * Problems of a database file, empty when it is sound. Opens it read-only, so it may run beside the server that owns it, and
 * never throws for a damaged file: that it cannot be read is the finding. Throws `forbidden` when it has another key, or none.
 */
export function inspectDatabase(file: string, key?: string): string[] {
  try {
    const connection = openConnection(file, { readonly: true, fileMustExist: true, timeout: 2_000, key })
    try {
      const rows = connection.pragma('quick_check(5)') as { quick_check: string }[] // the pragma's columns
      return rows.map((row) => row.quick_check).filter((verdict) => verdict !== 'ok')
    } finally {
      connection.close()
    }
  } catch (error) {
    if (error instanceof AppError) throw error
    return [messageOf(error)]
  }
}
