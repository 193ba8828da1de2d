import type { AuditObjectKind, AuditOutcome } from '../contract/audit.ts'

export type { AuditObjectKind, AuditOutcome } from '../contract/audit.ts'

/** What is kept of one deed: who, from where, what, on what, and how it ended. Names and ids; never a text, an argument or a token. */
export interface AuditDeed {
  /** What was done or tried, as a dotted word: the name of a tool, or `sign-in`, `token.revoke`, `export`. */
  readonly action: string
  readonly agentId: string
  readonly namespace: string
  readonly outcome: AuditOutcome
  /** Absent for what is not done over a session. */
  readonly sessionId?: string
  readonly requestId?: string
  /** IP address of the client. */
  readonly address?: string
  /** What it was done to. */
  readonly object?: AuditObject
  /** Code of the error, where it did not go well. */
  readonly code?: string
  /** Facts for the reader, such as how often a denial repeated. */
  readonly facts?: Readonly<Record<string, string | number | boolean>>
}

export interface AuditObject {
  readonly kind: AuditObjectKind
  /** At most a page of them. */
  readonly ids: readonly string[]
}

/** PORT. Keeps what was done, so that it can be looked up and proven later. */
export interface AuditTrail {
  /** To be called before a change. Throws `unavailable` while what is done could not be kept: it must not be done unseen. */
  admit(): void
  /** Kept when it answers. Throws `unavailable` when it cannot be kept: what was done must not be acknowledged then. */
  record(deed: AuditDeed): Promise<void>
  /**
   * Kept soon. Never waits or throws; what cannot be kept shows in the health. Of denials and failures that are alike (client address,
   * agent, action, code) the first is kept at once and the others as a count, so that nobody can fill the disk with them.
   */
  note(deed: AuditDeed): void
}

/** Keeps nothing. */
export const noAudit: AuditTrail = { admit: () => undefined, record: () => Promise.resolve(), note: () => undefined }
