import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { AppError } from '../base/errors.ts'
import { HEADERS, OWNER_COOKIE } from '../contract/protocol.ts'
import { OWNER_SCOPE } from '../contract/scope.ts'
import type { Scope } from '../contract/scope.ts'
import type { TransportKind } from '../contract/session.ts'
import type { Caller } from '../session/session.ts'
import type { HostCheck } from './host-check.ts'
import { readIdentity, withDefaults } from './identity.ts'
import type { ClaimedIdentity } from './identity.ts'

/** What a valid token proves. */
export interface TokenClaims {
  readonly agentId: string
  readonly namespace: string
  readonly isAdmin: boolean
}

/** PORT. Checks a bearer token. Throws `unauthenticated` with a sentence that says what is wrong with it. */
export interface TokenVerifier {
  verify(token: string): Promise<TokenClaims>
}

/** A request before anything of it is believed. */
export interface Incoming {
  readonly headers: IncomingHttpHeaders
  /** IP address of the client; absent when it has gone already. */
  readonly address?: string | undefined
}

export interface GuardOptions {
  /** Who may not be anonymous: when true, every agent needs a token. */
  readonly authEnabled: boolean
  /** Token of the person at the machine, from the discovery file. */
  readonly ownerToken: string
  /** Value of the dashboard's cookie. */
  readonly ownerCookie: string
}

/** What the guard looks at. */
export function incoming(request: IncomingMessage): Incoming {
  return { headers: request.headers, address: request.socket.remoteAddress }
}

/** Decides, from headers alone, whether a request may come in and who it is. The same for REST, /mcp, the WebSocket and the event feed. */
export class Guard {
  readonly #hosts: HostCheck
  readonly #verifier: TokenVerifier
  readonly #options: GuardOptions

  constructor(hosts: HostCheck, verifier: TokenVerifier, options: GuardOptions) {
    this.#hosts = hosts
    this.#verifier = verifier
    this.#options = options
  }

  get authEnabled(): boolean {
    return this.#options.authEnabled
  }

  /** Throws `forbidden` for a foreign Host or Origin. Call it before anything else. */
  assertOurs(headers: IncomingHttpHeaders): void {
    this.#hosts.assertAllowed(headers)
  }

  /** Throws `invalid_request`, `unauthenticated` or `forbidden`. */
  async identify({ headers, address }: Incoming, transport: TransportKind): Promise<Caller> {
    const claimed = readIdentity(headers)
    const scope = await this.#scopeOf(headers, claimed)
    const client = headers['user-agent']
    // Where tokens say who a caller is, only an admin's may become another.
    const isBound = this.#options.authEnabled && !scope.isAdmin
    return {
      scope,
      transport,
      capabilities: claimed.capabilities,
      ...(isBound && { isBound }),
      ...(address !== undefined && { address }),
      ...(client !== undefined && { client: client.slice(0, 200) }),
    }
  }

  /** True if `token` is the person's own. Constant time. */
  isOwnerToken(token: string): boolean {
    return sameSecret(token, this.#options.ownerToken)
  }

  /** The header that gives a browser the owner scope. */
  ownerCookieHeader(): string {
    return `${OWNER_COOKIE}=${this.#options.ownerCookie}; HttpOnly; SameSite=Strict; Path=/`
  }

  async #scopeOf(headers: IncomingHttpHeaders, claimed: ClaimedIdentity): Promise<Scope> {
    const token = bearerOf(headers)
    // Who names an agent is an agent, whatever else it carries: the owner scope is never an agent's.
    const isAgent = claimed.agentId !== undefined || headers[HEADERS.agentNamespace] !== undefined
    if (!isAgent && this.#isOwner(headers, token)) return OWNER_SCOPE
    if (!this.#options.authEnabled) return { kind: 'agent', ...withDefaults(claimed), isAdmin: false }
    if (token === undefined) {
      throw new AppError('unauthenticated', 'This server needs a token: send the header Authorization: Bearer TOKEN.')
    }
    if (this.isOwnerToken(token))
      throw new AppError('forbidden', 'The token of the person at the machine is not for agents; give this agent a token of its own.')
    return provenScope(await this.#verifier.verify(token), claimed)
  }

  #isOwner(headers: IncomingHttpHeaders, token: string | undefined): boolean {
    if (token !== undefined) return this.isOwnerToken(token)
    const cookie = cookieOf(headers, OWNER_COOKIE)
    // Browsers send a cookie to every port of its host: a page of another port must not be the person, even where CORS lets it in.
    return cookie !== undefined && this.#hosts.isOwnPage(headers) && sameSecret(cookie, this.#options.ownerCookie)
  }
}

function provenScope(claims: TokenClaims, claimed: ClaimedIdentity): Scope {
  if (claimed.agentId !== undefined && claimed.agentId !== claims.agentId) {
    throw new AppError('forbidden', `This token is for the agent "${claims.agentId}", not for "${claimed.agentId}".`)
  }
  if (claimed.namespace !== undefined && claimed.namespace !== claims.namespace) {
    throw new AppError('forbidden', `This token is for the namespace "${claims.namespace}", not for "${claimed.namespace}".`)
  }
  return { kind: 'agent', agentId: claims.agentId, namespace: claims.namespace, isAdmin: claims.isAdmin }
}

function bearerOf(headers: IncomingHttpHeaders): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
}

function cookieOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const pair = headers.cookie?.split(/; */).find((part) => part.startsWith(`${name}=`))
  return pair?.slice(name.length + 1)
}

/** Compared by digest: equal length, and no early end to time. */
function sameSecret(given: string, wanted: string): boolean {
  return timingSafeEqual(createHash('sha256').update(given).digest(), createHash('sha256').update(wanted).digest())
}
