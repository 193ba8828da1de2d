import { API_PREFIX } from '../../src-main/contract/protocol.ts'
import { segment, type Requester } from './request.ts'
import { serverErrorFrom } from './server-error.ts'
import type {
  Health,
  HistoryPage,
  LinksResult,
  ListInput,
  ListPage,
  Memory,
  SearchInput,
  SearchResult,
  ShareInput,
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
  tags(limit: number, signal?: AbortSignal): Promise<readonly TagCount[]>
  listMemories(input: ListInput, signal?: AbortSignal): Promise<ListPage>
  searchMemories(input: SearchInput, signal?: AbortSignal): Promise<SearchResult>
  getMemory(id: string, signal?: AbortSignal): Promise<Memory>
  getHistory(id: string, signal?: AbortSignal): Promise<HistoryPage>
  getLinks(id: string, signal?: AbortSignal): Promise<LinksResult>
  storeMemory(input: StoreInput): Promise<StoreResult>
  updateMemory(id: string, changes: UpdateInput): Promise<Memory>
  /** Adds, changes and takes back grants; those that are not named stay. */
  shareMemory(id: string, input: ShareInput): Promise<Memory>
  deleteMemory(id: string): Promise<void>
  /** For good, with its history. */
  eraseMemory(id: string): Promise<void>
  /** Out of the trash, or back to `version` when that is given. */
  restoreMemory(id: string, version?: number): Promise<Memory>
  /** True if the token was right; the answer then set the cookie. */
  signIn(token: string): Promise<boolean>
}

const HISTORY_LIMIT = 100

export function createServerClient({ raw, get, send }: Requester): ServerClient {
  const pathOf = (id: string, rest = '') => `/memory/${segment(id)}${rest}`
  return {
    health: async (signal) => {
      const response = await raw('GET', '/health', undefined, signal)
      const answer: unknown = await response.json().catch(() => undefined)
      if (typeof answer === 'object' && answer !== null && 'checks' in answer) return answer as Health
      throw serverErrorFrom(response.status, answer)
    },
    stats: (signal) => get('/stats', {}, signal),
    tags: async (limit, signal) => (await get<{ tags: readonly TagCount[] }>('/tags', { limit }, signal)).tags,
    listMemories: (input, signal) => get('/memory', input, signal),
    searchMemories: (input, signal) => send('POST', '/memory/search', input, signal),
    getMemory: async (id, signal) => (await get<{ memory: Memory }>(pathOf(id), {}, signal)).memory,
    getHistory: (id, signal) => get(pathOf(id, '/history'), { limit: HISTORY_LIMIT }, signal),
    getLinks: (id, signal) => get(pathOf(id, '/links'), {}, signal),
    storeMemory: (input) => send('POST', '/memory', input),
    updateMemory: async (id, changes) => (await send<{ memory: Memory }>('PATCH', pathOf(id), changes)).memory,
    shareMemory: async (id, input) => (await send<{ memory: Memory }>('POST', pathOf(id, '/share'), input)).memory,
    deleteMemory: (id) => send('DELETE', pathOf(id)),
    eraseMemory: (id) => send('DELETE', pathOf(id, '?permanent=true')),
    restoreMemory: async (id, version) =>
      (await send<{ memory: Memory }>('POST', pathOf(id, '/restore'), version === undefined ? {} : { version })).memory,
    signIn: async (token) => {
      const response = await raw('POST', `${API_PREFIX}/login`, { token })
      if (response.ok || response.status === 401) return response.ok
      throw serverErrorFrom(response.status, await response.json().catch(() => undefined))
    },
  }
}
