import { SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MCP_OPENING_VERSIONS, mcpOpening } from '../../contract/mcp-opening.ts'
import { VERSION } from '../../server/install-paths.ts'
import { TestServer } from '../../server/testing/start-test-server.ts'
import { WsClient } from './testing/ws-client.ts'

let server: TestServer
beforeAll(async () => {
  server = await TestServer.start()
})
afterAll(() => server.stop())

test('the revisions are those of the SDK', () => {
  expect(MCP_OPENING_VERSIONS).toEqual(SUPPORTED_PROTOCOL_VERSIONS)
})

test.each([...MCP_OPENING_VERSIONS, '1999-01-01'])(
  'what may be said for the server is what it says itself: %s',
  async (protocolVersion) => {
    const client = await WsClient.open(server.wsUrl)
    const params = { protocolVersion, capabilities: {}, clientInfo: { name: 'test', version: '1' } }
    const { result } = await client.ask('initialize', params)
    expect(mcpOpening(protocolVersion, VERSION)).toEqual(result)
    await client.close()
  },
)
