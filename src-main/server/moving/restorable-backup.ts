import type { Backup } from '../../contract/transfer.ts'
import { listBackups } from '../../storage/backup-files.ts'

/** The newest copy in a folder that could take the place of a damaged database. A copy of before a restore may be what is damaged. */
export function restorableBackup(folder: string): Backup | undefined {
  return listBackups(folder).find(({ kind, name }) => kind !== 'before-restore' && name.endsWith('.db'))
}
