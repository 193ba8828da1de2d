import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { AppError } from '../base/errors.ts'
import { HEADERS, OWNER_COOKIE } from '../contract/protocol.ts'
import { OWNER_SCOPE } from '../contract/scope.ts'
import type { TransportKind } from '../contract/session.ts'
import type { TokenClaims } from '../contract/token.ts'
import type { Caller } from '../session/session.ts'
import type { ClientAddresses } from './client-address.ts'
import type { Denials } from './denials.ts'
import type { HostCheck } from './host-check.ts'
import { readIdentity, withDefaults } from './identity.ts'
import type { ClaimedIdentity } from './identity.ts'
import { provenScope } from './proven-scope.ts'

/** PORT. Checks a bearer token. Throws `unauthenticated` with a sentence that says what is wrong with it. */
export interface TokenVerifier {
  verify(token: string): Promise<TokenClaims>
}

export interface GuardOptions {
  /** Who may not be anonymous: when true, every agent needs a token. */
  readonly authEnabled: boolean
  /** Token of the person at the machine, from the discovery file. */
  readonly ownerToken: string
  /** Value of the dashboard's cookie. */
  readonly ownerCookie: string
  /** Where a client learns how to sign in (RFC 9728), as a URL; absent where there is nothing to learn. */
  readonly resourceMetadataUrl?: string
}

export interface GuardParts {
  readonly hosts: HostCheck
  readonly verifier: TokenVerifier
  readonly addresses: ClientAddresses
  readonly denials: Denials
}

/** Decides whether a request may come in and who it is. The same for REST, /mcp, the WebSocket and the event feed. */
export class Guard {
  readonly #parts: GuardParts
  readonly #options: GuardOptions

  constructor(parts: GuardParts, options: GuardOptions) {
    this.#parts = parts
    this.#options = options
  }

  get authEnabled(): boolean {
    return this.#options.authEnabled
  }

  /** IP address of whoever asks, as far as proxies are believed; undefined when it has gone already. */
  addressOf(request: IncomingMessage): string | undefined {
    return this.#parts.addresses.of(request)
  }

  /**
   * Called before anything else of a request is looked at. Throws `forbidden` for a foreign Host or Origin, `invalid_request` for a token
   * in the URL, and `rate_limited` for an address that asks too often.
   */
  async assertOurs(request: IncomingMessage): Promise<void> {
    const address = this.#parts.addresses.of(request)
    try {
      this.#parts.hosts.assertAllowed(request.headers)
      assertNoTokenInUrl(request.url)
      await this.#parts.denials.admitAddress(address)
    } catch (error) {
      throw await this.#denied(request, address, error)
    }
  }

  /** Throws `invalid_request`, `unauthenticated`, `forbidden`, or `rate_limited` for an address that guesses. */
  async identify(request: IncomingMessage, transport: TransportKind): Promise<Caller> {
    const address = this.#parts.addresses.of(request)
    try {
      const caller = await this.#callerOf(request.headers, transport)
      return address === undefined ? caller : { ...caller, address }
    } catch (error) {
      throw await this.#denied(request, address, error)
    }
  }

  /** The header that signs a browser in as the person, in exchange for the person's token. Throws as `identify` does. */
  async signIn(request: IncomingMessage, token: unknown): Promise<string> {
    if (typeof token === 'string' && this.#isOwnerToken(token)) return this.ownerCookieHeader()
    const error = new AppError(
      'unauthenticated',
      'This token is not the one in the discovery file (~/.tmws/runtime.json) of the running server.',
    )
    throw await this.#denied(request, this.#parts.addresses.of(request), error, 'sign-in')
  }

  /** The header that gives a browser the owner scope. */
  ownerCookieHeader(): string {
    const secure = this.#parts.hosts.isServedSecurely ? '; Secure' : ''
    return `${OWNER_COOKIE}=${this.#options.ownerCookie}; HttpOnly; SameSite=Strict; Path=/${secure}`
  }

  async #callerOf(headers: IncomingHttpHeaders, transport: TransportKind): Promise<Caller> {
    const claimed = readIdentity(headers)
    const client = headers['user-agent']
    const { capabilities } = claimed
    return {
      ...(await this.#prove(headers, claimed)),
      transport,
      capabilities,
      ...(client !== undefined && { client: client.slice(0, 200) }),
    }
  }

  async #prove(headers: IncomingHttpHeaders, claimed: ClaimedIdentity): Promise<Pick<Caller, 'scope' | 'isBound' | 'token'>> {
    const token = bearerOf(headers)
    // Who names an agent is an agent, whatever else it carries: the owner scope is never an agent's.
    const isAgent = claimed.agentId !== undefined || headers[HEADERS.agentNamespace] !== undefined
    if (!isAgent && this.#isOwner(headers, token)) return { scope: OWNER_SCOPE }
    if (!this.#options.authEnabled) return { scope: { kind: 'agent', ...withDefaults(claimed), isAdmin: false } }
    if (token === undefined) {
      throw new AppError('unauthenticated', 'This server needs a token: send the header Authorization: Bearer TOKEN.', this.#challenge())
    }
    if (this.#isOwnerToken(token))
      throw new AppError('forbidden', 'The token of the person at the machine is not for agents; give this agent a token of its own.')
    const claims = await this.#verify(token)
    const scope = provenScope(claims, claimed)
    // Only an admin's token lets its bearer become another agent.
    return { scope, token: { id: claims.tokenId, endsAtMs: claims.expiresAtMs }, ...(!scope.isAdmin && { isBound: true }) }
  }

  async #verify(token: string): Promise<TokenClaims> {
    try {
      return await this.#parts.verifier.verify(token)
    } catch (error) {
      if (error instanceof AppError && error.code === 'unauthenticated')
        throw new AppError('unauthenticated', error.message, { ...this.#challenge(), cause: error })
      throw error
    }
  }

  #isOwner(headers: IncomingHttpHeaders, token: string | undefined): boolean {
    if (token !== undefined) return this.#isOwnerToken(token)
    const cookie = cookieOf(headers, OWNER_COOKIE)
    // Browsers send a cookie to every port of its host: a page of another port must not be the person, even where CORS lets it in.
    return cookie !== undefined && this.#parts.hosts.isOwnPage(headers) && sameSecret(cookie, this.#options.ownerCookie)
  }

  /** Constant time. */
  #isOwnerToken(token: string): boolean {
    return sameSecret(token, this.#options.ownerToken)
  }

  #challenge(): { readonly details?: { readonly resource_metadata: string } } {
    const { resourceMetadataUrl: url } = this.#options
    return url === undefined ? {} : { details: { resource_metadata: url } }
  }

  #denied(request: IncomingMessage, address: string | undefined, error: unknown, action?: string): Promise<unknown> {
    return this.#parts.denials.denied({ headers: request.headers, address }, error, action)
  }
}

/** URLs end up in logs, histories and Referer headers. */
function assertNoTokenInUrl(url: string | undefined): void {
  if (!/[?&](access_token|token|api_key|apikey|auth)=/i.test(url ?? '')) return
  throw new AppError('invalid_request', 'A token must not stand in a URL, where logs keep it. Send the header Authorization: Bearer TOKEN.')
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
