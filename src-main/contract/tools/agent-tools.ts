import { z } from 'zod'
import { agentSchema, agentSwitchSchema, capabilitiesInputSchema } from '../agent.ts'
import { agentIdSchema, contextSchema, cursorSchema, limitSchema, lineSchema, namespaceSchema } from '../fields.ts'
import { accessLevelSchema } from '../memory.ts'
import { transportKindSchema } from '../session.ts'
import { ADDS, NO_TRACE, READ_ONLY, SETS, toolContract } from './tool-contract.ts'

export const registerAgent = toolContract({
  name: 'register_agent',
  title: 'Register an agent',
  description:
    'Gives an agent id a name, a namespace, capabilities and a default access level that outlive this connection. Use it once for each role you play, then switch_agent. ' +
    'Example: {"agent_id": "researcher", "display_name": "Researcher", "capabilities": ["search", "summarise"], "access_level": "team"}',
  family: 'agent',
  profile: 'standard',
  input: z.strictObject({
    agent_id: agentIdSchema,
    display_name: lineSchema(100).optional().describe('The agent id when absent.'),
    namespace: namespaceSchema.optional().describe('Yours when absent; only an admin may name another.'),
    capabilities: capabilitiesInputSchema.default({}),
    access_level: accessLevelSchema.default('private').describe('What its new memories get when it says nothing.'),
    metadata: contextSchema.default({}),
  }),
  output: z.object({ agent: agentSchema }),
  annotations: ADDS,
  audit: { effect: 'changes', object: 'agent', argument: 'agent_id', facts: ['namespace', 'access_level'] },
})

export const switchAgent = toolContract({
  name: 'switch_agent',
  title: 'Switch to another agent',
  description:
    'Makes this connection act as another registered agent from now on: its namespace, its private memories, its defaults. The memories of the agent before stay its own. ' +
    'Example: {"agent_id": "researcher"}',
  family: 'agent',
  profile: 'standard',
  input: z.strictObject({ agent_id: agentIdSchema }),
  output: z.object({
    switched: z.boolean().describe('false over HTTP, where each request says anew who asks: send `headers` instead.'),
    previous_agent: z.string(),
    agent: agentSchema,
    headers: z.record(z.string(), z.string()).optional().describe('What to send with each request to be this agent.'),
  }),
  annotations: SETS,
  audit: { effect: 'changes', object: 'agent', argument: 'agent_id' },
})

export const getCurrentAgent = toolContract({
  name: 'get_current_agent',
  title: 'Get the current agent',
  description: 'Says which agent this connection acts as now, and which it was before. Example: {}',
  family: 'agent',
  profile: 'standard',
  input: z.strictObject({}),
  output: z.object({
    agent: agentSchema,
    session_id: z.string(),
    session_duration_seconds: z.number(),
    switch_count: z.number().int(),
    history: z.array(agentSwitchSchema).describe('The last five switches, newest first.'),
  }),
  annotations: READ_ONLY,
  audit: NO_TRACE,
})

export const getAgentInfo = toolContract({
  name: 'get_agent_info',
  title: 'Get agent information',
  description: 'Says who you are to this server, or who another agent of your namespace is. Example: {} or {"agent_id": "researcher"}',
  family: 'agent',
  profile: 'standard',
  input: z.strictObject({ agent_id: agentIdSchema.optional().describe('Yourself when absent.') }),
  output: z.object({
    agent_id: z.string(),
    namespace: z.string(),
    capabilities: z.record(z.string(), z.unknown()),
    memory_count: z.number().int().describe('Its memories that you may see.'),
    agent: agentSchema.optional().describe('What is known of it over time; absent while it has not been seen.'),
    session_id: z.string().optional().describe('Of your own connection.'),
    transport: transportKindSchema.optional(),
    is_owner: z.boolean().optional(),
  }),
  annotations: READ_ONLY,
  audit: { effect: 'nothing', object: 'agent', argument: 'agent_id' },
})

export const listAgents = toolContract({
  name: 'list_agents',
  title: 'List agents',
  description: 'The agents of your namespace, by id: who there is, what they can do, who is connected. Example: {}',
  family: 'agent',
  profile: 'standard',
  input: z.strictObject({
    namespace: namespaceSchema.optional().describe('Yours when absent; another only for the person at the machine.'),
    limit: limitSchema(20),
    cursor: cursorSchema.optional(),
  }),
  output: z.object({ agents: z.array(agentSchema), next_cursor: z.string().optional() }),
  annotations: READ_ONLY,
  audit: NO_TRACE,
})
