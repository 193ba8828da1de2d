import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { messageOf } from '../src-main/base/errors.ts'
import { isProcessAlive } from '../src-main/base/process-alive.ts'
import { isServerStarting } from '../src-main/base/starting-mark.ts'
import { DEFAULT_HOST, DEFAULT_WS_PORT } from '../src-main/contract/protocol.ts'
import { asRuntimeFile } from '../src-main/contract/runtime-file.ts'
import type { BridgeOptions } from './options.ts'

/** What the discovery file says now. Its token is the person's, not the agent's: it never leaves this file. */
export type Discovery =
  | { readonly state: 'found'; readonly path: string; readonly wsUrl?: string; readonly pid: number; readonly version: string }
  | { readonly state: 'stale'; readonly path: string; readonly pid: number }
  | { readonly state: 'absent'; readonly path: string }
  | { readonly state: 'unreadable'; readonly path: string; readonly problem: string }

/** Where to connect, and who said so. */
export interface Target {
  readonly url: string
  readonly source: string
}

/** Reads the discovery file afresh: a server that restarted may listen elsewhere. */
export function readDiscovery(runtimeFile: string | undefined): Discovery {
  let path = runtimeFile ?? '~/.tmws/runtime.json'
  try {
    path = runtimeFile ?? join(homedir(), '.tmws', 'runtime.json')
    const file = asRuntimeFile(JSON.parse(readFileSync(path, 'utf8')))
    if (!file) return { state: 'unreadable', path, problem: 'it is not a discovery file of TMWS' }
    if (!isProcessAlive(file.pid)) return { state: 'stale', path, pid: file.pid }
    if (file.ws_url === undefined) return { state: 'found', path, pid: file.pid, version: file.version }
    if (!isWebSocketUrl(file.ws_url)) return { state: 'unreadable', path, problem: 'its ws_url is not a WebSocket address' }
    return { state: 'found', path, wsUrl: file.ws_url, pid: file.pid, version: file.version }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { state: 'absent', path } // what fs throws has a code
    return { state: 'unreadable', path, problem: messageOf(error) }
  }
}

/** True while a server starts that will write this discovery file. */
export function isStarting(runtimeFile: string | undefined): boolean {
  try {
    return isServerStarting(runtimeFile ?? join(homedir(), '.tmws', 'runtime.json'))
  } catch {
    // Without a home folder there is nothing to look at.
    return false
  }
}

/** Order: flag, environment, discovery file, default. A host given alone takes the file's port only if the file means that host. */
export function resolveTarget(options: Pick<BridgeOptions, 'host' | 'port'>, discovery: Discovery): Target {
  const found = discovery.state === 'found' && discovery.wsUrl !== undefined ? new URL(discovery.wsUrl) : undefined
  const { host, port } = options
  if (!host && !port) {
    if (found)
      return {
        url: addressOf(found.hostname, Number(found.port || DEFAULT_WS_PORT), found.protocol, found.pathname),
        source: 'the discovery file',
      }
    return { url: addressOf(DEFAULT_HOST, DEFAULT_WS_PORT), source: 'the default' }
  }
  const isSameHost = host && found && sameHost(bracketed(host.value), found.hostname)
  const filePort = isSameHost && !port ? Number(found.port) : 0
  return {
    url: addressOf(bracketed(host?.value ?? DEFAULT_HOST), port?.value ?? (filePort || DEFAULT_WS_PORT)),
    source: [host?.by, port?.by ?? (filePort ? 'the discovery file' : undefined)].filter((by) => by !== undefined).join(' and '),
  }
}

function addressOf(host: string, port: number, protocol = 'ws:', path = '/'): string {
  return `${protocol}//${reachable(host)}:${port}${path === '/' ? '' : path}`
}

/** A server bound to every interface is reached on loopback. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return DEFAULT_HOST
  return host === '[::]' ? '[::1]' : host
}

function sameHost(one: string, other: string): boolean {
  const plain = (host: string): string => (host === 'localhost' ? DEFAULT_HOST : reachable(host))
  return plain(one) === plain(other)
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

function isWebSocketUrl(text: string): boolean {
  return URL.canParse(text) && /^wss?:$/.test(new URL(text).protocol)
}
