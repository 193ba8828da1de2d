import type { IncomingHttpHeaders } from 'node:http'
import type { AuditTrail } from '../base/audit-trail.ts'
import { callContext } from '../base/call-context.ts'
import { AppError } from '../base/errors.ts'
import type { ErrorCode } from '../contract/errors.ts'
import type { RateLimiter } from '../base/rate-limiter.ts'
import { ANONYMOUS_AGENT_ID, DEFAULT_NAMESPACE, HEADERS } from '../contract/protocol.ts'
import { isLoopbackAddress } from './client-address.ts'

export interface DenialParts {
  /** Requests of one address. Clients of this very machine are told apart by agent, not by address. */
  readonly perAddress: RateLimiter
  /** Failed sign-ins of one address. */
  readonly failures: RateLimiter
  readonly audit: AuditTrail
}

/** Who was refused at the door, before it was known who asks. */
export interface Refused {
  readonly headers: IncomingHttpHeaders
  readonly address: string | undefined
}

const DENIALS: ReadonlySet<ErrorCode> = new Set(['forbidden', 'unauthenticated', 'rate_limited'])

/** What is denied at the door is written down, and who guesses is slowed. */
export class Denials {
  readonly #parts: DenialParts

  constructor(parts: DenialParts) {
    this.#parts = parts
  }

  /** Throws `rate_limited` for an address that asks too often. */
  async admitAddress(address: string | undefined): Promise<void> {
    if (address !== undefined && !isLoopbackAddress(address)) await this.#parts.perAddress.admit(address)
  }

  /**
   * Notes a refusal in the audit. Returns the error to answer with: who fails to sign in too often is told to wait instead. A good token
   * is never slowed by the bad ones beside it.
   */
  async denied(who: Refused, error: unknown, action = 'admission'): Promise<unknown> {
    if (!(error instanceof AppError) || !DENIALS.has(error.code)) return error
    const shown = error.code === 'unauthenticated' ? await this.#slowed(who.address ?? 'unknown', error) : error
    this.#parts.audit.note({
      action,
      // Claimed, not proven.
      agentId: nameOf(who.headers[HEADERS.agentId]) ?? ANONYMOUS_AGENT_ID,
      namespace: nameOf(who.headers[HEADERS.agentNamespace]) ?? DEFAULT_NAMESPACE,
      outcome: 'denied',
      code: shown.code,
      ...(who.address !== undefined && { address: who.address }),
      ...requestOf(),
    })
    return shown
  }

  async #slowed(address: string, error: AppError): Promise<AppError> {
    try {
      await this.#parts.failures.admit(address)
      return error
    } catch (limited) {
      if (!(limited instanceof AppError) || limited.code !== 'rate_limited') throw limited
      return new AppError('rate_limited', `Too many failed sign-ins. ${error.message}`, { details: { ...limited.details }, cause: limited })
    }
  }
}

function nameOf(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, 64).toWellFormed() : undefined
}

function requestOf(): { readonly requestId?: string } {
  const requestId = callContext()?.requestId
  return requestId === undefined ? {} : { requestId }
}
