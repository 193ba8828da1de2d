import { afterEach, beforeEach, describe } from 'vitest'
import { agentStoreConformance } from '../agent-store.conformance.ts'
import { auditStoreConformance } from '../audit-store.conformance.ts'
import { executionStoreConformance } from '../execution-store.conformance.ts'
import { mapStoreConformance } from '../map-store.conformance.ts'
import { memoryStoreConformance } from '../memory-store.conformance.ts'
import { insertConformance } from '../insert.conformance.ts'
import type { MemoryStore } from '../memory-store.ts'
import { searchConformance } from '../search.conformance.ts'
import { sessionStoreConformance } from '../session-store.conformance.ts'
import { taskStoreConformance } from '../task-store.conformance.ts'
import { tokenStoreConformance } from '../token-store.conformance.ts'
import { workflowStoreConformance } from '../workflow-store.conformance.ts'
import { vectorConformance } from '../vector.conformance.ts'
import type { PostgresStores } from './open-postgres-stores.ts'

/** Every port of the dialect. `open` gives empty stores. */
export function allPortsConformance(open: () => Promise<PostgresStores>): void {
  memoryStoreConformance('PostgresMemoryStore', async () => (await open()).memories)
  agentStoreConformance('PostgresAgentStore', open)
  taskStoreConformance('PostgresTaskStore', open)
  workflowStoreConformance('PostgresWorkflowStore', open)
  executionStoreConformance('PostgresExecutionStore', open)
  sessionStoreConformance('PostgresSessionStore', open)
  tokenStoreConformance('PostgresTokenStore', open)
  auditStoreConformance('PostgresAuditStore', open)
  mapStoreConformance('PostgresMapStore', open)
}

/** What differs most between servers: what a transaction writes, both legs of the search, and the small ports. */
export function searchPortConformance(open: () => Promise<PostgresStores>): void {
  describe('PostgresMemoryStore', () => {
    let store: MemoryStore
    beforeEach(async () => {
      store = (await open()).memories
    })
    afterEach(() => store.close())
    describe('insert', () => insertConformance(() => store))
    describe('search by words', () => searchConformance(() => store))
    describe('search by meaning', () => vectorConformance(() => store))
  })
  agentStoreConformance('PostgresAgentStore', open)
  taskStoreConformance('PostgresTaskStore', open)
  sessionStoreConformance('PostgresSessionStore', open)
  tokenStoreConformance('PostgresTokenStore', open)
  auditStoreConformance('PostgresAuditStore', open)
}
