import {
  connectBridge,
  connectHttp,
  connectModernHttp,
  connectModernWs,
  connectNamedWs,
  identityHeaders,
  MODERN,
} from '../clients/mcp-clients.ts'
import type { Identity } from '../clients/mcp-clients.ts'
import { RawSocket } from '../clients/raw-socket.ts'
import { RestClient } from '../clients/rest-client.ts'
import { callAny } from '../clients/tool-calls.ts'
import type { ToolCaller } from '../clients/tool-calls.ts'
import type { RunningServer } from '../processes/server-process.ts'

/** One way to read: what comes back, as text. Refusals are text as well. */
export interface ReadPath {
  readonly name: string
  /** Whether it shows the content of a memory to those who may read it; others show counts, trash or other things. */
  readonly showsReadable: boolean
  read(): Promise<string>
}

/** One agent on one wire, with every path on which it can read there. */
export interface Reader {
  readonly name: string
  paths(memoryId: string, word: string): ReadPath[]
}

interface McpReader extends ToolCaller {
  readResource(params: { uri: string }): Promise<unknown>
  getPrompt(params: { name: string; arguments?: Record<string, string> }): Promise<unknown>
  close(): Promise<void>
}

type Closing = <T extends { close(): unknown }>(part: T) => T

/** The agent on every wire. */
export async function readersOf(server: RunningServer, identity: Identity, closing: Closing): Promise<Reader[]> {
  const clients: readonly (readonly [string, unknown])[] = [
    ['WebSocket', await connectNamedWs(server, identity)],
    ['WebSocket, modern era', await connectModernWs(server, { pin: MODERN }, identity)],
    ['bridge', await connectBridge(server, identity)],
    ['/mcp', await connectHttp(server, identity)],
    ['/mcp, modern era', await connectModernHttp(server, { pin: MODERN }, identity)],
  ]
  const plain = closing(await RawSocket.open(server.wsUrl, identityHeaders(identity)))
  return [
    ...clients.map(([name, client]) => mcpReader(`${identity.agentId} on ${name}`, closing(client as McpReader))), // each has these methods
    plainReader(`${identity.agentId} by plain JSON-RPC`, plain),
    restReader(`${identity.agentId} on REST`, new RestClient(server.apiUrl, identity)),
  ]
}

function mcpReader(name: string, client: McpReader): Reader {
  const tool = (toolName: string, args: Record<string, unknown>) => (): Promise<string> => asText(callAny(client, toolName, args))
  return {
    name,
    paths: (id, word) => [
      ...(['hybrid', 'vector', 'keyword'] as const).map((mode) =>
        path(`semantic_search ${mode}`, true, withoutQuery(tool('semantic_search', { query: `the ${word}`, mode, limit: 100 }))),
      ),
      path('search_memories', true, withoutQuery(tool('search_memories', { query: word }))),
      path(
        'semantic_search by owner',
        false,
        withoutQuery(tool('semantic_search', { query: word, agent_id: 'alice', include_superseded: true })),
      ),
      path('recall_memory by id', true, withoutId(id, tool('recall_memory', { memory_id: id }))),
      path('recall_memory by query', true, withoutQuery(tool('recall_memory', { query: word }))),
      ...(['newest', 'oldest', 'updated', 'importance'] as const).map((sort) =>
        path(`list_memories ${sort}`, true, tool('list_memories', { sort, limit: 100 })),
      ),
      path('list_memories of the trash', false, tool('list_memories', { trash: true })),
      path('get_memory_history', false, withoutId(id, tool('get_memory_history', { memory_id: id }))),
      path('get_system_stats', false, tool('get_system_stats', {})),
      path('get_memory_links, which models are not shown', false, withoutId(id, tool('get_memory_links', { memory_id: id }))),
      path('list_tags, which models are not shown', false, tool('list_tags', {})),
      path(
        'resource memory://{id}',
        true,
        withoutId(id, () => asText(client.readResource({ uri: `memory://${id}` }))),
      ),
      path('resource memory://recent', true, () => asText(client.readResource({ uri: 'memory://recent' }))),
      path('resource memory://tags', false, () => asText(client.readResource({ uri: 'memory://tags' }))),
      path('resource memory://stats', false, () => asText(client.readResource({ uri: 'memory://stats' }))),
      path('prompt recall-context', true, () => asText(client.getPrompt({ name: 'recall-context', arguments: { topic: word } }))),
    ],
  }
}

function plainReader(name: string, socket: RawSocket): Reader {
  return {
    name,
    paths: (_id, word) => [
      path(
        'search_memories',
        true,
        withoutQuery(() => asText(socket.request('search_memories', { query: word, limit: 100 }))),
      ),
      path(
        'tools/call without a handshake',
        true,
        withoutQuery(() => asText(socket.request('tools/call', { name: 'list_memories', arguments: {} }))),
      ),
      path('resources/read without a handshake', true, () => asText(socket.request('resources/read', { uri: 'memory://recent' }))),
    ],
  }
}

function restReader(name: string, rest: RestClient): Reader {
  const get = (route: string) => (): Promise<string> => rest.get(route).then(({ text }) => text)
  return {
    name,
    paths: (id, word) => [
      path('GET /memory', true, get('/memory?limit=100')),
      path('GET /memory of an agent', false, get('/memory?agent_id=alice&limit=100')),
      path('GET /memory of a namespace', false, get('/memory?namespace=red&limit=100')),
      path('GET /memory of the trash', false, get('/memory?trash=true')),
      path('GET /memory by tag', false, get(`/memory?tags=${encodeURIComponent(`the ${word}`)}`)),
      path('GET /memory/{id}', true, withoutId(id, get(`/memory/${id}`))),
      path('GET /memory/{id}/history', false, withoutId(id, get(`/memory/${id}/history`))),
      path('GET /memory/{id}/links', false, withoutId(id, get(`/memory/${id}/links`))),
      path(
        'POST /memory/search',
        true,
        withoutQuery(() => rest.post('/memory/search', { query: `the ${word}`, limit: 100 }).then(({ text }) => text)),
      ),
      path(
        'POST /memory/recall',
        true,
        withoutQuery(() => rest.post('/memory/recall', { query: word }).then(({ text }) => text)),
      ),
      path('GET /tags', false, get('/tags')),
      path('GET /stats', false, get('/stats')),
      path('GET /sessions', false, get('/sessions')),
    ],
  }
}

function path(name: string, showsReadable: boolean, read: () => Promise<string>): ReadPath {
  return { name, showsReadable, read }
}

/** The answer, or the refusal. */
function asText(answer: Promise<unknown>): Promise<string> {
  return answer.then(
    (value) => JSON.stringify(value),
    (error: unknown) => String(error),
  )
}

/** Answers repeat what was asked; that is not what they show. */
function withoutQuery(read: () => Promise<string>): () => Promise<string> {
  return async () => (await read()).replace(/\\?"query\\?":\\?"[^"\\]*\\?"/g, '')
}

/** A refusal names the id that was asked for, and nothing else of it. */
function withoutId(id: string, read: () => Promise<string>): () => Promise<string> {
  return async () => {
    const text = await read()
    return /not.found|no memory|no tool/i.test(text) ? text.replaceAll(id, '(the id)') : text
  }
}
