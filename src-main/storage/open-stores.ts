import type { Log } from '../base/log.ts'
import type { AgentStore } from './agent-store.ts'
import type { AuditStore } from './audit-store.ts'
import type { ExecutionStore } from './execution-store.ts'
import type { MapStore } from './map-store.ts'
import type { MemoryStore } from './memory-store.ts'
import type { PostgresOptions } from './postgres/postgres-options.ts'
import type { KeyChange } from './sqlite/sqlite-encryption.ts'
import type { RestoreOptions } from './sqlite/sqlite-restore.ts'
import type { SessionStore } from './session-store.ts'
import type { TaskStore } from './task-store.ts'
import type { TokenStore } from './token-store.ts'
import type { TransferStore } from './transfer-store.ts'
import type { WorkflowStore } from './workflow-store.ts'

/** The one door to the dialects. Each is loaded only when it is asked for: a volatile store runs without a native module. */

export type MemoryStoreOptions =
  | {
      readonly provider: 'sqlite'
      /** Absolute path of the database file; its folder is made if there is none. */
      readonly file: string
      readonly backupFolder: string
      readonly synchronous: 'normal' | 'full'
      /** Passphrase of an encrypted file. */
      readonly key?: string
      /** Only to be read, and not changed in any way. */
      readonly readOnly?: boolean
      /** Returns before the file is open; calls wait for it. */
      readonly opensLater?: boolean
      readonly log: Log
    }
  | ({ readonly provider: 'postgres' } & PostgresOptions)
  | { readonly provider: 'volatile' }

/** A store that can copy itself to a file while it works. */
export interface BackupSource {
  backup(toFile: string): Promise<void>
}

/** What one data folder holds. Closing `memories` closes all. */
export interface Stores {
  readonly memories: MemoryStore
  readonly agents: AgentStore
  readonly tasks: TaskStore
  readonly workflows: WorkflowStore
  readonly executions: ExecutionStore
  readonly sessions: SessionStore
  readonly tokens: TokenStore
  readonly transfer: TransferStore
  readonly map: MapStore
  readonly audit: AuditStore
  /**
   * Where other machines may use the same store: leave to do what one process at a time should do, undefined while another has it.
   * Lost with the connection to the store, so the work must stay right when two do it. Throws when the store is down.
   */
  readonly takeTurn?: (name: string) => Promise<OwnerLock | undefined>
  /** Settles when the store has stopped for good without having been asked to: only another process can open it again. */
  readonly died?: Promise<Error>
  /** Of a store with a pool of connections: how they are used now; undefined while it is not open. */
  readonly pool?: () => PoolUse | undefined
}

/** Connections that are there, those at work, and calls in line for one. */
export interface PoolUse {
  readonly size: number
  readonly busy: number
  readonly waiting: number
}

export async function openStores(options: MemoryStoreOptions): Promise<Stores> {
  if (options.provider === 'sqlite') {
    const { openSqliteMemoryStore } = await import('./sqlite/sqlite-memory-store.ts')
    const { provider: _, ...rest } = options
    const memories = await openSqliteMemoryStore(rest)
    const { agents, tasks, workflows, executions, sessions, tokens, transfer, audit, map, died } = memories
    return { memories, agents, tasks, workflows, executions, sessions, tokens, transfer, audit, map, died }
  }
  if (options.provider === 'postgres') {
    const { openPostgresStores } = await import('./postgres/open-postgres-stores.ts')
    return openPostgresStores(options)
  }
  const { VolatileMemoryStore } = await import('./volatile/volatile-memory-store.ts')
  const { VolatileAgentStore } = await import('./volatile/volatile-agent-store.ts')
  const { VolatileTaskStore } = await import('./volatile/volatile-task-store.ts')
  const { VolatileWorkflowStore } = await import('./volatile/volatile-workflow-store.ts')
  const { VolatileExecutionStore } = await import('./volatile/volatile-execution-store.ts')
  const { VolatileSessionStore } = await import('./volatile/volatile-session-store.ts')
  const { VolatileTokenStore } = await import('./volatile/volatile-token-store.ts')
  const { VolatileMapStore } = await import('./volatile/volatile-map-store.ts')
  const { VolatileTransferStore } = await import('./volatile/volatile-transfer-store.ts')
  const { VolatileAuditStore } = await import('./volatile/volatile-audit-store.ts')
  const kept = {
    memories: new VolatileMemoryStore(),
    agents: new VolatileAgentStore(),
    tasks: new VolatileTaskStore(),
    workflows: new VolatileWorkflowStore(),
    executions: new VolatileExecutionStore(),
  }
  const others = { sessions: new VolatileSessionStore(), tokens: new VolatileTokenStore(), audit: new VolatileAuditStore() }
  return { ...kept, ...others, transfer: new VolatileTransferStore(kept), map: new VolatileMapStore(kept.memories.entries) }
}

/** The memories alone, for tools and tests that need no more. */
export async function openMemoryStore(options: MemoryStoreOptions): Promise<MemoryStore> {
  return (await openStores(options)).memories
}

export interface OwnerLock {
  /** Lets others own the folder. Idempotent. */
  release(): void
}

/** Makes this process the one owner of a data folder until it ends, or returns undefined if another one is. */
export async function lockDataFolder(folder: string): Promise<OwnerLock | undefined> {
  const { lockDataFolder: lock } = await import('./sqlite/sqlite-owner-lock.ts')
  return lock(folder)
}

/** Leave to be the one process that gives memories their vectors, where several share a folder; undefined while another has it. */
export async function lockIndexing(folder: string): Promise<OwnerLock | undefined> {
  const { lockIndexing: lock } = await import('./sqlite/sqlite-owner-lock.ts')
  return lock(folder)
}

/** Whether a store can copy itself. */
export function isBackupSource(store: MemoryStore): store is MemoryStore & BackupSource {
  return 'backup' in store && typeof store.backup === 'function'
}

/** Problems of a SQLite database file, read beside whoever owns it; empty when it is sound. Throws `forbidden` when the key is not its. */
export async function inspectDatabase(file: string, key?: string): Promise<string[]> {
  const { inspectDatabase: inspect } = await import('./sqlite/sqlite-inspect.ts')
  return inspect(file, key)
}

/** Checks a copy of a SQLite database from end to end, on a thread of its own. Throws `unavailable` when it is not fit to use. */
export async function checkBackup(file: string, key?: string): Promise<void> {
  const { checkCopyAside } = await import('./sqlite/sqlite-check.ts')
  return checkCopyAside(file, key)
}

/** Puts a copy in the place of a SQLite database that no server has open, and keeps what was there. Returns whether there was one. */
export async function restoreDatabase(options: RestoreOptions): Promise<boolean> {
  const { restoreDatabase: restore } = await import('./sqlite/sqlite-restore.ts')
  return restore(options)
}

/** Encrypts a SQLite database that no server has open, makes it plain, or gives it another key: see sqlite-encryption.ts. */
export async function changeDatabaseKey(change: KeyChange): Promise<void> {
  const { changeKey } = await import('./sqlite/sqlite-encryption.ts')
  changeKey(change)
}

export type { RestoreOptions } from './sqlite/sqlite-restore.ts'

/** Problems of a Postgres database, read beside the servers that use it; undefined when it has no tables of ours. Changes nothing. Throws `unavailable`. */
export async function inspectPostgres(options: PostgresOptions): Promise<string[] | undefined> {
  const { inspectPostgres: inspect } = await import('./postgres/open-postgres-stores.ts')
  return inspect(options)
}
