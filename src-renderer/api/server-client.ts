import { API_PREFIX } from '../../src-main/contract/protocol.ts'
import { ServerError, isAbort, serverErrorFrom } from './server-error.ts'
import type {
  Health,
  HistoryPage,
  LinksResult,
  ListInput,
  ListPage,
  Memory,
  SearchInput,
  SearchResult,
  SessionInfo,
  Stats,
  StoreInput,
  StoreResult,
  TagCount,
  UpdateInput,
} from './types.ts'

/** The REST API, typed. Every call throws `ServerError`, or the abort reason when `signal` fires. */
export interface ServerClient {
  /** Also answers while the server is unhealthy. */
  health(signal?: AbortSignal): Promise<Health>
  stats(signal?: AbortSignal): Promise<Stats>
  sessions(signal?: AbortSignal): Promise<readonly SessionInfo[]>
  tags(limit: number, signal?: AbortSignal): Promise<readonly TagCount[]>
  listMemories(input: ListInput, signal?: AbortSignal): Promise<ListPage>
  searchMemories(input: SearchInput, signal?: AbortSignal): Promise<SearchResult>
  getMemory(id: string, signal?: AbortSignal): Promise<Memory>
  getHistory(id: string, signal?: AbortSignal): Promise<HistoryPage>
  getLinks(id: string, signal?: AbortSignal): Promise<LinksResult>
  storeMemory(input: StoreInput): Promise<StoreResult>
  updateMemory(id: string, changes: UpdateInput): Promise<Memory>
  deleteMemory(id: string): Promise<void>
  /** Out of the trash, or back to `version` when that is given. */
  restoreMemory(id: string, version?: number): Promise<Memory>
  /** True if the token was right; the answer then set the cookie. */
  signIn(token: string): Promise<boolean>
}

export interface ServerClientOptions {
  readonly fetch: typeof fetch
  /** Called with each 401, whichever request met it. */
  readonly onUnauthenticated: () => void
}

const HISTORY_LIMIT = 100

export function createServerClient({ fetch, onUnauthenticated }: ServerClientOptions): ServerClient {
  const request = async (method: string, path: string, body?: object, signal?: AbortSignal): Promise<Response> => {
    const init: RequestInit = { method, credentials: 'same-origin', signal: signal ?? null }
    if (body) Object.assign(init, { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
    try {
      return await fetch(path, init)
    } catch (error) {
      if (isAbort(error)) throw error
      throw new ServerError('offline', 'The server does not answer.', {}, { cause: error })
    }
  }

  // The answer's shape is the contract's promise, checked on the server and by its tests; it is not parsed again here.
  const call = async <T>(method: string, path: string, body?: object, signal?: AbortSignal): Promise<T> => {
    const response = await request(method, API_PREFIX + path, body, signal)
    const answer: unknown = response.status === 204 ? undefined : await response.json().catch(() => undefined)
    if (response.ok) return answer as T
    if (response.status === 401) onUnauthenticated()
    throw serverErrorFrom(response.status, answer)
  }
  const pathOf = (id: string, rest = '') => `/memory/${encodeURIComponent(id)}${rest}`

  return {
    health: async (signal) => {
      const response = await request('GET', '/health', undefined, signal)
      const answer: unknown = await response.json().catch(() => undefined)
      if (typeof answer === 'object' && answer !== null && 'checks' in answer) return answer as Health
      throw serverErrorFrom(response.status, answer)
    },
    stats: (signal) => call('GET', '/stats', undefined, signal),
    sessions: async (signal) => (await call<{ sessions: readonly SessionInfo[] }>('GET', '/sessions', undefined, signal)).sessions,
    tags: async (limit, signal) => (await call<{ tags: readonly TagCount[] }>('GET', `/tags?limit=${limit}`, undefined, signal)).tags,
    listMemories: (input, signal) => call('GET', `/memory?${toQuery(input)}`, undefined, signal),
    searchMemories: (input, signal) => call('POST', '/memory/search', input, signal),
    getMemory: async (id, signal) => (await call<{ memory: Memory }>('GET', pathOf(id), undefined, signal)).memory,
    getHistory: (id, signal) => call('GET', pathOf(id, `/history?limit=${HISTORY_LIMIT}`), undefined, signal),
    getLinks: (id, signal) => call('GET', pathOf(id, '/links'), undefined, signal),
    storeMemory: (input) => call('POST', '/memory', input),
    updateMemory: async (id, changes) => (await call<{ memory: Memory }>('PATCH', pathOf(id), changes)).memory,
    deleteMemory: (id) => call('DELETE', pathOf(id)),
    restoreMemory: async (id, version) =>
      (await call<{ memory: Memory }>('POST', pathOf(id, '/restore'), version === undefined ? {} : { version })).memory,
    signIn: async (token) => {
      const response = await request('POST', `${API_PREFIX}/login`, { token })
      if (response.ok || response.status === 401) return response.ok
      throw serverErrorFrom(response.status, await response.json().catch(() => undefined))
    },
  }
}

/** `undefined` is left out; a list becomes one pair for each of its values. */
export function toQuery(input: Readonly<Record<string, unknown>>): string {
  const pairs = new URLSearchParams()
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined) continue
    for (const one of Array.isArray(value) ? (value as readonly unknown[]) : [value]) pairs.append(name, String(one))
  }
  return pairs.toString()
}
