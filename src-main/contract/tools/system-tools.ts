import { z } from 'zod'
import { healthSchema, sessionInfoSchema, statsSchema } from '../session.ts'
import { lineSchema } from '../fields.ts'
import { NO_TRACE, READ_ONLY, REPLACES, toolContract } from './tool-contract.ts'

export const healthCheck = toolContract({
  name: 'health_check',
  title: 'Check health',
  description: 'Says whether storage, embedding and sessions work, and what works less. Example: {}',
  family: 'system',
  profile: 'standard',
  input: z.strictObject({}),
  output: healthSchema,
  annotations: READ_ONLY,
  audit: NO_TRACE,
})

export const getSystemStats = toolContract({
  name: 'get_system_stats',
  title: 'Get system statistics',
  description: 'Counts of sessions, agents, requests and memories of this server. Example: {}',
  family: 'system',
  profile: 'standard',
  input: z.strictObject({}),
  output: statsSchema,
  annotations: READ_ONLY,
  audit: NO_TRACE,
})

export const getSessionStatistics = toolContract({
  name: 'get_session_statistics',
  title: 'Get session statistics',
  description: 'Requests, errors, bytes and latency of your own connection. Example: {}',
  family: 'system',
  profile: 'standard',
  input: z.strictObject({}),
  output: sessionInfoSchema,
  annotations: READ_ONLY,
  audit: NO_TRACE,
})

export const listSessions = toolContract({
  name: 'list_sessions',
  title: 'List sessions',
  description: 'Live connections: your own agent’s; all of them for the person at the machine.',
  family: 'system',
  profile: 'rest',
  input: z.strictObject({}),
  output: z.object({ sessions: z.array(sessionInfoSchema) }),
  annotations: READ_ONLY,
  audit: NO_TRACE,
})

const sessionIdSchema = z.string().min(1).max(64).describe('As list_sessions shows it.')

export const getSession = toolContract({
  name: 'get_session',
  title: 'Get a session',
  description: 'One live connection with its statistics: of your own agent; any for the person at the machine.',
  family: 'system',
  profile: 'rest',
  input: z.strictObject({ session_id: sessionIdSchema }),
  output: z.object({ session: sessionInfoSchema }),
  annotations: READ_ONLY,
  audit: { effect: 'nothing', object: 'session', argument: 'session_id' },
})

export const disconnectSession = toolContract({
  name: 'disconnect_session',
  title: 'Disconnect a session',
  description: 'Ends a live connection, for the person at the machine and admins. It closes with 4403, and cannot be resumed.',
  family: 'system',
  profile: 'rest',
  input: z.strictObject({
    session_id: sessionIdSchema,
    reason: lineSchema(100).optional().describe('Told to the client and on the event feed.'),
  }),
  output: z.object({ disconnected: z.literal(true), session: sessionInfoSchema.describe('As it was.') }),
  // Not idempotent: a second call finds no session, or by then another connection of it.
  annotations: { ...REPLACES, idempotentHint: false },
  audit: { effect: 'changes', object: 'session', argument: 'session_id' },
})
