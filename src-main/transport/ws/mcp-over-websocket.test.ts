import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { WebSocketClientTransport } from '@modelcontextprotocol/sdk/client/websocket.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isInProfile, TOOLS } from '../../contract/tools.ts'
import { TestServer } from '../../server/testing/start-test-server.ts'
import { WsClient } from './testing/ws-client.ts'

let server: TestServer
beforeAll(async () => {
  server = await TestServer.start()
})
afterAll(() => server.stop())

const SHOWN = Object.values(TOOLS).filter((tool) => isInProfile(tool, 'standard')).length
const MODERN = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} }

describe('MCP over one WebSocket', () => {
  test.each(['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'])('is spoken with a handshake of %s', async (protocolVersion) => {
    const client = await WsClient.open(server.wsUrl, { agent: 'legacy' })
    const answer = await client.ask('initialize', { protocolVersion, capabilities: {}, clientInfo: { name: 'old-host', version: '1.2' } })
    expect(answer.result).toMatchObject({ protocolVersion, serverInfo: { name: 'tmws' } })
    client.send({ jsonrpc: '2.0', method: 'notifications/initialized' })
    expect((await client.ask('tools/list')).result?.['tools']).toHaveLength(SHOWN)
    expect(await client.callTool('store_memory', { content: `kept in ${protocolVersion}` })).toMatchObject({
      structuredContent: { memory: { agent_id: 'legacy' } },
    })
    expect((await client.ask('get_session_statistics')).result).toMatchObject({ client: 'old-host 1.2' })
    await client.close()
  })

  test('is spoken without a handshake in 2026', async () => {
    const client = await WsClient.open(server.wsUrl, { agent: 'modern' })
    expect((await client.ask('server/discover', { _meta: MODERN })).result).toMatchObject({
      supportedVersions: ['2026-07-28'],
      resultType: 'complete',
    })
    const answer = await client.ask('tools/call', { name: 'get_agent_info', arguments: {}, _meta: MODERN })
    expect(answer.result).toMatchObject({ structuredContent: { agent_id: 'modern', session_id: client.sessionId } })
    await client.close()
  })

  test('failures of a tool are results with a sentence, and its code for programs', async () => {
    const client = await WsClient.open(server.wsUrl, { agent: 'alice' })
    const answer = await client.ask('tools/call', {
      name: 'recall_memory',
      arguments: { memory_id: '00000000-0000-7000-8000-000000000000' },
    })
    expect(answer.result).toMatchObject({
      isError: true,
      content: [{ text: 'not_found: There is no memory 00000000-0000-7000-8000-000000000000, or you may not see it.' }],
      _meta: { 'tmws/error': { code: 'not_found' } },
    })
    expect((await client.ask('tools/call', { name: 'no_such' })).error).toMatchObject({ code: -32602 })
    await client.close()
  })

  test('the official client of the SDK 1 connects and calls', async () => {
    const client = new Client({ name: 'test', version: '1' })
    await client.connect(new WebSocketClientTransport(new URL(server.wsUrl)))
    expect((await client.listTools()).tools.map((tool) => tool.name)).toContain('semantic_search')
    expect((await client.callTool({ name: 'get_agent_info', arguments: {} })).structuredContent).toMatchObject({ agent_id: 'anonymous' })
    await client.close()
  })
})

describe('a resumed session', () => {
  const connect = (headers: Record<string, string>, agent = 'alice', at = server) => WsClient.open(at.wsUrl, { agent, headers })

  test('has its old id, start and capabilities, and a new secret', async () => {
    const first = await connect({ 'x-agent-capabilities': '["search"]' })
    const before = (await first.ask('get_session_statistics')).result
    first.socket.terminate()
    await first.closed
    const second = await connect({ 'x-session-resume': first.resumeSecret })
    expect(second.sessionId).toBe(first.sessionId)
    expect(second.resumeSecret).not.toBe(first.resumeSecret)
    expect((await second.ask('get_session_statistics')).result).toMatchObject({ started_at: before?.['started_at'] })
    expect((await second.heard((message) => message.method === 'welcome')).params).toMatchObject({
      capabilities: { search: true },
      message: expect.stringContaining('back') as string,
    })
    await second.close()
  })

  test('takes the place of its old connection while that still stands', async () => {
    const first = await connect({})
    const second = await connect({ 'x-session-resume': first.resumeSecret })
    expect(second.sessionId).toBe(first.sessionId)
    expect((await first.closed).code).toBe(1006)
    expect((await second.ask('get_agent_info')).result).toMatchObject({ session_id: first.sessionId })
    expect((await server.rest<{ sessions: unknown[] }>('GET', '/sessions', { agent: 'alice' })).body.sessions).toHaveLength(1)
    await second.close()
  })

  test('is resumed even when the server is full', async () => {
    await using small = await TestServer.start({ TMWS_WS_MAX_CONNECTIONS: '1' })
    const first = await connect({}, 'alice', small)
    const second = await connect({ 'x-session-resume': first.resumeSecret }, 'alice', small)
    expect(second.sessionId).toBe(first.sessionId)
  })

  test('needs a secret that has not been used, of its own agent', async () => {
    const first = await connect({})
    await first.close()
    const second = await connect({ 'x-session-resume': first.resumeSecret })
    await second.close()
    const tries = [
      await connect({ 'x-session-resume': first.resumeSecret }),
      await connect({ 'x-session-resume': second.resumeSecret }, 'mallory'),
      await connect({ 'x-session-resume': 'guess' }),
      await connect({ 'x-session-resume': 'x'.repeat(4_000) }),
    ]
    for (const client of tries) expect(client.sessionId).not.toBe(first.sessionId)
    await Promise.all(tries.map((client) => client.close()))
  })
})
