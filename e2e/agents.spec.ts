import { WebSocket } from 'ws'
import { expect, test } from './fixtures.ts'

/** A WebSocket client with a name, asking the server's tools one after the other. */
class NamedClient {
  readonly #socket: WebSocket
  readonly resumeSecret: string
  readonly sessionId: string
  #nextId = 1

  private constructor(socket: WebSocket, sessionId: string, resumeSecret: string) {
    this.#socket = socket
    this.sessionId = sessionId
    this.resumeSecret = resumeSecret
  }

  static open(url: string, headers: Readonly<Record<string, string>>): Promise<NamedClient> {
    const socket = new WebSocket(url, { headers })
    let facts = { id: '', secret: '' }
    socket.on('upgrade', (response) => {
      facts = { id: String(response.headers['x-session-id']), secret: String(response.headers['x-session-resume']) }
    })
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(new NamedClient(socket, facts.id, facts.secret)))
      socket.once('error', reject)
    })
  }

  async tool(name: string, args: Readonly<Record<string, unknown>> = {}): Promise<Record<string, unknown>> {
    const id = this.#nextId++
    const answer = new Promise<Record<string, unknown>>((resolve) => {
      const listen = (data: Buffer): void => {
        const message = JSON.parse(data.toString()) as { id?: number; result?: Record<string, unknown> } // our own server's answer
        if (message.id !== id) return
        this.#socket.off('message', listen)
        resolve(message.result ?? {})
      }
      this.#socket.on('message', listen)
    })
    this.#socket.send(JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } }))
    const result = await answer
    return result['isError'] === true
      ? { error: JSON.stringify(result['content']) }
      : (result['structuredContent'] as Record<string, unknown>) // MCP's tool result
  }

  close(): void {
    this.#socket.terminate()
  }
}

test(
  'a connection registers two roles, switches, and each keeps its own memories and defaults',
  { tag: '@stores' },
  async ({ sharedServer: server }) => {
    const client = await NamedClient.open(server.wsUrl, { 'X-Agent-ID': 'lead', 'X-Agent-Namespace': 'acme' })
    await client.tool('register_agent', { agent_id: 'researcher', access_level: 'team', capabilities: ['search'] })
    await client.tool('store_memory', { content: 'only the lead knows this' })
    expect(await client.tool('switch_agent', { agent_id: 'researcher' })).toMatchObject({
      switched: true,
      previous_agent: 'lead',
      agent: { agent_id: 'researcher', status: 'active', live_sessions: 1 },
    })
    expect(await client.tool('list_memories')).toMatchObject({ total: 0 })
    expect(await client.tool('store_memory', { content: 'found by the researcher' })).toMatchObject({
      memory: { agent_id: 'researcher', access_level: 'team' },
    })
    expect(await client.tool('get_current_agent')).toMatchObject({
      agent: { agent_id: 'researcher' },
      switch_count: 1,
      history: [{ from: 'lead', to: 'researcher' }],
    })
    expect((await client.tool('switch_agent', { agent_id: 'nobody' }))['error']).toContain('researcher')
    client.close()
  },
)

test('a lost connection is resumed as the agent it had switched to', { tag: '@stores' }, async ({ sharedServer: server }) => {
  const headers = { 'X-Agent-ID': 'lead', 'X-Agent-Namespace': 'acme' }
  const first = await NamedClient.open(server.wsUrl, headers)
  await first.tool('register_agent', { agent_id: 'scout' })
  await first.tool('switch_agent', { agent_id: 'scout' })
  first.close()
  const second = await NamedClient.open(server.wsUrl, { ...headers, 'X-Session-Resume': first.resumeSecret })
  expect(second.sessionId).toBe(first.sessionId)
  expect(await second.tool('get_agent_info')).toMatchObject({ agent_id: 'scout' })
  second.close()
})

test(
  'over REST a switch says what to send instead, and agents of other namespaces stay unknown',
  { tag: '@stores' },
  async ({ sharedServer: server }) => {
    const ask = async (method: string, path: string, headers: Record<string, string>, body?: unknown) => {
      const response = await fetch(`${server.apiUrl}/api/v1${path}`, {
        method,
        headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      return { status: response.status, body: (await response.json()) as Record<string, unknown> } // our own server's answer
    }
    const acme = { 'X-Agent-ID': 'lead', 'X-Agent-Namespace': 'acme' }
    const other = { 'X-Agent-ID': 'spy', 'X-Agent-Namespace': 'other' }
    expect((await ask('POST', '/agents', acme, { agent_id: 'rest-scout' })).status).toBe(201)
    expect((await ask('POST', '/agents', other, { agent_id: 'rest-scout' })).status).toBe(409)
    expect((await ask('POST', '/agents/switch', acme, { agent_id: 'rest-scout' })).body).toMatchObject({
      switched: false,
      headers: { 'X-Agent-ID': 'rest-scout', 'X-Agent-Namespace': 'acme' },
    })
    expect((await ask('GET', '/agents/rest-scout', acme)).body).toMatchObject({ agent: { is_registered: true } })
    expect((await ask('GET', '/agents/rest-scout', other)).status).toBe(404)
    expect((await ask('GET', '/agents', other)).body).not.toHaveProperty('agents.0.agent_id', 'rest-scout')
  },
)
