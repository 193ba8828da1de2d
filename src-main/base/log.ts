/** What happened, for the operator: an object of facts first, then a sentence. Never memory content, never a token. */
export interface Log {
  debug(facts: LogFacts, sentence: string): void
  info(facts: LogFacts, sentence: string): void
  warn(facts: LogFacts, sentence: string): void
  error(facts: LogFacts, sentence: string): void
  /** The same log, each line marked with its subsystem. */
  child(subsystem: string): Log
}

export type LogFacts = Readonly<Record<string, unknown>>

/** For tests and tools that have nothing to say. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLog,
}
