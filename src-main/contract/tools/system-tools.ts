import { z } from 'zod'
import { healthSchema, sessionInfoSchema, statsSchema } from '../session.ts'
import { READ_ONLY, toolContract } from './tool-contract.ts'

export const healthCheck = toolContract({
  name: 'health_check',
  title: 'Check health',
  description: 'Says whether storage, embedding and sessions work, and what works less. Example: {}',
  family: 'system',
  profile: 'standard',
  input: z.strictObject({}),
  output: healthSchema,
  annotations: READ_ONLY,
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
})

export const getSessionStatistics = toolContract({
  name: 'get_session_statistics',
  title: 'Get session statistics',
  description: 'Requests, errors, bytes and latency of your own connection. Example: {}',
  family: 'system',
  profile: 'standard',
  input: z.strictObject({}),
  output: sessionInfoSchema.extend({ duration_seconds: z.number() }),
  annotations: READ_ONLY,
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
})
