import { agentStoreConformance } from '../agent-store.conformance.ts'
import { executionStoreConformance } from '../execution-store.conformance.ts'
import { memoryStoreConformance } from '../memory-store.conformance.ts'
import { sessionStoreConformance } from '../session-store.conformance.ts'
import { taskStoreConformance } from '../task-store.conformance.ts'
import { workflowStoreConformance } from '../workflow-store.conformance.ts'
import type { PostgresStores } from './open-postgres-stores.ts'

/** Every port of the dialect. `open` gives empty stores. */
export function allPortsConformance(open: () => Promise<PostgresStores>): void {
  memoryStoreConformance('PostgresMemoryStore', async () => (await open()).memories)
  agentStoreConformance('PostgresAgentStore', open)
  taskStoreConformance('PostgresTaskStore', open)
  workflowStoreConformance('PostgresWorkflowStore', open)
  executionStoreConformance('PostgresExecutionStore', open)
  sessionStoreConformance('PostgresSessionStore', open)
}
