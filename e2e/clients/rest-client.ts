import { API_PREFIX, HEADERS } from '../../src-main/contract/protocol.ts'

export interface RestAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body as JSON; empty when it is none. */
  readonly body: Record<string, unknown>
}

/** Who a REST client says it is. */
export interface RestIdentity {
  readonly agentId?: string
  readonly namespace?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** REST as a program uses it. */
export class RestClient {
  readonly #apiUrl: string
  readonly #headers: Readonly<Record<string, string>>

  constructor(apiUrl: string, identity: RestIdentity = {}) {
    this.#apiUrl = apiUrl
    this.#headers = {
      ...(identity.agentId !== undefined && { [HEADERS.agentId]: identity.agentId }),
      ...(identity.namespace !== undefined && { [HEADERS.agentNamespace]: identity.namespace }),
      ...identity.headers,
    }
  }

  /** `path` is under /api/v1. */
  get(path: string): Promise<RestAnswer> {
    return this.send('GET', path)
  }

  post(path: string, body: unknown = {}): Promise<RestAnswer> {
    return this.send('POST', path, JSON.stringify(body))
  }

  patch(path: string, body: unknown): Promise<RestAnswer> {
    return this.send('PATCH', path, JSON.stringify(body))
  }

  delete(path: string): Promise<RestAnswer> {
    return this.send('DELETE', path)
  }

  /** Sends the body as it stands. */
  async send(method: string, path: string, body?: string, headers: Readonly<Record<string, string>> = {}): Promise<RestAnswer> {
    const response = await fetch(`${this.#apiUrl}${API_PREFIX}${path}`, {
      method,
      headers: { ...this.#headers, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, body: asObject(text) }
  }
}

function asObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {} // an object
  } catch {
    return {}
  }
}
