import { AppError } from '../base/errors.ts'

export function alreadyRegistered(agentId: string): AppError {
  return new AppError(
    'conflict',
    `The agent "${agentId}" is registered already; choose another agent_id, or switch to it with switch_agent.`,
    {
      details: { agent_id: agentId },
    },
  )
}

export function badAgentCursor(): AppError {
  return new AppError('invalid_request', 'cursor is not `next_cursor` of this list; leave it out to start at the first page.', {
    details: { field: 'cursor' },
  })
}

/** The place after an agent in the list, opaque to callers. */
export function agentCursor(agentId: string): string {
  return Buffer.from(JSON.stringify(['agents', agentId])).toString('base64url')
}

/** The agent id in a cursor. Throws `invalid_request` when it is none of ours. */
export function readAgentCursor(cursor: string): string {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    if (Array.isArray(value) && value.length === 2 && value[0] === 'agents' && typeof value[1] === 'string') return value[1]
  } catch {
    // Not ours, as below.
  }
  throw badAgentCursor()
}
