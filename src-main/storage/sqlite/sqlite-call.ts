import type { SqliteEngine } from './sqlite-engine.ts'
import type { EngineMethod } from './sqlite-worker.ts'

/** Calls one method of the engine on the store's thread. */
export type SqliteCall = <M extends EngineMethod>(
  method: M,
  ...args: Parameters<SqliteEngine[M]>
) => Promise<Awaited<ReturnType<SqliteEngine[M]>>>
