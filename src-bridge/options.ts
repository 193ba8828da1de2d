import { parseArgs } from 'node:util'
import { asLogLevel } from '../src-main/base/stderr-log.ts'
import type { LogLevel } from '../src-main/base/stderr-log.ts'
import { isRecord } from './json-rpc.ts'

/** Identity of a host that names none. A name of its own, since a bridge without one would share `anonymous` with everybody. */
export const DEFAULT_BRIDGE_AGENT_ID = 'stdio-client'

export type BridgeMode = 'hybrid' | 'websocket' | 'stdio'

/** Who the agent behind this bridge is, as headers can carry it. */
export interface Identity {
  readonly agentId: string
  readonly namespace?: string
  /** JSON, in ASCII. */
  readonly capabilities?: string
  /** The agent's own token. The owner's token of the discovery file is never one. */
  readonly token?: string
}

/** A part of the address, and where it was given. */
export interface Given<T> {
  readonly value: T
  readonly by: string
}

export interface BridgeOptions {
  readonly host?: Given<string>
  readonly port?: Given<number>
  readonly identity: Identity
  readonly mode: BridgeMode
  /** Whether hybrid mode falls back to the store itself. */
  readonly fallback: boolean
  readonly runtimeFile?: string
  readonly logLevel: LogLevel
}

export type Command =
  | { readonly kind: 'run' | 'test'; readonly options: BridgeOptions }
  | { readonly kind: 'help' | 'version' }
  | { readonly kind: 'refuse'; readonly sentence: string }

/** Reads flags and environment. A flag wins; arguments we do not know are ignored, since hosts add their own. */
export function readCommand(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Command {
  const { values } = parseArgs({ args: [...argv], options: FLAGS, strict: false, allowPositionals: true })
  if (values.help === true) return { kind: 'help' }
  if (values.version === true) return { kind: 'version' }
  const setting = (flag: keyof typeof FLAGS | undefined, variable: string): Given<string> | undefined => {
    const fromFlag = flag && values[flag]
    if (flag && fromFlag !== undefined) {
      if (typeof fromFlag !== 'string' || fromFlag === '') throw new Refusal(`--${flag} needs a value.`)
      return { value: fromFlag, by: `--${flag}` }
    }
    const fromEnv = env[variable]?.trim()
    // A host that does not expand its placeholders hands them over as they stand: nothing was given.
    if (fromEnv === undefined || fromEnv === '' || /^\$\{.*\}$/.test(fromEnv)) return undefined
    return { value: fromEnv, by: variable }
  }
  try {
    return { kind: values.test === true ? 'test' : 'run', options: readOptions(setting) }
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'refuse', sentence: error.message }
    throw error
  }
}

type Setting = (flag: 'host' | 'port' | 'agent-id' | 'bridge-mode' | undefined, variable: string) => Given<string> | undefined

const FLAGS = {
  host: { type: 'string' },
  port: { type: 'string' },
  'agent-id': { type: 'string' },
  'bridge-mode': { type: 'string' },
  test: { type: 'boolean' },
  help: { type: 'boolean' },
  version: { type: 'boolean' },
} as const

class Refusal extends Error {}

function readOptions(setting: Setting): BridgeOptions {
  const host = setting('host', 'TMWS_WS_HOST')
  const port = setting('port', 'TMWS_WS_PORT')
  const runtimeFile = setting(undefined, 'TMWS_RUNTIME_FILE')?.value
  return {
    ...(host && { host: { ...host, value: asHost(host) } }),
    ...(port && { port: { ...port, value: asPort(port) } }),
    identity: readIdentity(setting),
    mode: asMode(setting('bridge-mode', 'TMWS_BRIDGE_MODE')),
    fallback: asFlag(setting(undefined, 'TMWS_STDIO_FALLBACK')),
    ...(runtimeFile !== undefined && { runtimeFile }),
    logLevel: asLogLevel(setting(undefined, 'TMWS_LOG_LEVEL')?.value),
  }
}

function readIdentity(setting: Setting): Identity {
  const namespace = setting(undefined, 'TMWS_AGENT_NAMESPACE')
  const capabilities = setting(undefined, 'TMWS_AGENT_CAPABILITIES')
  const token = setting(undefined, 'TMWS_TOKEN')
  return {
    agentId: asHeaderWord(setting('agent-id', 'TMWS_AGENT_ID') ?? { value: DEFAULT_BRIDGE_AGENT_ID, by: 'the default' }),
    ...(namespace && { namespace: asHeaderWord(namespace) }),
    ...(capabilities && { capabilities: asCapabilities(capabilities) }),
    ...(token && { token: asToken(token) }),
  }
}

function asHost({ value, by }: Given<string>): string {
  const bare = value.replace(/^\[(.*)\]$/, '$1')
  const isHost = /^[A-Za-z0-9._:-]+$/.test(bare) && URL.canParse(`ws://${bare.includes(':') ? `[${bare}]` : bare}/`)
  if (!isHost) throw new Refusal(`${by} is "${value}"; it must be a host name or an address, without ws:// and without a port.`)
  return bare
}

function asPort({ value, by }: Given<string>): number {
  const port = /^\d{1,5}$/.test(value) ? Number(value) : 0
  if (port < 1 || port > 65_535) throw new Refusal(`${by} is "${value}"; it must be a port from 1 to 65535.`)
  return port
}

function asMode(given: Given<string> | undefined): BridgeMode {
  const mode = given ? MODES.find((known) => known === given.value) : 'hybrid'
  if (mode === undefined) throw new Refusal(`${given?.by ?? ''} is "${given?.value ?? ''}"; it must be hybrid, websocket or stdio.`)
  return mode
}

function asFlag(given: Given<string> | undefined): boolean {
  const value = given?.value.toLowerCase()
  if (value === undefined || TRUE_WORDS.includes(value)) return true
  if (FALSE_WORDS.includes(value)) return false
  throw new Refusal(`${given?.by ?? ''} is "${given?.value ?? ''}"; it must be true or false.`)
}

const TRUE_WORDS: readonly string[] = ['true', '1', 'yes', 'on']
const FALSE_WORDS: readonly string[] = ['false', '0', 'no', 'off']
const MODES: readonly BridgeMode[] = ['hybrid', 'websocket', 'stdio']

/** The server says what a name may hold; here only what would break the header. */
function asHeaderWord({ value, by }: Given<string>): string {
  if (!/^[\x21-\x7e]+$/.test(value)) throw new Refusal(`${by} must hold only visible ASCII characters without spaces.`)
  return value
}

function asToken({ value, by }: Given<string>): string {
  // The value is a secret and stays out of the sentence.
  if (!/^[\x21-\x7e]+$/.test(value)) throw new Refusal(`${by} is not a token: it must hold only visible ASCII characters without spaces.`)
  return value
}

function asCapabilities({ value, by }: Given<string>): string {
  let parsed: unknown
  try {
    parsed = JSON.parse(value)
  } catch {
    throw new Refusal(`${by} is not valid JSON; it must be a JSON object such as {"languages":["en"]}.`)
  }
  if (!isRecord(parsed) && !Array.isArray(parsed)) throw new Refusal(`${by} must be a JSON object such as {"languages":["en"]}.`)
  // Headers carry ASCII; JSON can say everything else by escapes.
  return JSON.stringify(parsed).replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
