import type { Log } from '../../base/log.ts'

export interface PostgresOptions {
  /** `postgresql://user:password@host:port/database`, with parameters such as `?sslmode=require`. Holds a password: never shown or logged. */
  readonly url: string
  /** Connections at once, 1 or more; one further serves the turns of background work. */
  readonly poolSize: number
  /** How long a call waits for a connection, in milliseconds. */
  readonly connectTimeoutMs: number
  /** After this the database gives a statement up, in milliseconds. */
  readonly statementTimeoutMs: number
  /** Where the tables are; `tmws` when absent. Made if there is none. */
  readonly schema?: string
  /** Returns before the database is reached: calls wait for that, and each says by itself why when it cannot be. */
  readonly opensLater?: boolean
  readonly log: Log
}

export const DEFAULT_SCHEMA = 'tmws'

/** A name as SQL takes it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** Where a database is, for people: without user, password and parameters. */
export function placeOf(url: string): string {
  const { hostname, port, pathname, searchParams } = new URL(url)
  const host = hostname || (searchParams.get('host') ?? 'localhost')
  return `${host}:${port || '5432'}${pathname}`
}
