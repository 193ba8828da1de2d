import { z } from 'zod'
import { instantSchema } from './fields.ts'

export const transportKindSchema = z.enum(['websocket', 'bridge', 'http', 'rest', 'workflow'])
export type TransportKind = z.infer<typeof transportKindSchema>

/** One live connection of one client, as lists and events show it. */
export const sessionInfoSchema = z.object({
  session_id: z.string(),
  agent_id: z.string(),
  namespace: z.string(),
  transport: transportKindSchema,
  client: z.string().optional().describe('Name and version the client gave, for example "claude-ai 0.1.0".'),
  started_at: instantSchema,
  last_seen_at: instantSchema,
  duration_seconds: z
    .number()
    .describe('How long it has lived, over every connection that resumed it; the sleep of the machine is not counted.'),
  requests: z.number().int(),
  errors: z.number().int(),
  bytes_in: z.number().int(),
  bytes_out: z.number().int(),
  latency_ms: z.object({ p50: z.number(), p95: z.number() }).describe('Of its last 128 tool calls.'),
  pending_requests: z.number().int().describe('Tool calls that are not answered yet.'),
  subscriptions: z.number().int().describe('Resources it wants to hear of.'),
})
export type SessionInfo = z.infer<typeof sessionInfoSchema>

export const checkStatusSchema = z.enum(['healthy', 'degraded', 'unhealthy'])
export type CheckStatus = z.infer<typeof checkStatusSchema>

/** State of one part; `message` says what works less and what to do. */
export const checkSchema = z.object({ status: checkStatusSchema, message: z.string().optional() }).catchall(z.unknown())
export type Check = z.infer<typeof checkSchema>

export const healthSchema = z.object({
  status: checkStatusSchema,
  version: z.string(),
  uptime_seconds: z.number(),
  checks: z.object({ storage: checkSchema, embedding: checkSchema, state: checkSchema, sessions: checkSchema }),
})
export type Health = z.infer<typeof healthSchema>

/** Memories that are embedded anew because the model changes. Searches use the former vectors until all are done. */
export const modelChangeSchema = z.object({
  from: z.string(),
  to: z.string(),
  phase: z
    .enum(['embedding', 'indexing'])
    .default('embedding')
    .describe('`indexing`: the vectors are all there, and are made quick to search.'),
  done: z.number().int(),
  total: z.number().int(),
  memories_per_second: z.number().optional(),
  eta_seconds: z.number().int().optional(),
})

export const statsSchema = z.object({
  total_sessions: z.number().int().describe('Live now.'),
  unique_agents: z.number().int().describe('Live now.'),
  average_session_duration_seconds: z.number(),
  ws_connections: z.number().int(),
  api_requests_total: z.number().int(),
  memory_operations_total: z.number().int(),
  uptime_seconds: z.number(),
  total_memories: z.number().int().describe('Among those you may see.'),
  embedding: z
    .object({ state: z.string(), model: z.string(), dimensions: z.number().int(), change: modelChangeSchema.optional() })
    .optional()
    .describe('The model whose vectors searches use, and a change of it that is under way.'),
})
export type Stats = z.infer<typeof statsSchema>
