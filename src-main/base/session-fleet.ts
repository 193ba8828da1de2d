import type { SessionInfo } from '../contract/session.ts'
import { newId } from './ids.ts'

/** What one instance shows to the others, and does at their wish. */
export interface FleetMember {
  /** Its live sessions. */
  list(): SessionInfo[]
  /** Its live sessions with the agent that each connected as. */
  places(): Iterable<readonly [sessionId: string, agentId: string]>
  /** Ends a live session for good, in the name of `by`. One that is not there is no error. */
  disconnect(sessionId: string, by: string, why?: string): Promise<void>
  /** The client of a session has resumed on another instance: the connection here is dead or about to be. */
  replaced(sessionId: string): void
}

/** PORT. The live sessions of all instances that share one state. */
export interface SessionFleet {
  /** This instance, as a word of its own for each start. */
  readonly instance: string
  /** Whom the others see and ask from now on. */
  join(member: FleetMember): void
  /**
   * Takes a place for a session among the `most` that its agent may have on all instances, or, without `most`, in any case. False when
   * they are taken. A session that has one keeps it; when it was on another instance, that one is told. Always true while the others
   * cannot be asked. Never rejects.
   */
  enter(sessionId: string, agentId: string, most?: number): Promise<boolean>
  /** Gives the place back. Nobody waits for it. */
  leave(sessionId: string, agentId: string): void
  /** Live sessions of the other instances, as they were some seconds ago. Empty while they cannot be asked. */
  others(): Promise<readonly SessionInfo[]>
  /**
   * Asks the instance that serves a session to end it. Resolves with what the session was when that is done, and with undefined when no
   * other instance has it. Throws `unavailable` when its instance does not answer.
   */
  disconnect(sessionId: string, by: string, why?: string): Promise<SessionInfo | undefined>
}

/** One instance and no others. */
export function createAloneFleet(): SessionFleet {
  return {
    instance: newId(),
    join: () => undefined, // nobody looks
    enter: () => Promise.resolve(true),
    leave: () => undefined, // no place was taken
    others: () => Promise.resolve([]),
    disconnect: () => Promise.resolve(undefined),
  }
}
