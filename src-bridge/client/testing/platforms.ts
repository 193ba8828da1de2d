import { onTestFinished } from 'vitest'
import { FakeServer } from '../../testing/fake-server.ts'
import type { Json } from '../../testing/fake-server.ts'
import { QUICK } from '../../testing/memory-host.ts'
import type { Timings } from '../../timings.ts'
import { BaseClient } from '../base-client.ts'
import { browserPlatform } from '../browser-platform.ts'
import type { TmwsClientOptions } from '../client-options.ts'
import { nodePlatform } from '../node-platform.ts'
import type { Platform } from '../platform.ts'

/** Both ways to a server. Node's own WebSocket stands in for a browser's. */
export const PLATFORMS: readonly (readonly [string, Platform])[] = [
  ['Node', nodePlatform],
  ['a browser', browserPlatform],
]

/** A server of tools that ends with the test. */
export async function startServer(port?: number): Promise<FakeServer> {
  const server = await FakeServer.start(port)
  server.answerTo = answerTool
  onTestFinished(() => server.stop().catch(() => undefined))
  return server
}

/** A client that waits for nothing long, and closes with the test. */
export function clientOf(server: FakeServer, platform: Platform, options: TmwsClientOptions = {}, timings: Timings = QUICK): BaseClient {
  const client = new BaseClient(
    { url: server.url, agentId: 'tester', requestTimeoutMs: 2_000, connectTimeoutMs: 1_000, ...options },
    platform,
    timings,
  )
  onTestFinished(() => client.close())
  return client
}

/** Tells by the arguments what becomes of a call; without a word there, the answer repeats it. */
function answerTool({ method, params }: Json): Json | undefined {
  if (method === 'initialize') return { result: { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { version: '1.2.3' } } }
  if (method !== 'tools/call') return { result: {} }
  const { name, arguments: args } = params as { name: string; arguments: Json } // what tools/call has
  if (name === 'switch_agent')
    return { result: { structuredContent: { switched: true, agent: { agent_id: args.agent_id, namespace: 'lab' } } } }
  switch (args.then) {
    case 'hang':
      return undefined
    case 'fail':
      return {
        result: { isError: true, content: [], _meta: { 'tmws/error': { code: 'conflict', message: 'Moved on.', details: { v: 2 } } } },
      }
    case 'fail in words':
      return { result: { isError: true, content: [{ type: 'text', text: 'No such luck.' }] } }
    case 'refuse':
      return { error: { code: -32602, message: 'There is no such tool.' } }
    case 'limit':
      return {
        error: { code: 429, message: 'Slower.', data: { code: 'rate_limited', message: 'Slower.', details: { retry_after_seconds: 3 } } },
      }
    default:
      return { result: { content: [], structuredContent: { name, args } } }
  }
}

/** What a promise is rejected with; throws if it is not. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  if ('error' in outcome) return outcome.error
  throw new Error(`This was not rejected; it gave ${JSON.stringify(outcome.value)}.`)
}

/** Tools of the fake server's answers are whatever a test names: its answer repeats the arguments. */
export const call = (client: BaseClient, tool: string, args: object = {}, options: { signal?: AbortSignal; timeoutMs?: number } = {}) =>
  client.call(tool as 'store_memory', args as { content: string }, options) as Promise<unknown> // the types are not what is tested
