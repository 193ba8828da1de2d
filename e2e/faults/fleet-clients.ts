import { setTimeout as delay } from 'node:timers/promises'
import { TmwsClient } from '../clients/built-client.ts'
import { connectHttp } from '../clients/mcp-clients.ts'
import { RestClient } from '../clients/rest-client.ts'
import { callAny } from '../clients/tool-calls.ts'
import { ResumingSocket } from './resuming-socket.ts'
import type { SeededRandom } from './seeded-random.ts'

/** A client of any kind that reaches whichever instance it gets. */
export interface FleetClient {
  readonly name: string
  /** Stores a text for the team and returns its id; rejects when that was not acknowledged. */
  readonly store: (content: string) => Promise<string>
  readonly search: (query: string) => Promise<unknown>
  /** Its session, where it has one. */
  readonly session?: () => Promise<{ readonly sessionId: string; readonly agentId: string }>
  close(): unknown
}

interface ByTools {
  readonly tool: (name: string, args: Record<string, unknown>) => Promise<Record<string, unknown>>
}

function onTools(name: string, { tool }: ByTools): Pick<FleetClient, 'name' | 'store' | 'search'> {
  return {
    name,
    store: async (content) => ((await tool('store_memory', { content, access_level: 'team' }))['memory'] as { id: string }).id,
    search: (query) => tool('semantic_search', { query, limit: 3 }),
  }
}

async function sessionOf({ tool }: ByTools): Promise<{ sessionId: string; agentId: string }> {
  const [statistics, info] = [await tool('get_session_statistics', {}), await tool('get_agent_info', {})]
  return { sessionId: String(statistics['session_id']), agentId: String(info['agent_id']) }
}

/** A WebSocket whose author resumes by hand. */
export function socketMember(name: string, url: string): FleetClient & { readonly socket: ResumingSocket } {
  const socket = new ResumingSocket(() => url, name)
  const tools: ByTools = { tool: (tool, args) => socket.tool(tool, args) }
  return { ...onTools(name, tools), socket, session: () => sessionOf(tools), close: () => socket.close() }
}

/** The client library. */
export function libraryMember(name: string, url: string): FleetClient {
  const client = new TmwsClient({ url, agentId: name, requestTimeoutMs: 15_000 })
  const tools: ByTools = {
    // The names and arguments of tools are the test's own.
    tool: async (tool, args) => await client.call(tool as 'store_memory', args as { content: string }),
  }
  return { ...onTools(name, tools), session: () => sessionOf(tools), close: () => client.close() }
}

/** Streamable HTTP MCP, by the official SDK. */
export async function httpMember(name: string, apiUrl: string): Promise<FleetClient> {
  const client = await connectHttp({ apiUrl }, { agentId: name })
  const tools: ByTools = {
    tool: async (tool, args) => {
      const answer = await callAny(client, tool, args)
      if (answer.isError === true) throw new Error(JSON.stringify(answer.content))
      return answer.structuredContent ?? {}
    },
  }
  return { ...onTools(name, tools), close: () => client.close() }
}

export function restMember(name: string, apiUrl: string): FleetClient {
  const rest = new RestClient(apiUrl, { agentId: name })
  return {
    name,
    store: async (content) => {
      const { status, text, body } = await rest.post('/memory', { content, access_level: 'team' })
      if (status !== 201 && status !== 200) throw new Error(`${status}: ${text}`)
      return (body['memory'] as { id: string }).id
    },
    search: (query) => rest.post('/memory/search', { query, limit: 3 }),
    close: () => undefined,
  }
}

/** What one client did. */
export interface FleetWork {
  readonly acknowledged: { readonly id: string; readonly content: string; readonly atMs: number }[]
  readonly failures: string[]
  tries: number
}

/** Stores numbered texts, each until it is acknowledged, and searches now and then, until it is told to stop. */
export async function workOn(client: FleetClient, random: SeededRandom, over: AbortSignal): Promise<FleetWork> {
  const work: FleetWork = { acknowledged: [], failures: [], tries: 0 }
  for (let number = 0; !over.aborted;) {
    const content = `${client.name} wrote number ${number}`
    work.tries += 1
    try {
      const id = await client.store(content)
      work.acknowledged.push({ id, content, atMs: Date.now() })
      number += 1
    } catch (error) {
      work.failures.push(String(error))
    }
    if (number % 5 === 0) await client.search(`number ${number}`).catch(() => undefined)
    await delay(150 + random.next() * 300)
  }
  return work
}
