import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '../../base/log.ts'
import type { Log } from '../../base/log.ts'
import { loadConfig } from '../../config/config.ts'
import type { ServerConfig } from '../../config/config.ts'
import { HEADERS } from '../../contract/protocol.ts'
import type { Overrides } from '../context.ts'
import { MemoryServer } from '../memory-server.ts'

export interface RestAnswer<T> {
  readonly status: number
  readonly headers: Headers
  readonly body: T
}

export interface RestOptions {
  readonly agent?: string
  readonly namespace?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON; a string is sent as it is. */
  readonly body?: unknown
}

/** What `{error: ...}` holds. */
export interface Refusal {
  readonly error: {
    readonly code: string
    readonly message: string
    readonly details?: Record<string, unknown>
    readonly request_id?: string
  }
}

/** A real server on free ports over a temporary folder, and a REST client for it. */
export class TestServer {
  readonly server: MemoryServer
  readonly config: ServerConfig
  readonly folder: string
  readonly apiUrl: string
  readonly wsUrl: string

  private constructor(server: MemoryServer, config: ServerConfig, folder: string) {
    this.server = server
    this.config = config
    this.folder = folder
    this.apiUrl = server.addresses.apiUrl
    this.wsUrl = server.addresses.wsUrl ?? ''
  }

  static async start(
    settings: Readonly<Record<string, string>> = {},
    overrides: Overrides = {},
    log: Log = silentLog,
  ): Promise<TestServer> {
    const folder = await mkdtemp(join(tmpdir(), 'tmws-test-'))
    try {
      const config = testConfig(folder, settings)
      return new TestServer(await MemoryServer.start(config, log, overrides), config, folder)
    } catch (error) {
      await rm(folder, { recursive: true, force: true })
      throw error
    }
  }

  get ownerToken(): string {
    return this.server.context.ownerToken
  }

  /** Headers of the person at the machine. */
  get owner(): Readonly<Record<string, string>> {
    return { authorization: `Bearer ${this.ownerToken}` }
  }

  /** One request under the API prefix, or at an absolute path. */
  async rest<T = Refusal>(method: string, path: string, options: RestOptions = {}): Promise<RestAnswer<T>> {
    const url = this.apiUrl + (path.startsWith('//') ? path.slice(1) : `/api/v1${path}`)
    const { body } = options
    const response = await fetch(url, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(options.agent !== undefined && { [HEADERS.agentId]: options.agent }),
        ...(options.namespace !== undefined && { [HEADERS.agentNamespace]: options.namespace }),
        ...options.headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') === true && text !== ''
    return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as T }
  }

  async stop(): Promise<void> {
    await this.server.stop()
    await rm(this.folder, { recursive: true, force: true })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}

/** The configuration of a server that touches nothing outside `folder`. */
export function testConfig(folder: string, settings: Readonly<Record<string, string>> = {}): ServerConfig {
  return loadConfig({
    flags: {},
    environment: {
      machine: {},
      settings: {
        TMWS_DATA_DIR: join(folder, 'data'),
        TMWS_RUNTIME_FILE: join(folder, 'home', 'runtime.json'),
        TMWS_API_PORT: '0',
        TMWS_WS_PORT: '0',
        TMWS_EMBEDDING_PROVIDER: 'hash',
        ...settings,
      },
    },
  })
}
