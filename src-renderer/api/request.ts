import { API_PREFIX } from '../../src-main/contract/protocol.ts'
import { ServerError, isAbort, serverErrorFrom } from './server-error.ts'

export interface RequestOptions {
  readonly fetch: typeof fetch
  /** Called with each 401, whichever request met it. */
  readonly onUnauthenticated: () => void
}

/** Asks the server. Every call throws `ServerError`, or the abort reason when `signal` fires. */
export interface Requester {
  /** The answer as it came, whatever its status. `path` begins at the origin. */
  readonly raw: (method: string, path: string, body?: object, signal?: AbortSignal) => Promise<Response>
  /** Sends a file as it is. `path` begins behind `/api/v1`; the answer as it came. */
  readonly upload: (path: string, file: Blob, headers: Readonly<Record<string, string>>) => Promise<Response>
  /** `path` begins behind `/api/v1`. */
  readonly get: <T>(path: string, query?: Readonly<Record<string, unknown>>, signal?: AbortSignal) => Promise<T>
  readonly send: <T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: object, signal?: AbortSignal) => Promise<T>
}

export function createRequester({ fetch, onUnauthenticated }: RequestOptions): Requester {
  const raw: Requester['raw'] = async (method, path, body, signal) => {
    const init: RequestInit = { method, credentials: 'same-origin', signal: signal ?? null }
    if (body) Object.assign(init, { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
    return reach(path, init)
  }
  const reach = async (path: string, init: RequestInit): Promise<Response> => {
    try {
      return await fetch(path, init)
    } catch (error) {
      if (isAbort(error)) throw error
      throw new ServerError('offline', 'The server does not answer.', {}, { cause: error })
    }
  }

  // The answer's shape is the contract's promise, checked on the server and by its tests; it is not parsed again here.
  const call = async <T>(method: string, path: string, body?: object, signal?: AbortSignal): Promise<T> => {
    const response = await raw(method, API_PREFIX + path, body, signal)
    const answer: unknown = response.status === 204 ? undefined : await response.json().catch(() => undefined)
    if (response.ok) return answer as T
    if (response.status === 401) onUnauthenticated()
    throw serverErrorFrom(response.status, answer)
  }

  return {
    raw,
    upload: (path, file, headers) => reach(API_PREFIX + path, { method: 'POST', credentials: 'same-origin', headers, body: file }),
    get: (path, query = {}, signal) => {
      const text = toQuery(query)
      return call('GET', text === '' ? path : `${path}?${text}`, undefined, signal)
    },
    send: call,
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

/** One segment of a path. */
export function segment(id: string): string {
  return encodeURIComponent(id)
}
