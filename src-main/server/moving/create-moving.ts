import type { Clock } from '../../base/clock.ts'
import type { EventBus } from '../../base/event-bus.ts'
import type { Log } from '../../base/log.ts'
import { keyOf } from '../../config/config.ts'
import type { ServerConfig } from '../../config/config.ts'
import { dataPaths } from '../../config/paths.ts'
import { PRODUCT_NAME } from '../../contract/protocol.ts'
import { isBackupSource } from '../../storage/open-stores.ts'
import type { Stores } from '../../storage/open-stores.ts'
import { VERSION } from '../install-paths.ts'
import { BackupSchedule } from './backup-schedule.ts'
import { Backups, lastWriteMs } from './backups.ts'
import { DataMoving } from './data-moving.ts'

/** What the header of an export names. */
export const MADE_BY = `${PRODUCT_NAME.toLowerCase()} ${VERSION}`

/** How often a schedule looks at the clock, in milliseconds. */
const LOOK_MS = 60_000

export interface MovingParts {
  readonly stores: Stores
  readonly bus: EventBus
  readonly clock: Clock
  readonly log: Log
  readonly onImported: () => void
}

/** The parts of a server that move its data. There is a schedule where the store is a file that can copy itself. */
export function createMoving(
  config: ServerConfig,
  { stores, bus, clock, log, onImported }: MovingParts,
): { readonly service: DataMoving; readonly backups: Backups; readonly schedule?: BackupSchedule } {
  const { database, dataDir, importMaxBytes } = config
  const backups = new Backups({ stores, folder: dataPaths(dataDir).backupFolder, clock, madeBy: MADE_BY, databaseKey: keyOf(database) })
  const service = new DataMoving({ stores, backups, clock, madeBy: MADE_BY, importMaxBytes, bus, onImported })
  if (database.provider !== 'sqlite' || !isBackupSource(stores.memories)) return { service, backups }
  const schedule = new BackupSchedule(
    { backups, lastWriteMs: () => lastWriteMs(database.file), clock, bus, log: log.child('backups') },
    {
      // Followed while the server runs.
      get intervalMs() {
        return config.backups.intervalMs
      },
      get keep() {
        return config.backups.keep
      },
      lookMs: LOOK_MS,
    },
  )
  return { service, backups, schedule }
}
