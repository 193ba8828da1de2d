import { toIso } from '../../base/clock.ts'
import { agentCursor, alreadyRegistered, readAgentCursor } from '../agent-rules.ts'
import type { AgentRecord, AgentStore, NewAgent } from '../agent-store.ts'
import type { AgentTable, MemoryDb } from './sql-schema.ts'

export async function seeAgent(db: MemoryDb, agentId: string, namespace: string, now: string): Promise<void> {
  const at = Date.parse(now)
  await db
    .insertInto('agents')
    .values({
      ...toRow({ agent_id: agentId, display_name: agentId, namespace, capabilities: {}, access_level: 'private', metadata: {} }),
      is_registered: 0,
      created_at: at,
      last_seen_at: at,
    })
    .onConflict((conflict) => conflict.column('agent_id').doUpdateSet({ last_seen_at: at }))
    .execute()
}

export async function registerAgent(db: MemoryDb, agent: NewAgent, now: string): Promise<AgentRecord> {
  const row = toRow(agent)
  // One statement decides: of two registrations at once, one changes nothing.
  const result = await db
    .insertInto('agents')
    .values({ ...row, is_registered: 1, created_at: Date.parse(now), last_seen_at: null })
    .onConflict((conflict) =>
      conflict
        .column('agent_id')
        .doUpdateSet({ ...row, is_registered: 1 })
        .where('agents.is_registered', '=', 0),
    )
    .returningAll()
    .executeTakeFirst()
  if (!result) throw alreadyRegistered(agent.agent_id)
  return toRecord(result)
}

export async function findAgent(db: MemoryDb, agentId: string): Promise<AgentRecord | undefined> {
  const row = await db.selectFrom('agents').selectAll().where('agent_id', '=', agentId).executeTakeFirst()
  return row && toRecord(row)
}

export async function listAgents(db: MemoryDb, query: Parameters<AgentStore['list']>[0]): ReturnType<AgentStore['list']> {
  let select = db
    .selectFrom('agents')
    .selectAll()
    .orderBy('agent_id')
    .limit(query.limit + 1)
  if (query.namespace !== undefined) select = select.where('namespace', '=', query.namespace)
  if (query.cursor !== undefined) select = select.where('agent_id', '>', readAgentCursor(query.cursor))
  const rows = await select.execute()
  const agents = rows.slice(0, query.limit).map(toRecord)
  const last = agents.at(-1)
  return { agents, ...(last && rows.length > query.limit && { nextCursor: agentCursor(last.agent_id) }) }
}

export function toRow(agent: NewAgent): Omit<AgentTable, 'is_registered' | 'created_at' | 'last_seen_at'> {
  return { ...agent, capabilities: JSON.stringify(agent.capabilities), metadata: JSON.stringify(agent.metadata) }
}

export function toRecord(row: AgentTable): AgentRecord {
  const { is_registered: isRegistered, created_at: createdAt, last_seen_at: lastSeenAt, ...rest } = row
  return {
    ...rest,
    capabilities: JSON.parse(row.capabilities) as AgentRecord['capabilities'], // written by toRow
    metadata: JSON.parse(row.metadata) as AgentRecord['metadata'], // as above
    is_registered: isRegistered === 1,
    created_at: toIso(createdAt),
    ...(lastSeenAt !== null && { last_seen_at: toIso(lastSeenAt) }),
  }
}
