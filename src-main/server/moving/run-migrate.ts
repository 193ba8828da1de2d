import { existsSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { toIso } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { silentLog } from '../../base/log.ts'
import { ResourceStack } from '../../base/resource-stack.ts'
import type { ServerConfig } from '../../config/config.ts'
import type { SettingName } from '../../config/settings-table.ts'
import { OWNER_AGENT_ID } from '../../contract/protocol.ts'
import { changesIn } from '../../contract/transfer.ts'
import { moveData } from '../../memory/transfer/move-data.ts'
import type { MoveOptions } from '../../memory/transfer/move-data.ts'
import { openStores } from '../../storage/open-stores.ts'
import type { Stores } from '../../storage/open-stores.ts'
import { traced } from '../audit/direct-trace.ts'
import { storeOptions } from '../core-parts.ts'
import { becomeOwner } from '../owner.ts'
import { ProgressLine } from './progress-line.ts'
import { summaryLines } from './summary-lines.ts'

/** The configuration of this command, with some settings put in place of what it was given. */
export type ConfigOf = (overrides?: Partial<Record<SettingName, string>>) => ServerConfig

export async function runMigrate(configOf: ConfigOf, flags: { from: string; to: string; merge?: boolean }): Promise<number> {
  const [from, to] = [configOfUrl(configOf, '--from', flags.from), configOfUrl(configOf, '--to', flags.to)]
  if (placeOf(flags.from, from) === placeOf(flags.to, to))
    throw new AppError('invalid_request', '--from and --to are the same database; there is nothing to move.')
  const opened = new ResourceStack(silentLog)
  const progress = new ProgressLine('Moving')
  try {
    await lockFolders([from, to], opened)
    const source = opened.own('source', await openSource(from), (stores) => stores.memories.close())
    const target = opened.own('target', await openStores(storeOptions(to, silentLog)), (stores) => stores.memories.close())
    const move: MoveOptions = {
      from: source.transfer,
      to: target.transfer,
      sourceName: placeOf(flags.from, from),
      merge: flags.merge ?? false,
      now: toIso(Date.now()),
      actor: OWNER_AGENT_ID,
      onProgress: ({ records, total, phase }) => progress.tell(records, total, phase === 'verifying' ? 'Verifying' : 'Moving'),
    }
    const summary = await traced(
      { store: target.audit, config: to, action: 'migrate' },
      () => moveData(move),
      (moved) => ({ ...changesIn(moved), from: placeOf(flags.from, from) }),
    )
    progress.end()
    const verdict =
      summary.bodySha256 === undefined
        ? 'Everything of the source is in the target, but for what was skipped.'
        : `Both hold the same (SHA-256 of their records: ${summary.bodySha256}).`
    const isResumed = summary.isResumed ? ['An unfinished move was completed.'] : []
    process.stdout.write(`${[...isResumed, ...summaryLines(summary), verdict].join('\n')}\n`)
    return 0
  } finally {
    progress.end()
    await opened.close()
  }
}

function configOfUrl(configOf: ConfigOf, flag: string, url: string): ServerConfig {
  const config = configOf({ database_url: url })
  if (config.database.provider === 'volatile') throw new AppError('invalid_request', `${flag} is volatile:, which keeps nothing.`)
  return config
}

/** A database that is only read: SQLite opens it so that it cannot be changed. */
function openSource(config: ServerConfig): Promise<Stores> {
  const options = storeOptions(config, silentLog)
  return openStores(options.provider === 'sqlite' ? { ...options, readOnly: true } : options)
}

/** Keeps servers away from the data folders of both sides. The folder of a database elsewhere is locked if it is one of a server. */
async function lockFolders(configs: readonly ServerConfig[], opened: ResourceStack): Promise<void> {
  const folders = new Set<string>()
  for (const { database, dataDir } of configs) {
    if (database.provider !== 'sqlite') continue
    const folder = dirname(database.file)
    if (existsSync(join(folder, 'owner.lock'))) folders.add(realpathSync(folder))
    if (existsSync(join(dataDir, 'owner.lock')) && database.file.startsWith(dataDir)) folders.add(realpathSync(dataDir))
  }
  for (const folder of folders) opened.own(folder, await becomeOwner(folder), (lock) => lock.release())
}

/** What names a database, without a password. */
function placeOf(url: string, { database }: ServerConfig): string {
  if (database.provider === 'sqlite') return `sqlite:${database.file}`
  const parsed = new URL(url)
  return `${parsed.protocol}//${parsed.host}${parsed.pathname}`
}
