import { OWNER_AGENT_ID } from '../../src-main/contract/protocol.ts'
import type { SessionInfo } from '../api/types.ts'

/** This page holds a session too; it is not news to the one who looks at it. */
export function isAgents(session: SessionInfo): boolean {
  return session.agent_id !== OWNER_AGENT_ID
}

/**
 * What a server answered when asked for the sessions, with what events said of the `changed` ones since it was asked: the answer may be
 * older than they are, and knows of a session that has closed since, or not yet of one that has opened.
 */
export function withEvents(
  answered: readonly SessionInfo[],
  shown: readonly SessionInfo[],
  changed: ReadonlySet<string>,
): readonly SessionInfo[] {
  const known = new Map(shown.map((session) => [session.session_id, session]))
  const answeredIds = new Set(answered.map((session) => session.session_id))
  const opened = shown.filter(({ session_id: id }) => changed.has(id) && !answeredIds.has(id))
  const others = answered.flatMap((session) => {
    if (!changed.has(session.session_id)) return [session]
    const own = known.get(session.session_id)
    return own ? [own.requests > session.requests ? own : session] : []
  })
  return [...opened, ...others]
}
