/** Who the server says you are. What it does not tell a browser is undefined there; `getAgentInfo()` asks. */
export interface ClientSession {
  readonly sessionId: string | undefined
  readonly agentId: string | undefined
  readonly namespace: string | undefined
  readonly serverVersion: string | undefined
  /** True if this goes on with the session of the connection before. */
  readonly isResumed: boolean
}
