import { WELCOME_METHOD } from '../src-main/contract/protocol.ts'
import { isRecord } from './json-rpc.ts'
import type { ProbeConnection } from './probe-connection.ts'
import { BRIDGE_VERSION } from './version.ts'

const PROTOCOL_VERSION = '2025-11-25'
const MAX_PAGES = 20

/** Asks what every host asks, and one question that only an open store can answer. Throws with what does not work. */
export async function tryServing(connection: ProbeConnection, say: (line: string) => void): Promise<void> {
  const initialized = await connection.request('initialize', {
    protocolVersion: PROTOCOL_VERSION,
    capabilities: {},
    clientInfo: { name: 'tmws-bridge-test', version: BRIDGE_VERSION },
  })
  connection.notify('notifications/initialized')
  const info = isRecord(initialized.serverInfo) ? initialized.serverInfo : {}
  say(`Server:         ${text(info.name)} ${text(info.version)}, MCP ${text(initialized.protocolVersion)}`)
  // The server sends its welcome before any answer, so that it is here by now.
  const welcome = connection.noted(WELCOME_METHOD)
  if (welcome) say(`Session:        as ${text(welcome.agent_id)} in namespace ${text(welcome.namespace)}`)
  const listedAt = performance.now()
  const names = await listTools(connection)
  say(`Tools:          ${names.length}, listed in ${since(listedAt)}`)
  if (info.name === 'tmws') await tryStore(connection, say)
  const pingedAt = performance.now()
  await connection.request('ping', {})
  say(`Round trip:     ${since(pingedAt)}`)
}

async function listTools(connection: ProbeConnection): Promise<string[]> {
  const names: string[] = []
  let cursor: unknown
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const listed = await connection.request('tools/list', cursor === undefined ? {} : { cursor })
    for (const tool of Array.isArray(listed.tools) ? (listed.tools as unknown[]) : []) names.push(isRecord(tool) ? text(tool.name) : '')
    cursor = listed.nextCursor
    if (cursor === undefined) break
  }
  return names
}

async function tryStore(connection: ProbeConnection, say: (line: string) => void): Promise<void> {
  const askedAt = performance.now()
  const listed = await connection.request('tools/call', { name: 'list_memories', arguments: { limit: 1 } })
  if (listed.isError === true) throw new Error(sentenceIn(listed.content))
  const total = isRecord(listed.structuredContent) ? listed.structuredContent.total : undefined
  say(
    `Database:       open${typeof total === 'number' ? `, ${total} memories that this agent may see` : ''}, answered in ${since(askedAt)}`,
  )
}

function sentenceIn(content: unknown): string {
  const first: unknown = Array.isArray(content) ? content[0] : undefined
  return isRecord(first) ? text(first.text) : 'the database does not answer.'
}

function since(startedAt: number): string {
  return `${(performance.now() - startedAt).toFixed(1)} ms`
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '(not named)'
}
