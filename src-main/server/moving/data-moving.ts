import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { toIso } from '../../base/clock.ts'
import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import type { EventBus } from '../../base/event-bus.ts'
import { OWNER_AGENT_ID } from '../../contract/protocol.ts'
import { changesIn } from '../../contract/transfer.ts'
import type {
  Backup,
  ExportQuery,
  ImportNotice,
  ImportQuery,
  ImportSummary,
  RestoreNotice,
  RestoreQuery,
  RestoreSummary,
} from '../../contract/transfer.ts'
import { exportData } from '../../memory/transfer/export-data.ts'
import { importData } from '../../memory/transfer/import-data.ts'
import { restoreData } from '../../memory/transfer/restore-data.ts'
import { isBackupSource } from '../../storage/open-stores.ts'
import type { Stores } from '../../storage/open-stores.ts'
import type { TransferSelection } from '../../storage/transfer-store.ts'
import type { Backups } from './backups.ts'

export interface DataMovingParts {
  readonly stores: Pick<Stores, 'memories' | 'transfer'>
  readonly backups: Backups
  readonly clock: Clock
  readonly madeBy: string
  readonly importMaxBytes: number
  /** Absent where nobody listens. */
  readonly bus?: EventBus
  /** Called when an import has brought something. */
  readonly onImported?: () => void
}

interface ImportWatch {
  readonly onProgress: (notice: ImportNotice) => void
  readonly signal: AbortSignal
}

/** Exports, imports and backups of an open store: behind REST in a server, and in the command line while none runs. */
export class DataMoving {
  readonly importMaxBytes: number
  readonly #parts: DataMovingParts
  #isRestoring = false

  constructor(parts: DataMovingParts) {
    this.#parts = parts
    this.importMaxBytes = parts.importMaxBytes
  }

  async export(query: ExportQuery, signal: AbortSignal): Promise<{ total: number; content: AsyncIterable<string> }> {
    const { stores, clock, madeBy } = this.#parts
    const selection = selectionOf(query)
    const counts = await stores.transfer.count(selection)
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
    const date = query.reproducible ? {} : { nowMs: clock.now() }
    return { total, content: exportData(stores.transfer, { selection, madeBy, signal, ...date }) }
  }

  /** Takes a stream: it is read more than once, so it is put into a file of its own first. */
  async import(content: AsyncIterable<Uint8Array>, query: ImportQuery, watch: ImportWatch): Promise<ImportSummary> {
    const folder = await mkdtemp(join(tmpdir(), 'tmws-import-'))
    try {
      const file = join(folder, 'file')
      await pipeline(Readable.from(content), createWriteStream(file, { mode: 0o600 }), { signal: watch.signal })
      return await this.importFile(file, query, watch)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  async importFile(file: string, query: ImportQuery, { onProgress, signal }: ImportWatch): Promise<ImportSummary> {
    const { stores, backups, clock } = this.#parts
    // What has no history of its own could not be had back otherwise.
    if (query.on_conflict === 'replace' && !query.dry_run && isBackupSource(stores.memories)) await backups.make('before-import')
    const now = toIso(clock.now())
    const options = { ...query, now, actor: OWNER_AGENT_ID, signal, onProgress: tell }
    const summary = await importData(stores.transfer, () => createReadStream(file), options)
    if (!query.dry_run) this.#tellOf(summary)
    return summary

    function tell(progress: { records: number; total: number; phase: 'checking' | 'importing' }): void {
      onProgress({ progress })
    }
  }

  backups(): Backup[] {
    return this.#parts.backups.list()
  }

  makeBackup(): Promise<Backup> {
    return this.#parts.backups.make('manual')
  }

  /**
   * Brings back what a backup holds, beside everything that goes on: see `restoreData`. Looks first, so that nothing is copied or written
   * when all of it is there already. Throws `not_found`, `conflict` while another one runs, `unavailable` when the backup cannot be read.
   */
  async restore(name: string, { dry_run: isTrial }: RestoreQuery, onProgress: (notice: RestoreNotice) => void): Promise<RestoreSummary> {
    if (this.#isRestoring) throw new AppError('conflict', 'A backup is being restored or looked through. Try again when that is done.')
    this.#isRestoring = true
    const { stores, backups, clock } = this.#parts
    try {
      const opened = await backups.open(name)
      const { backup, source } = opened
      const run = (dryRun: boolean) =>
        restoreData(stores.transfer, source, {
          now: toIso(clock.now()),
          actor: OWNER_AGENT_ID,
          madeAt: backup.created_at,
          dryRun,
          onProgress: (progress) => onProgress({ progress }),
        })
      try {
        const trial = await run(true)
        const { new: fresh, replaced } = changesIn(trial)
        if (isTrial || fresh + replaced === 0) return { backup, dry_run: isTrial, ...trial }
        const before = await backups.make('before-restore')
        const done = await run(false)
        this.#tellOf(done)
        return { backup, dry_run: false, ...done, kept_as: before }
      } finally {
        await opened.close()
      }
    } finally {
      this.#isRestoring = false
    }
  }

  /** What listens, indexes and runs must follow what came. */
  #tellOf(summary: Pick<ImportSummary, 'kinds'>): void {
    const { clock, bus, onImported } = this.#parts
    const { new: fresh, replaced } = changesIn(summary)
    if (fresh + replaced === 0) return
    bus?.publish({ event: { type: 'data-imported', at: toIso(clock.now()), by: OWNER_AGENT_ID, records: fresh + replaced } })
    onImported?.()
  }
}

function selectionOf({ namespace, agent_id: agentId, trash, history, vectors }: ExportQuery): TransferSelection {
  return { ...(namespace !== undefined && { namespace }), ...(agentId !== undefined && { agentId }), trash, history, vectors }
}
