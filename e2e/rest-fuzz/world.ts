import type { ApiDocument } from '../api-document/api-document.ts'
import { identityHeaders } from '../clients/mcp-clients.ts'
import { RestClient } from '../clients/rest-client.ts'
import type { RestAnswer } from '../clients/rest-client.ts'
import type { RunningServer } from '../processes/server-process.ts'
import type { CallerName, FuzzedOperation, FuzzWorld } from './rest-case.ts'
import type { Schema, Stock } from './schema-texts.ts'

const AGENTS = ['fuzz-agent', 'fuzz-other'] as const

/** Who asks a server, and the operations of its document; its things are made by `stockUp`, anew for each round. */
export async function worldOf(server: RunningServer, document: ApiDocument, isSignInOn: boolean): Promise<FuzzWorld> {
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
  const owner = new RestClient(server.apiUrl, { headers: bearer(server.ownerToken) })
  const proof = async (agentId: string): Promise<Record<string, string>> => {
    if (!isSignInOn) return identityHeaders({ agentId })
    const made = await owner.post('/tokens', { name: agentId, agent_id: agentId })
    return { ...identityHeaders({ agentId }), ...bearer(made.body['secret'] as string) } // by the document
  }
  const callers: Record<CallerName, Record<string, string>> = {
    anonymous: {},
    agent: await proof(AGENTS[0]),
    other: await proof(AGENTS[1]),
    owner: bearer(server.ownerToken),
  }
  const world = { apiUrl: server.apiUrl, operations: operationsOf(document), callers, stock: {}, exported: [] }
  const stock = await stockUp(world)
  const { text } = await owner.get('/export')
  return { ...world, stock, exported: text.split('\n') }
}

/** A few of everything that has an id, made by the agent that asks most. */
export async function stockUp({ apiUrl, callers }: Pick<FuzzWorld, 'apiUrl' | 'callers'>): Promise<Stock> {
  const agent = new RestClient(apiUrl, { headers: callers.agent })
  const owner = new RestClient(apiUrl, { headers: callers.owner })
  const stamp = `${process.hrtime.bigint()}`
  const make = async (count: number, one: (index: number) => Promise<RestAnswer>, key: string): Promise<string[]> => {
    const ids: string[] = []
    for (let index = 0; index < count; index += 1) {
      const { body, text } = await one(index)
      const id = (body[key] as { id?: string } | undefined)?.id // by the document
      if (id === undefined) throw new Error(`The stock could not be made: ${text}`)
      ids.push(id)
    }
    return ids
  }
  const memories = await make(
    6,
    (index) => agent.post('/memory', { content: `Stock ${stamp} number ${index} about tea and rail.`, tags: ['stock'] }),
    'memory',
  )
  const tasks = await make(5, (index) => agent.post('/tasks', { title: `Task ${stamp} ${index}` }), 'task')
  const steps = [{ id: 'note', tool: 'list_memories', arguments: { limit: 1 } }]
  const workflows = await make(3, (index) => agent.post('/workflows', { name: `Flow ${stamp} ${index}`, steps }), 'workflow')
  const executions = await make(2, () => agent.post(`/workflows/${workflows[0]}/execute`, { input: {} }), 'execution')
  const tokens = await make(2, (index) => owner.post('/tokens', { name: `Token ${stamp} ${index}`, agent_id: 'fuzz-third' }), 'token')
  return {
    memory_id: memories,
    target_id: memories,
    to: memories,
    task_id: tasks,
    workflow_id: workflows,
    execution_id: executions,
    token_id: tokens,
    agent_id: [...AGENTS, 'fuzz-third'],
    assigned_agent_id: AGENTS,
    namespace: ['default'],
    tool: ['list_memories', 'store_memory', 'wait', 'branch'],
  }
}

/** The operations with all of their parameters and bodies. */
function operationsOf({ raw }: ApiDocument): FuzzedOperation[] {
  return Object.entries(raw.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { parameters = [], requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      // Those of all operations are references: the headers that say who asks.
      parameters: parameters.filter((parameter) => parameter.$ref === undefined) as unknown as FuzzedOperation['parameters'], // by OpenAPI
      body: Object.fromEntries(Object.entries(requestBody?.content ?? {}).map(([type, { schema }]) => [type, (schema ?? {}) as Schema])), // by OpenAPI
    })),
  )
}
