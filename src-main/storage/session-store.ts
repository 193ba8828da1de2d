/** PORT. What must outlive one connection, so that a client can resume. Values are small and expire by themselves. */
export interface SessionStore {
  /** Keeps `record` for `ttlSeconds`, replacing what stood under its id. */
  save(record: SessionRecord, ttlSeconds: number): Promise<void>
  /** Takes the record whose resume secret hashes to `resumeHash`, and removes it: a secret works once. Undefined if none lives. */
  takeByResumeHash(resumeHash: string): Promise<SessionRecord | undefined>
  remove(sessionId: string): Promise<void>
  close(): Promise<void>
}

export interface SessionRecord {
  readonly sessionId: string
  /** SHA-256 of the resume secret, hex. The secret itself is never stored. */
  readonly resumeHash: string
  /** Whom the client connected as, and where: only it may resume. */
  readonly connectedAs: { readonly agentId: string; readonly namespace: string }
  /** Whom it acts as, after any switch. */
  readonly agentId: string
  readonly namespace: string
  readonly capabilities: Readonly<Record<string, unknown>>
  /** Epoch ms. */
  readonly startedAtMs: number
  /** URIs of the resources it wants to hear of. */
  readonly subscriptions?: readonly string[]
}
