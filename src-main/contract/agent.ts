import { z } from 'zod'
import { agentIdSchema, instantSchema, lineSchema, namespaceSchema } from './fields.ts'
import { accessLevelSchema } from './memory.ts'
import { LIMITS } from './protocol.ts'

/** What an agent can do: names, each with any JSON value. */
export const capabilitiesSchema = z
  .record(z.string(), z.unknown())
  .refine(
    (value) => JSON.stringify(value).length <= LIMITS.capabilitiesBytes,
    `must be at most ${LIMITS.capabilitiesBytes} characters as JSON`,
  )

/** What a caller may write: an object, or a plain list of names, each of which is then true. */
export const capabilitiesInputSchema = z.union(
  [capabilitiesSchema, z.array(lineSchema(64)).max(100)],
  'must be a JSON object or a list of names',
)

/** A named identity. Every agent that was ever seen has one; registering gives it a name, defaults and a namespace of its own. */
export const agentSchema = z.object({
  agent_id: agentIdSchema,
  display_name: z.string(),
  namespace: namespaceSchema,
  capabilities: z.record(z.string(), z.unknown()),
  access_level: accessLevelSchema.describe('What its new memories get when it says nothing.'),
  status: z.enum(['active', 'idle']).describe('active: it has a live connection.'),
  is_registered: z.boolean().describe('false: only seen, never registered.'),
  metadata: z.record(z.string(), z.unknown()),
  created_at: instantSchema,
  last_seen_at: instantSchema.optional(),
  live_sessions: z.number().int(),
  memory_count: z.number().int().describe('Its memories that you may see.'),
})
export type Agent = z.infer<typeof agentSchema>

/** One change of identity of a connection. */
export const agentSwitchSchema = z.object({ from: z.string(), to: z.string(), at: instantSchema })
export type AgentSwitch = z.infer<typeof agentSwitchSchema>
