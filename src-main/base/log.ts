/** What happened, for the operator: an object of facts first, then a sentence. Never memory content, never a token. */
export interface Log {
  debug(facts: LogFacts, sentence: string): void
  info(facts: LogFacts, sentence: string): void
  warn(facts: LogFacts, sentence: string): void
  error(facts: LogFacts, sentence: string): void
  /** The same log, each line marked with its subsystem. */
  child(subsystem: string): Log
  /** From now on this is the least level that is written, by this log and all that share its root. Absent where nothing is written. */
  setLevel?(level: LogLevel): void
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

export type LogFacts = Readonly<Record<string, unknown>>

/** For tests and tools that have nothing to say. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLog,
}
