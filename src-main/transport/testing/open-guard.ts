import { noAudit } from '../../base/audit-trail.ts'
import type { AuditDeed, AuditTrail } from '../../base/audit-trail.ts'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { AppError } from '../../base/errors.ts'
import { newSecret } from '../../base/ids.ts'
import { unlimited } from '../../base/rate-limiter.ts'
import { ClientAddresses } from '../client-address.ts'
import { Denials } from '../denials.ts'
import type { DenialParts } from '../denials.ts'
import { Guard } from '../guard.ts'
import type { GuardOptions, TokenVerifier } from '../guard.ts'
import { HostCheck } from '../host-check.ts'

const noTokens: TokenVerifier = { verify: () => Promise.reject(new AppError('unauthenticated', 'The token is not valid.')) }

export interface OpenGuardOptions extends Partial<GuardOptions> {
  readonly hosts?: HostCheck
  readonly verifier?: TokenVerifier
  readonly trustedProxies?: readonly string[]
  readonly limits?: Partial<Pick<DenialParts, 'perAddress' | 'failures'>>
}

/** A request as far as a guard looks at it. */
export function requestWith(headers: IncomingHttpHeaders, remoteAddress = '127.0.0.1', url = '/'): IncomingMessage {
  const request: unknown = { headers, url, socket: { remoteAddress } }
  return request as IncomingMessage // nothing else is read
}

/** A guard with what a test says, open for all else; and what it noted. */
export function openGuard(options: OpenGuardOptions = {}): { readonly guard: Guard; readonly noted: AuditDeed[] } {
  const { hosts = new HostCheck({ bindHosts: ['127.0.0.1'], corsOrigins: [] }), verifier = noTokens, trustedProxies, limits } = options
  const noted: AuditDeed[] = []
  const audit: AuditTrail = { ...noAudit, note: (deed) => noted.push(deed) }
  const denials = new Denials({ perAddress: unlimited, failures: unlimited, audit, ...limits })
  const guard = new Guard(
    { hosts, verifier, addresses: new ClientAddresses(trustedProxies), denials },
    { authEnabled: false, ownerToken: newSecret(), ownerCookie: newSecret(), ...options },
  )
  return { guard, noted }
}
