import type { AuditTrail } from '../base/audit-trail.ts'
import type { Clock } from '../base/clock.ts'
import type { EventBus } from '../base/event-bus.ts'
import { newSecret } from '../base/ids.ts'
import type { Log } from '../base/log.ts'
import type { ResourceStack } from '../base/resource-stack.ts'
import type { ServerConfig } from '../config/config.ts'
import type { TokenCheck } from '../coordination/token-check.ts'
import { ClientAddresses } from '../transport/client-address.ts'
import { Denials } from '../transport/denials.ts'
import { Guard } from '../transport/guard.ts'
import { HostCheck } from '../transport/host-check.ts'
import { TokenWatch } from '../transport/token-watch.ts'
import { protectedResourceOf } from './protected-resource.ts'
import type { RateLimits } from './rate-limits.ts'
import { createVerifier } from './token-verifier.ts'

export interface AdmissionFoundation {
  readonly rateLimits: RateLimits
  readonly tokenCheck: TokenCheck
  readonly audit: AuditTrail
  readonly bus: EventBus
  readonly clock: Clock
  readonly log: Log
  readonly resources: ResourceStack
}

/** Who may come in, and what keeps watch over those who did. */
export interface AdmissionParts {
  readonly ownerToken: string
  readonly ownerCookie: string
  readonly hosts: HostCheck
  readonly guard: Guard
  readonly tokenWatch: TokenWatch
  /** What OAuth clients are told; absent where there is nothing to sign in to. */
  readonly protectedResource?: Readonly<Record<string, unknown>>
}

/** Builds what every request passes first. */
export function createAdmission(config: ServerConfig, foundation: AdmissionFoundation): AdmissionParts {
  const { rateLimits, tokenCheck, audit, resources, bus, clock } = foundation
  const { publicUrl, corsOrigins, auth } = config
  const ownerToken = newSecret()
  const ownerCookie = newSecret()
  const hosts = new HostCheck({ bindHosts: [config.api.host, config.ws.host], corsOrigins, ...(publicUrl !== undefined && { publicUrl }) })
  const denials = new Denials({ perAddress: rateLimits.address, failures: rateLimits.failures, audit })
  const addresses = new ClientAddresses(config.trustedProxies)
  const oauth = protectedResourceOf(config)
  const guard = new Guard(
    { hosts, verifier: createVerifier(auth, tokenCheck), addresses, denials },
    { authEnabled: auth.enabled, ownerToken, ownerCookie, ...(oauth && { resourceMetadataUrl: oauth.metadataUrl }) },
  )
  const ended = (ids: readonly string[]): Promise<string[]> => tokenCheck.ended(ids)
  const log = foundation.log.child('tokens')
  const tokenWatch = resources.own('token watch', new TokenWatch({ bus, clock, log, ended }), (part) => part.close())
  return { ownerToken, ownerCookie, hosts, guard, tokenWatch, ...(oauth && { protectedResource: oauth.metadata }) }
}
