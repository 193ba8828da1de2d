import { ApiDocument } from '../api-document/api-document.ts'
import {
  connectBridge,
  connectHttp,
  connectModernBridge,
  connectModernHttp,
  connectModernWs,
  connectNamedWs,
  identityHeaders,
  MODERN,
} from '../clients/mcp-clients.ts'
import type { Identity } from '../clients/mcp-clients.ts'
import { test as base } from '../fixtures.ts'
import type { RunningServer } from '../processes/server-process.ts'
import { McpWire } from './mcp-wire.ts'
import type { McpClient } from './mcp-wire.ts'
import { RestWire } from './rest-wire.ts'
import { SeenRefusals } from './seen-refusals.ts'

const modern = { pin: MODERN } as const

/** Every way in by which MCP is spoken, in both protocol eras: SDK 1.x is the client of the one, SDK v2 of the other. */
const MCP_WAYS = {
  'WebSocket, initialize': connectNamedWs,
  'WebSocket, 2026-07-28': (server, identity) => connectModernWs(server, modern, identity),
  'stdio bridge, initialize': connectBridge,
  'stdio bridge, 2026-07-28': (server, identity) => connectModernBridge(server, modern, identity),
  '/mcp, initialize': connectHttp,
  '/mcp, 2026-07-28': (server, identity) => connectModernHttp(server, modern, identity),
} as const satisfies Readonly<Record<string, (server: RunningServer, identity: Identity) => Promise<unknown>>>

export type McpWayName = keyof typeof MCP_WAYS
export const MCP_WAY_NAMES = Object.keys(MCP_WAYS) as McpWayName[] // the keys are the names

/** One for all wires, since refusals may name it. */
const NAMESPACE = 'table'

interface TableFixtures {
  /** A server that lists every tool there is for MCP. */
  readonly tableServer: RunningServer
  /** A connection of one way in, opened once for all tests of a worker, each as an agent of its own. */
  readonly mcp: (way: McpWayName) => Promise<McpWire>
  readonly rest: RestWire
  readonly seenRefusals: SeenRefusals
}

export const test = base.extend<object, TableFixtures>({
  tableServer: [
    async ({ newPlace }, use) => {
      const place = newPlace()
      await use(await (await place.start({ env: { TMWS_TOOL_PROFILE: 'all' } })).untilHealthy())
      await place.remove()
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  mcp: [
    async ({ tableServer }, use) => {
      const open = new Map<McpWayName, Promise<McpWire>>()
      await use((way) => {
        const wire = open.get(way) ?? connect(tableServer, way)
        open.set(way, wire)
        return wire
      })
      await Promise.allSettled([...open.values()].map(async (wire) => (await wire).close()))
    },
    { scope: 'worker' },
  ],
  // eslint-disable-next-line no-empty-pattern -- Playwright reads from the pattern which fixtures this one needs
  seenRefusals: [async ({}, use) => use(new SeenRefusals()), { scope: 'worker' }],
  rest: [
    async ({ tableServer }, use) => {
      const document = await ApiDocument.of(tableServer)
      const wire = new RestWire(tableServer, document, identityHeaders({ agentId: 'table-rest', namespace: NAMESPACE }))
      await use(wire)
      await wire.close()
    },
    { scope: 'worker' },
  ],
})

async function connect(server: RunningServer, way: McpWayName): Promise<McpWire> {
  const client: unknown = await MCP_WAYS[way](server, { agentId: `table-${MCP_WAY_NAMES.indexOf(way)}`, namespace: NAMESPACE })
  return McpWire.on(way, client as McpClient) // both SDKs' clients have these methods
}
