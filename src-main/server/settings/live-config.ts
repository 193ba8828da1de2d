import type { ServerConfig } from '../../config/config.ts'

/**
 * A configuration some of whose values follow the settings while the server runs. Its parts are built from `config`: those that read a value
 * each time they need it get the one of now, and what is opened once (ports, stores, models) keeps that of the start.
 */
export class LiveConfig {
  readonly config: ServerConfig
  readonly #listeners: ((config: ServerConfig) => void)[] = []
  #now: ServerConfig

  constructor(start: ServerConfig) {
    this.#now = start
    const parts = {
      ...start,
      sessions: following(start.sessions, () => this.#now.sessions, ['idleTimeoutSeconds']),
      rateLimit: following(start.rateLimit, () => this.#now.rateLimit, keysOf(start.rateLimit)),
      audit: following(start.audit, () => this.#now.audit, ['keepDays']),
      backups: following(start.backups, () => this.#now.backups, keysOf(start.backups)),
      workflows: following(start.workflows, () => this.#now.workflows, keysOf(start.workflows)),
      log: following(start.log, () => this.#now.log, ['level']),
    }
    this.config = Object.freeze(following(parts, () => this.#now, ['toolProfile', 'secretScan', 'trashDays']))
  }

  /** From now on the values of `next` count, as far as they can. */
  apply(next: ServerConfig): void {
    this.#now = next
    for (const listener of this.#listeners) listener(next)
  }

  /** For what has to be told. */
  onChange(listener: (config: ServerConfig) => void): void {
    this.#listeners.push(listener)
  }
}

/** `start` with some properties that are read from `now` each time. */
function following<T extends object>(start: T, now: () => T, names: readonly (keyof T)[]): T {
  const copy = { ...start }
  for (const name of names) Object.defineProperty(copy, name, { enumerable: true, get: () => now()[name] })
  return copy
}

function keysOf<T extends object>(value: T): (keyof T)[] {
  return Object.keys(value) as (keyof T)[] // of a plain object
}
