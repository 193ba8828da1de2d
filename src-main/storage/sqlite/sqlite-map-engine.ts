import type { MapStore } from '../map-store.ts'
import { SQL_MAP } from '../sql/sql-map.ts'
import { SqliteAuditEngine } from './sqlite-audit-engine.ts'

/** The part of the engine that keeps the map of meanings. */
export abstract class SqliteMapEngine extends SqliteAuditEngine {
  callMap<M extends keyof MapStore>(method: M, args: Parameters<MapStore[M]>): ReturnType<MapStore[M]> {
    return SQL_MAP[method](this.db, ...args)
  }
}
