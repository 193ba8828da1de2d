import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { AuditEntry, AuditVerdict } from '../src-main/contract/audit.ts'
import { connectBridge, connectHttp, connectNamedWs } from './clients/mcp-clients.ts'
import { RestClient } from './clients/rest-client.ts'
import { call } from './clients/tool-calls.ts'
import { expect, test } from './fixtures.ts'
import { runNode } from './processes/child.ts'
import type { Finished } from './processes/child.ts'
import { BUILT } from './processes/places.ts'
import type { RunningServer, ServerPlace } from './processes/server-process.ts'

/** `tmws audit …` on the folder of a place. */
function audit(place: ServerPlace, ...args: string[]): Promise<Finished> {
  return runNode([BUILT.server, '--data-dir', place.dataDir, 'audit', ...args], { env: place.environment() })
}

const owner = (server: RunningServer) => new RestClient(server.apiUrl, { headers: { authorization: `Bearer ${server.ownerToken}` } })

async function entriesOf(server: RunningServer, query: string): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = []
  for (let cursor = ''; ;) {
    const page = await owner(server).get(`/audit?limit=100&${query}${cursor}`)
    expect(page.status, page.text).toBe(200)
    entries.push(...(page.body['entries'] as AuditEntry[]))
    const next = page.body['next_cursor']
    if (typeof next !== 'string') return entries
    cursor = `&cursor=${encodeURIComponent(next)}`
  }
}

test('changes over every way in are in the log, with the agent, the memory and where they came from', async ({ startServer, closing }) => {
  const server = await startServer()
  const overMcp = { ws: connectNamedWs, bridge: connectBridge, http: connectHttp }
  const stored = new Map<string, string>()
  for (const [name, connect] of Object.entries(overMcp)) {
    const client = closing(await connect(server, { agentId: `agent-${name}`, namespace: 'acme' }))
    stored.set(`agent-${name}`, (await call(client, 'store_memory', { content: `by ${name}` })).memory.id)
  }
  const rest = new RestClient(server.apiUrl, { agentId: 'agent-rest', namespace: 'acme' })
  stored.set('agent-rest', ((await rest.post('/memory', { content: 'by rest' })).body['memory'] as { id: string }).id)
  for (const [agent, id] of stored) {
    const [entry, ...others] = await entriesOf(server, `agent_id=${agent}`)
    expect(others).toEqual([])
    expect(entry).toMatchObject({ action: 'store_memory', namespace: 'acme', outcome: 'ok', object: { kind: 'memory', ids: [id] } })
    expect(entry?.address).toContain('127.0.0.1')
    expect([typeof entry?.session_id, typeof entry?.request_id]).toEqual(['string', 'string'])
  }
  await test.step('the command line asks the running server', async () => {
    const listed = await audit(server.place, 'list', '--agent', 'agent-ws', '--json')
    expect(listed.code, listed.stderr).toBe(0)
    expect(JSON.parse(listed.stdout)).toMatchObject({ agent_id: 'agent-ws' })
    const exported = await audit(server.place, 'export', '-')
    expect(exported.code, exported.stderr).toBe(0)
    expect(exported.stdout.trimEnd().split('\n').length).toBeGreaterThanOrEqual(4)
    expect((await audit(server.place, 'list', '--agent', 'no such name')).stderr).toContain('--agent')
  })
})

test('whoever changes the database file is found out @sqlite', async ({ startServer }) => {
  const server = await startServer()
  const rest = new RestClient(server.apiUrl, { agentId: 'writer' })
  for (let index = 0; index < 20; index += 1) await rest.post('/memory', { content: `note ${index}` })
  const whole = await audit(server.place, 'verify')
  expect(whole.code, whole.stdout + whole.stderr).toBe(0)
  const head = /^head \d+ ([0-9a-f]{64})$/m.exec(whole.stdout)?.[1] ?? ''
  await server.stop()
  await test.step('without a server it is read straight from the file', async () => {
    const straight = await audit(server.place, 'verify', '--expect-head', head)
    expect(straight.code, straight.stdout + straight.stderr).toBe(0)
    const other = await audit(server.place, 'verify', '--expect-head', 'f'.repeat(64))
    expect([other.code, other.stdout]).toEqual([1, expect.stringContaining('truncated')])
  })
  const database = new DatabaseSync(join(server.place.dataDir, 'tmws.db'))
  expect(() => database.exec("UPDATE audit_entries SET agent_id = 'nobody' WHERE seq = 7")).toThrow(/append-only/)
  database.exec("DROP TRIGGER audit_entries_update; UPDATE audit_entries SET agent_id = 'nobody' WHERE seq = 7")
  database.close()
  const broken = await audit(server.place, 'verify')
  expect([broken.code, broken.stdout]).toEqual([1, expect.stringContaining('broken at entry 7 (changed)')])
  const again = await server.place.start()
  const { body } = await owner(again).get('/audit/verify')
  expect(body as unknown as AuditVerdict).toMatchObject({ ok: false, broken: { seq: 7, problem: 'changed' } })
})

test('after kill -9 while twenty clients write, every acknowledged write has its entry, and the chain is whole', async ({
  startServer,
  closing,
}) => {
  test.setTimeout(180_000)
  const server = await startServer()
  const clients = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => closing(await connectNamedWs(server, { agentId: `writer-${index}` }))),
  )
  const acknowledged: string[] = []
  let killed: Promise<unknown> | undefined
  await Promise.all(
    clients.map(async (client, writer) => {
      for (let index = 0; index < 50; index += 1) {
        try {
          acknowledged.push((await call(client, 'store_memory', { content: `note ${index} of ${writer}` })).memory.id)
        } catch {
          return
        }
        if (acknowledged.length >= 200) killed ??= server.kill()
      }
    }),
  )
  await killed
  expect(acknowledged.length).toBeGreaterThanOrEqual(200)
  const again = await server.place.start()
  const kept = new Set((await entriesOf(again, 'action=store_memory')).flatMap(({ object }) => object?.ids ?? []))
  expect(acknowledged.filter((id) => !kept.has(id))).toEqual([])
  const verdict = await audit(again.place, 'verify')
  expect(verdict.code, verdict.stdout + verdict.stderr).toBe(0)
})
