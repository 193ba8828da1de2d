import { messageOf } from '../../base/errors.ts'
import type { AgentStore } from '../agent-store.ts'
import type { AuditStore } from '../audit-store.ts'
import type { ExecutionStore } from '../execution-store.ts'
import type { MapStore } from '../map-store.ts'
import type { MemoryStore } from '../memory-store.ts'
import type { SessionStore } from '../session-store.ts'
import type { TaskStore } from '../task-store.ts'
import type { TokenStore } from '../token-store.ts'
import type { TransferStore } from '../transfer-store.ts'
import type { WorkflowStore } from '../workflow-store.ts'
import { callDatabase } from './postgres-calls.ts'
import { readState } from './postgres-migrator.ts'
import { PostgresAgentStore } from './postgres-agent-store.ts'
import { PostgresAuditStore } from './postgres-audit-store.ts'
import { PostgresDatabase } from './postgres-database.ts'
import { PostgresExecutionStore } from './postgres-execution-store.ts'
import { postgresMapStore } from './postgres-map-store.ts'
import { PostgresMemoryStore } from './postgres-memory-store.ts'
import type { PostgresOptions } from './postgres-options.ts'
import { PostgresSessionStore } from './postgres-session-store.ts'
import { PostgresTaskStore } from './postgres-task-store.ts'
import { postgresTokenStore } from './postgres-token-store.ts'
import { PostgresTransferStore } from './postgres-transfer-store.ts'
import { TurnKeeper } from './postgres-turns.ts'
import type { Turn } from './postgres-turns.ts'
import { PostgresWorkflowStore } from './postgres-workflow-store.ts'

/** What one database holds. Closing `memories` closes all. */
export interface PostgresStores {
  readonly memories: MemoryStore
  readonly agents: AgentStore
  readonly tasks: TaskStore
  readonly workflows: WorkflowStore
  readonly executions: ExecutionStore
  readonly sessions: SessionStore
  readonly tokens: TokenStore
  readonly transfer: TransferStore
  readonly audit: AuditStore
  readonly map: MapStore
  readonly takeTurn: (name: string) => Promise<Turn | undefined>
  readonly pool: () => PostgresDatabase['poolUse']
}

/** Opens the stores of a database, making their tables if there are none. Throws `unavailable` with what to do when it cannot be used. */
export async function openPostgresStores(options: PostgresOptions): Promise<PostgresStores> {
  const database = new PostgresDatabase(options)
  const turns = new TurnKeeper(options)
  const close = async () => {
    await turns.close()
    await database.close()
  }
  const opening = database.open()
  if (options.opensLater === true)
    void opening.catch((error: unknown) =>
      options.log.error({ problem: messageOf(error) }, 'the database could not be opened; the next call tries again'),
    )
  else await opening
  return {
    memories: new PostgresMemoryStore(database, close),
    agents: new PostgresAgentStore(database),
    tasks: new PostgresTaskStore(database),
    workflows: new PostgresWorkflowStore(database),
    executions: new PostgresExecutionStore(database),
    sessions: new PostgresSessionStore(database, turns),
    tokens: postgresTokenStore(database),
    transfer: new PostgresTransferStore(database),
    audit: new PostgresAuditStore(database),
    map: postgresMapStore(database),
    takeTurn: (name) => turns.take(name),
    pool: () => database.poolUse,
  }
}

/** Problems of a database, read beside the servers that use it; undefined when it has no tables of ours yet. Changes nothing. Throws `unavailable`. */
export async function inspectPostgres(options: PostgresOptions): Promise<string[] | undefined> {
  const state = await callDatabase(() => readState(options), Infinity)
  if (state === 'new') return undefined
  if (state === 'outdated') return ['its tables are of an older version of this program; the next start brings them up to date']
  const { memories } = await openPostgresStores(options)
  try {
    return await memories.checkIntegrity()
  } finally {
    await memories.close()
  }
}
