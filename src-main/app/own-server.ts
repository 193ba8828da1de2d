import type { MemoryServer } from '../server/memory-server.ts'
import { API_PREFIX } from '../contract/protocol.ts'
import type { Health, Stats } from '../contract/session.ts'
import type { TrayStatus } from './tray.ts'

/** How long the server in this process has to say how it is, in milliseconds. */
const LOOK_BUDGET_MS = 5_000

/** The app as a client of its own server, signed in as the person: what the dashboard can do, by the same doors and in the same audit log. */
export class OwnServer {
  readonly apiUrl: string
  readonly wsUrl: string | undefined
  readonly #token: string

  constructor(server: MemoryServer) {
    this.apiUrl = server.addresses.apiUrl
    this.wsUrl = server.addresses.wsUrl
    this.#token = server.context.ownerToken
  }

  /** A request to `/api/v1` + `path`. Throws the server's sentence when it is refused. */
  async ask(path: string, init: RequestInit & { readonly duplex?: 'half' } = {}): Promise<Response> {
    const headers = { ...(init.headers as Record<string, string> | undefined), authorization: `Bearer ${this.#token}` } // plain objects, as our callers give them
    const response = await fetch(`${this.apiUrl}${API_PREFIX}${path}`, { ...init, headers })
    if (response.ok) return response
    const body = (await response.json().catch(() => undefined)) as { readonly error?: { readonly message?: string } } | undefined // our own error form
    throw new Error(body?.error?.message ?? `The server answered with ${response.status}.`)
  }

  /** How the server is; `degraded` when it does not say. */
  async look(): Promise<TrayStatus> {
    const signal = AbortSignal.timeout(LOOK_BUDGET_MS)
    try {
      const [health, stats] = await Promise.all([
        fetch(`${this.apiUrl}/health`, { signal }).then((response) => response.json() as Promise<Health>), // our own
        this.ask('/stats', { signal }).then((response) => response.json() as Promise<Stats>), // our own
      ])
      const status = health.status === 'healthy' ? 'running' : 'degraded'
      return { status, sessions: stats.total_sessions, memories: stats.total_memories }
    } catch {
      return { status: 'degraded', sessions: 0, memories: 0 }
    }
  }
}
