import { HEADERS } from '../src-main/contract/protocol.ts'
import { RawSocket } from './clients/raw-socket.ts'
import type { RawMessage } from './clients/raw-socket.ts'
import { RestClient } from './clients/rest-client.ts'
import { expect, test } from './fixtures.ts'
import type { RunningServer } from './processes/server-process.ts'
import { until } from './processes/until.ts'

const OFF = { env: { TMWS_EMBEDDING_PROVIDER: 'off' } }

interface Welcome {
  readonly session_id: string
  readonly agent_id: string
  readonly resume_token: string
}

async function connect(server: RunningServer, agentId: string, secret?: string): Promise<{ socket: RawSocket; welcome: Welcome }> {
  const headers = { [HEADERS.agentId]: agentId, ...(secret !== undefined && { [HEADERS.sessionResume]: secret }) }
  const socket = await RawSocket.open(server.wsUrl, headers)
  const { params } = await socket.next((message) => message.method === 'welcome')
  return { socket, welcome: params as unknown as Welcome } // as the server documents it
}

const tool = (socket: RawSocket, name: string, args: unknown): Promise<RawMessage> =>
  socket.request('tools/call', { name, arguments: args })
const told = (socket: RawSocket, method: string): RawMessage[] => socket.messages.filter((message) => message.method === method)

test(
  'after kill -9 right behind the answers, every client goes on as whom it had become, with its subscriptions',
  { tag: '@stores' },
  async ({ startServer, closing, store }) => {
    let server = await startServer(OFF)
    const owners = ['one', 'two', 'three', 'four']
    let clients = await Promise.all(owners.map((owner) => connect(server, owner)))
    const uris = await Promise.all(
      clients.map(async ({ socket }, n) => {
        await tool(socket, 'register_agent', { agent_id: `role-${n}` })
        await tool(socket, 'switch_agent', { agent_id: `role-${n}` })
        const stored = await socket.request('create_memory', { content: `what role ${n} follows` })
        const uri = `memory://${(stored.result?.['memory'] as { id: string }).id}`
        expect((await socket.request('resources/subscribe', { uri })).result).toEqual({})
        return uri
      }),
    )
    for (let round = 0; round < 5; round += 1) {
      const before = clients.map(({ welcome }) => welcome)
      server = await server.kill().then(() => server.place.start(OFF))
      clients = await Promise.all(owners.map((owner, n) => connect(server, owner, before[n]!.resume_token)))
      expect(clients.map(({ welcome }) => [welcome.session_id, welcome.agent_id])).toEqual(
        before.map(({ session_id: sessionId }, n) => [sessionId, `role-${n}`]),
      )
      for (const [n, { socket }] of clients.entries()) {
        await until('the notice of what it follows', () => told(socket, 'notifications/resources/updated').length > 0)
        expect(told(socket, 'notifications/resources/updated').map(({ params }) => params?.['uri'])).toEqual([uris[n]])
        expect(told(socket, 'notices_lost')).toHaveLength(1)
      }
      const { welcome } = await connect(server, owners[0]!, before[0]!.resume_token)
      expect(welcome.session_id, 'a secret works once').not.toBe(before[0]!.session_id)
    }
    for (const { socket } of clients) closing(socket)
    const provider = { sqlite: 'SQLite', postgres: 'Postgres', 'postgres+redis': 'Redis' }[store]
    expect((await server.health()).checks.state).toMatchObject({ status: 'healthy', provider, durable: true })
  },
)

test('the person ends a session for good', { tag: '@stores' }, async ({ startServer, closing }) => {
  const server = await startServer(OFF)
  const { socket, welcome } = await connect(server, 'noisy')
  const owner = new RestClient(server.apiUrl, { headers: { authorization: `Bearer ${server.ownerToken}` } })
  const path = `/sessions/${welcome.session_id}`
  expect((await owner.get(path)).body).toMatchObject({ session: { agent_id: 'noisy' } })
  expect((await owner.delete(`${path}?reason=enough`)).status).toBe(200)
  expect(await socket.closed).toEqual({ code: 4403, reason: 'Disconnected: enough' })
  expect((await owner.get(path)).status).toBe(404)
  const again = await connect(server, 'noisy', welcome.resume_token)
  closing(again.socket)
  expect(again.welcome.session_id).not.toBe(welcome.session_id)
})
