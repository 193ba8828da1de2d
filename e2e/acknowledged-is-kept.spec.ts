import { connectBridge, connectNamedWs } from './clients/mcp-clients.ts'
import { RestClient } from './clients/rest-client.ts'
import { call } from './clients/tool-calls.ts'
import { expect, test } from './fixtures.ts'
import type { RunningServer } from './processes/server-process.ts'

const WRITES_EACH = 100

/** One of the eight: stores a text and returns the id it was acknowledged with. */
interface Writer {
  readonly name: string
  store(content: string): Promise<string>
  close(): unknown
}

async function openWriters(server: RunningServer): Promise<Writer[]> {
  const overMcp = (name: string, client: Awaited<ReturnType<typeof connectBridge>>): Writer => ({
    name,
    store: async (content) => (await call(client, 'store_memory', { content })).memory.id,
    close: () => client.close(),
  })
  const overRest = (name: string): Writer => {
    const rest = new RestClient(server.apiUrl, { agentId: name })
    return {
      name,
      store: async (content) => {
        const answer = await rest.post('/memory', { content })
        if (answer.status !== 201) throw new Error(`REST answered ${answer.status}: ${answer.text}`)
        return (answer.body['memory'] as { id: string }).id
      },
      close: () => undefined,
    }
  }
  return Promise.all([
    ...['ws-1', 'ws-2', 'ws-3', 'ws-4'].map(async (name) => overMcp(name, await connectNamedWs(server, { agentId: name }))),
    ...['bridge-1', 'bridge-2'].map(async (name) => overMcp(name, await connectBridge(server, { agentId: name }))),
    ...['rest-1', 'rest-2'].map((name) => Promise.resolve(overRest(name))),
  ])
}

interface Write {
  readonly writer: string
  readonly content: string
  /** Absent when the write was not acknowledged. */
  readonly id?: string
  readonly error?: string
}

/** All writes of all writers at once. `onAcknowledged` hears of each id as it comes. */
function writeAll(writers: readonly Writer[], onAcknowledged: () => void = () => undefined): Promise<Write[]> {
  const contents = Array.from({ length: WRITES_EACH }, (_, number) => number)
  return Promise.all(
    writers.flatMap((writer) =>
      contents.map(async (number): Promise<Write> => {
        const content = `Note ${number} of ${writer.name}: the build took ${number * 7} seconds on runner ${number % 5}.`
        try {
          const id = await writer.store(content)
          onAcknowledged()
          return { writer: writer.name, content, id }
        } catch (error) {
          return { writer: writer.name, content, error: String(error) }
        }
      }),
    ),
  )
}

/** Every memory of the store by id, as the person at the machine sees them. */
async function everything(server: RunningServer): Promise<Map<string, { content: string; agent_id: string }>> {
  const owner = new RestClient(server.apiUrl, { headers: { authorization: `Bearer ${server.ownerToken}` } })
  const rows = new Map<string, { content: string; agent_id: string }>()
  for (let cursor = ''; ;) {
    const page = await owner.get(`/memory?limit=100${cursor}`)
    expect(page.status, page.text).toBe(200)
    for (const memory of page.body['memories'] as { id: string; content: string; agent_id: string }[]) rows.set(memory.id, memory)
    const next = page.body['next_cursor']
    if (typeof next !== 'string') return rows
    cursor = `&cursor=${encodeURIComponent(next)}`
  }
}

test('eight clients that write a hundred memories each at once get 800 ids, and 800 rows are there', async ({ startServer, closing }) => {
  const server = await (await startServer()).untilHealthy()
  const writers = (await openWriters(server)).map((writer) => closing(writer))
  const writes = await writeAll(writers)
  expect(writes.filter((write) => write.error !== undefined)).toEqual([])
  expect(new Set(writes.map((write) => write.id)).size).toBe(800)
  const rows = await everything(server)
  expect(rows.size).toBe(800)
  for (const { id, content, writer } of writes) expect(rows.get(id ?? '')).toMatchObject({ content, agent_id: writer })
})

test(
  'after kill -9 in the middle of the writes no acknowledged id is missing, and the database is sound',
  { tag: '@stores' },
  async ({ startServer, closing }) => {
    const server = await (await startServer()).untilHealthy()
    const writers = (await openWriters(server)).map((writer) => closing(writer))
    let acknowledged = 0
    let restarted: Promise<RunningServer> | undefined
    const writes = await writeAll(writers, () => {
      acknowledged += 1
      if (acknowledged === 200) restarted = server.kill().then(() => server.place.start())
    })
    expect(restarted, 'the server was killed while writes were running').toBeDefined()
    const again = await restarted!
    const rows = await everything(again)
    const kept = writes.filter((write) => write.id !== undefined)
    expect(kept.length).toBeGreaterThanOrEqual(200)
    expect(
      kept.filter(({ id, content }) => rows.get(id ?? '')?.content !== content),
      'acknowledged, but not there',
    ).toEqual([])
    await test.step('nothing is there twice, and nothing that nobody wrote', () => {
      const contents = [...rows.values()].map((row) => row.content)
      expect(new Set(contents).size).toBe(contents.length)
      const written = new Set(writes.map((write) => write.content))
      expect(contents.filter((content) => !written.has(content))).toEqual([])
    })
    await test.step('clients without a bridge lost the server: their other writes failed, none hangs', () => {
      const lost = writes.filter((write) => write.error !== undefined)
      expect(lost.length).toBeGreaterThan(0)
      expect(lost.filter((write) => write.writer.startsWith('bridge'))).toEqual([])
    })
    await test.step('the database is sound, beside the running server and after its stop', async () => {
      const beside = await again.place.doctor()
      expect(beside.stdout).toContain('is sound')
      expect(beside.code, beside.stdout).toBe(0)
      await again.stop()
      const after = await again.place.doctor()
      expect(after.stdout).toContain('is sound')
      expect(after.code, after.stdout).toBe(0)
    })
  },
)
