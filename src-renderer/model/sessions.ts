import { OWNER_AGENT_ID } from '../../src-main/contract/protocol.ts'
import type { SessionInfo } from '../api/types.ts'

/** This page holds a session too; it is not news to the one who looks at it. */
export function isAgents(session: SessionInfo): boolean {
  return session.agent_id !== OWNER_AGENT_ID
}
