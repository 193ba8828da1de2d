import { TmwsError } from './tmws-error.ts'

/** How a client finds the server and who it is there. Everything has a default. */
export interface TmwsClientOptions {
  /** Host of the WebSocket port. Default: the discovery file in Node, the page's host in a browser, else `127.0.0.1`. */
  readonly host?: string | undefined
  /** The WebSocket port, 1 to 65535. Default: the discovery file in Node, else 8001. */
  readonly port?: number | undefined
  /** Whole address, for example `wss://memory.example.com/mcp`; instead of `host` and `port`. */
  readonly url?: string | undefined
  /** Address of the REST API, for `events()`, for example `http://127.0.0.1:8000`. Default in a browser: the page's origin. */
  readonly apiUrl?: string | undefined
  /** Who you are. Default `anonymous`. A browser cannot send it: see resources/docs/client-library.md. */
  readonly agentId?: string | undefined
  /** Wall around a project or team. Default `default`. A browser cannot send it. */
  readonly namespace?: string | undefined
  /** What you can do: an object, or a list of names. At most 8 KiB as JSON. A browser cannot send it. */
  readonly capabilities?: Readonly<Record<string, unknown>> | readonly string[] | undefined
  /** Bearer token, where sign-in is on. A browser cannot send it. */
  readonly token?: string | undefined
  /** Name and version of your program, as lists of sessions show it. Default: this library's. */
  readonly clientInfo?: { readonly name: string; readonly version: string } | undefined
  /** How long a call may take in milliseconds, waiting for a connection included; 0 for ever. Default 30,000. */
  readonly requestTimeoutMs?: number | undefined
  /** How long `connect()` tries, in milliseconds; 0 for ever. Default 10,000. */
  readonly connectTimeoutMs?: number | undefined
  /** Calls that may be under way or waiting at once; what exceeds it is rejected with `unavailable`. Default 1,000. */
  readonly maxPendingCalls?: number | undefined
  /** Path of the discovery file, in Node. Default `~/.tmws/runtime.json`. Only the address is taken from it, never the token. */
  readonly runtimeFile?: string | undefined
}

const MAX_TIMEOUT_MS = 2 ** 31 - 1
/** What a header can carry without changing. */
const HEADER_TEXT = /^[\x21-\x7e]+$/

/** Throws TmwsError `invalid_request` naming the option that cannot be right. */
export function checkOptions(options: TmwsClientOptions): void {
  checkNumber('port', options.port, 1, 65_535)
  checkNumber('requestTimeoutMs', options.requestTimeoutMs, 0, MAX_TIMEOUT_MS)
  checkNumber('connectTimeoutMs', options.connectTimeoutMs, 0, MAX_TIMEOUT_MS)
  checkNumber('maxPendingCalls', options.maxPendingCalls, 1, 1_000_000)
  checkUrl('url', options.url, ['ws:', 'wss:'])
  checkUrl('apiUrl', options.apiUrl, ['http:', 'https:'])
  for (const field of ['agentId', 'namespace', 'token'] as const) {
    const value = options[field]
    if (value !== undefined && !HEADER_TEXT.test(value)) throw invalidOption(field, 'must be visible ASCII without spaces')
  }
  if (options.host !== undefined && !URL.canParse(`ws://${bracketed(options.host)}/`)) {
    throw invalidOption('host', 'must be a host name or an address, without scheme and port')
  }
}

/** An IPv6 address as it stands in a URL. */
export function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
}

export function invalidOption(field: string, problem: string): TmwsError {
  return new TmwsError('invalid_request', `${field} ${problem}.`, { details: { field } })
}

function checkNumber(field: string, value: number | undefined, least: number, most: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return
  throw invalidOption(field, `must be a whole number from ${least} to ${most} (got ${value})`)
}

function checkUrl(field: string, value: string | undefined, protocols: readonly string[]): void {
  if (value === undefined || (URL.canParse(value) && protocols.includes(new URL(value).protocol))) return
  throw invalidOption(field, `must be an address that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`)
}
