import type { AgentRecord, AgentStore, NewAgent } from '../agent-store.ts'
import { findAgent, listAgents, registerAgent, seeAgent } from '../sql/sql-agents.ts'
import type { PostgresDatabase } from './postgres-database.ts'

/** Agents in the same database as the memories. */
export class PostgresAgentStore implements AgentStore {
  readonly #database: PostgresDatabase

  constructor(database: PostgresDatabase) {
    this.#database = database
  }

  see(agentId: string, namespace: string, now: string): Promise<void> {
    return this.#database.run('see', (db) => seeAgent(db, agentId, namespace, now))
  }

  register(agent: NewAgent, now: string): Promise<AgentRecord> {
    // A transaction has a known outcome: tried again after a lost answer, one statement would find itself there already.
    return this.#database.run('register', (db) => db.transaction().execute((tx) => registerAgent(tx, agent, now)))
  }

  get(agentId: string): Promise<AgentRecord | undefined> {
    return this.#database.run('getAgent', (db) => findAgent(db, agentId))
  }

  list(query: Parameters<AgentStore['list']>[0]): ReturnType<AgentStore['list']> {
    return this.#database.run('listAgents', (db) => listAgents(db, query))
  }
}
