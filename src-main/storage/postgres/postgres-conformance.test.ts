import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import { afterAll, beforeAll, describe } from 'vitest'
import { agentStoreConformance } from '../agent-store.conformance.ts'
import { executionStoreConformance } from '../execution-store.conformance.ts'
import { memoryStoreConformance } from '../memory-store.conformance.ts'
import { sessionStoreConformance } from '../session-store.conformance.ts'
import { taskStoreConformance } from '../task-store.conformance.ts'
import { workflowStoreConformance } from '../workflow-store.conformance.ts'
import type { PostgresStores } from './open-postgres-stores.ts'
import { describePostgres, openEmptied, optionsOf, runSql } from './postgres.fixture.ts'

function allConformance(open: () => Promise<PostgresStores>): void {
  memoryStoreConformance('PostgresMemoryStore', async () => (await open()).memories)
  agentStoreConformance('PostgresAgentStore', open)
  taskStoreConformance('PostgresTaskStore', open)
  workflowStoreConformance('PostgresWorkflowStore', open)
  executionStoreConformance('PostgresExecutionStore', open)
  sessionStoreConformance('PostgresSessionStore', open)
}

describePostgres('on PostgreSQL', (cluster) => {
  allConformance(() => openEmptied(optionsOf(cluster().url), (text) => runSql(cluster().url, text)))
})

describe('on PGlite, over one connection', () => {
  let database: PGlite
  let server: PGLiteSocketServer
  beforeAll(async () => {
    database = await PGlite.create({ extensions: { vector } })
    server = new PGLiteSocketServer({ db: database, host: '127.0.0.1', port: 0, maxConnections: 4 })
    await server.start()
  })
  afterAll(async () => {
    await server.stop()
    await database.close()
  })
  allConformance(() =>
    openEmptied(optionsOf(`postgresql://postgres@${server.getServerConn()}/postgres`, { poolSize: 1 }), (text) => database.exec(text)),
  )
})
