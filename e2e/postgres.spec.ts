import { startPostgresCluster } from '../resources/scripts/postgres-cluster.ts'
import type { PostgresCluster } from '../resources/scripts/postgres-cluster.ts'
import { findPostgres } from '../resources/scripts/setup-postgres.ts'
import { connectBridge, connectNamedWs } from './clients/mcp-clients.ts'
import { RestClient } from './clients/rest-client.ts'
import { call, untilIndexed } from './clients/tool-calls.ts'
import { expect, test } from './fixtures.ts'
import type { RunningServer } from './processes/server-process.ts'

/** How long the database is away, in milliseconds. */
const OUTAGE_MS = 20_000
/** What a caller may have to wait for the news of an outage, in milliseconds, on a busy machine. */
const DEADLINE_MS = 12_000

test.describe('on Postgres', () => {
  test.skip(!findPostgres(), 'there is no PostgreSQL with pgvector; run node resources/scripts/setup-postgres.ts')
  let cluster: PostgresCluster
  test.beforeAll(async () => {
    cluster = (await startPostgresCluster())!
  })
  test.afterAll(() => cluster.remove())

  let serial = 0
  const settings = () => ({ env: { TMWS_DATABASE_URL: cluster.createDatabase(`e2e_${serial++}`) } })

  test('the server keeps memories, tasks and workflows, by MCP and by REST', async ({ startServer, closing }) => {
    const options = settings()
    const server = await (await startServer(options)).untilHealthy()
    const client = closing(await connectNamedWs(server, { agentId: 'ada', namespace: 'lab' }))
    const rest = new RestClient(server.apiUrl, { agentId: 'ada', namespace: 'lab' })
    const { memory } = await call(client, 'store_memory', { content: 'The harbour lights are repaired on Mondays.', tags: ['harbour'] })
    await untilIndexed(client)
    const found = await call(client, 'semantic_search', { query: 'when are the lamps of the port mended' })
    expect(found).toMatchObject({ mode: 'hybrid', memories: [{ id: memory.id }] })
    await call(client, 'update_memory', { memory_id: memory.id, content: 'The harbour lights are repaired on Fridays.' })
    const history = await call(client, 'get_memory_history', { memory_id: memory.id })
    expect(history.history.map(({ version }) => version)).toEqual([2, 1])
    expect((await rest.get(`/memory/${memory.id}`)).text).toContain('on Fridays')
    expect((await rest.post('/memory/search', { query: 'fridays' })).body).toMatchObject({ count: 1 })

    const { task } = await call(client, 'manage_task', { operation: 'create', title: 'Order lamps' })
    expect((await rest.get('/tasks')).body).toMatchObject({ tasks: [{ id: task.id, status: 'pending' }] })
    const steps = [{ id: 'note', tool: 'store_memory', arguments: { content: 'Lamps were ordered by {{input.who}}.' } }]
    const { workflow } = await call(client, 'manage_workflow', { operation: 'create', name: 'order', steps })
    const run = await call(client, 'execute_workflow', { workflow_id: workflow!.id, input: { who: 'ada' } })
    expect(run).toMatchObject({ execution: { status: 'completed' } })

    await test.step('the doctor finds it sound', async () => {
      const doctor = await server.place.doctor(options.env)
      expect(doctor.stdout).toContain('is sound')
      expect(doctor.code, doctor.stdout).toBe(0)
    })
    await test.step('a second server on another folder shares it all', async () => {
      const second = await (await startServer(options)).untilHealthy()
      const other = new RestClient(second.apiUrl, { agentId: 'ada', namespace: 'lab' })
      expect((await other.post('/memory/search', { query: 'lamps ordered' })).body).toMatchObject({ count: 2 })
      expect((await other.get(`/memory/${memory.id}`)).status).toBe(200)
    })
  })

  test('an outage under load is told in time, ends by itself, and costs nothing that was acknowledged', async ({ startServer }) => {
    const server = await (await startServer({ env: { ...settings().env, TMWS_RATE_LIMIT_REQUESTS: '1000000' } })).untilHealthy()
    const kept = new Map<string, string>()
    const failures = new Set<number>()
    const unclear: string[] = []
    let slowest = 0
    let refused = 0
    let isOver = false
    const write = async (writer: number): Promise<void> => {
      const rest = new RestClient(server.apiUrl, { agentId: `writer-${writer}` })
      for (let number = 0; !isOver; number++) {
        const content = `Note ${number} of writer ${writer}.`
        const begun = performance.now()
        const answer = await rest.post('/memory', { content })
        slowest = Math.max(slowest, performance.now() - begun)
        if (answer.status === 201) kept.set((answer.body['memory'] as { id: string }).id, content)
        else {
          refused += 1
          failures.add(answer.status)
          const { code } = (answer.body['error'] ?? {}) as { code?: string }
          if (code !== 'unavailable') unclear.push(answer.text)
        }
      }
    }
    const writers = [0, 1, 2, 3].map(write)
    await expect.poll(() => kept.size, { timeout: 30_000 }).toBeGreaterThan(50)
    await cluster.stop()
    const began = performance.now()
    try {
      await expect.poll(async () => (await health(server)).status, { timeout: OUTAGE_MS / 2 }).toBe('unhealthy')
      // Whoever asks hears of it, again and again: nobody hangs until it is over.
      await new Promise((resolve) => setTimeout(resolve, OUTAGE_MS - (performance.now() - began)))
      expect(refused).toBeGreaterThanOrEqual(4)
      expect(server.process.isRunning).toBe(true)
    } finally {
      await cluster.start()
    }
    const before = kept.size
    await expect.poll(() => kept.size, { timeout: 30_000 }).toBeGreaterThan(before + 20)
    isOver = true
    await Promise.all(writers)
    expect([...failures]).toEqual([503])
    expect(unclear).toEqual([])
    expect(slowest).toBeLessThan(DEADLINE_MS)
    expect((await health(server)).status).toBe('healthy')
    await expectKept(server, kept)
  })

  test('kill -9 of the server amid writes keeps what was acknowledged', async ({ startServer }) => {
    const options = settings()
    const server = await (await startServer(options)).untilHealthy()
    const kept = new Map<string, string>()
    let killed: Promise<unknown> | undefined
    const write = async (writer: number): Promise<void> => {
      const rest = new RestClient(server.apiUrl, { agentId: `writer-${writer}` })
      for (let number = 0; number < 80; number++) {
        const content = `Line ${number} of writer ${writer}.`
        const answer = await rest.post('/memory', { content }).catch(() => undefined)
        if (!answer) return
        if (answer.status === 201) kept.set((answer.body['memory'] as { id: string }).id, content)
        if (kept.size === 100) killed ??= server.kill()
      }
    }
    await Promise.all([0, 1, 2, 3].map(write))
    await killed
    expect(kept.size).toBeGreaterThanOrEqual(100)
    const again = await (await server.place.start(options)).untilHealthy()
    await expectKept(again, kept)
  })

  test('a bridge without a server serves from Postgres itself', async ({ startServer, closing }) => {
    const options = settings()
    const server = await (await startServer(options)).untilHealthy()
    const { id } = (await new RestClient(server.apiUrl, { agentId: 'ada' }).post('/memory', { content: 'Kept in Postgres.' })).body[
      'memory'
    ] as { id: string }
    await server.stop()
    const client = closing(await connectBridge(server, { agentId: 'ada', env: options.env }))
    expect(await call(client, 'recall_memory', { memory_id: id })).toMatchObject({ memory: { content: 'Kept in Postgres.' } })
  })
})

async function health(server: RunningServer): Promise<{ status: string }> {
  return (await (await fetch(`${server.apiUrl}/health`)).json()) as { status: string }
}

async function expectKept(server: RunningServer, kept: ReadonlyMap<string, string>): Promise<void> {
  const owner = new RestClient(server.apiUrl, { headers: { authorization: `Bearer ${server.ownerToken}` } })
  const missing: string[] = []
  for (const [id, content] of kept) {
    const { body } = await owner.get(`/memory/${id}`)
    if ((body['memory'] as { content?: string } | undefined)?.content !== content) missing.push(content)
  }
  expect(missing).toEqual([])
}
