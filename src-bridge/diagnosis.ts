import { messageOf } from '../src-main/base/errors.ts'
import { DEFAULT_NAMESPACE, WELCOME_METHOD } from '../src-main/contract/protocol.ts'
import { readDiscovery, resolveTarget } from './discovery.ts'
import type { Discovery } from './discovery.ts'
import { isRecord } from './json-rpc.ts'
import type { BridgeOptions } from './options.ts'
import { ProbeConnection } from './probe-connection.ts'
import type { Timings } from './timings.ts'
import { BRIDGE_VERSION } from './version.ts'

const PROTOCOL_VERSION = '2025-11-25'
const MAX_PAGES = 20

/** `--test`: says in words what the bridge finds and whether a host would be served. True if it would. */
export async function diagnose(options: BridgeOptions, timings: Timings, say: (line: string) => void): Promise<boolean> {
  const discovery = readDiscovery(options.runtimeFile)
  const target = resolveTarget(options, discovery)
  const { agentId, namespace, token } = options.identity
  say(`Bridge:         tmws-bridge ${BRIDGE_VERSION} on Node ${process.versions.node}, mode ${options.mode}`)
  say(`Discovery file: ${describeDiscovery(discovery)}`)
  say(
    `Agent:          ${agentId} in namespace ${namespace ?? DEFAULT_NAMESPACE}, ${token === undefined ? 'without a token' : 'with a token'}`,
  )
  say(`Address:        ${target.url} (by ${target.source})`)
  const startedAt = performance.now()
  const opened = await ProbeConnection.open(target.url, options.identity, timings)
  if ('sentence' in opened) {
    if (opened.httpStatus !== undefined) say(`Refused:        HTTP ${opened.httpStatus}`)
    say(`The bridge cannot connect: ${opened.sentence}`)
    return false
  }
  say(`Connected:      in ${since(startedAt)}`)
  try {
    await tryServer(opened, say)
    say('The bridge works.')
    return true
  } catch (error) {
    say(`The server is there, but does not work: ${messageOf(error)}`)
    return false
  } finally {
    await opened.close()
  }
}

async function tryServer(connection: ProbeConnection, say: (line: string) => void): Promise<void> {
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
  let tools = 0
  let cursor: unknown
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const listed = await connection.request('tools/list', cursor === undefined ? {} : { cursor })
    tools += Array.isArray(listed.tools) ? listed.tools.length : 0
    cursor = listed.nextCursor
    if (cursor === undefined) break
  }
  say(`Tools:          ${tools}, listed in ${since(listedAt)}`)
  const pingedAt = performance.now()
  await connection.request('ping', {})
  say(`Round trip:     ${since(pingedAt)}`)
}

function describeDiscovery(discovery: Discovery): string {
  switch (discovery.state) {
    case 'found':
      return `${discovery.path}: server ${discovery.version}, process ${discovery.pid}, ${discovery.wsUrl ?? 'its WebSocket port is off'}`
    case 'stale':
      return `${discovery.path} is stale and ignored: process ${discovery.pid} is gone`
    case 'absent':
      return `${discovery.path} is not there: no server has started, or it stopped cleanly`
    case 'unreadable':
      return `${discovery.path} cannot be read and is ignored: ${discovery.problem}`
  }
}

function since(startedAt: number): string {
  return `${(performance.now() - startedAt).toFixed(1)} ms`
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '(not named)'
}
