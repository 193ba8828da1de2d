import type { IncomingHttpHeaders } from 'node:http'
import { AppError, invalidField, messageOf } from '../base/errors.ts'
import { agentIdSchema } from '../contract/fields.ts'
import { ANONYMOUS_AGENT_ID, DEFAULT_NAMESPACE, HEADERS, LIMITS, RESERVED_AGENT_IDS } from '../contract/protocol.ts'

/** What a client says of itself in its headers. Nothing of it is proven. */
export interface ClaimedIdentity {
  readonly agentId: string | undefined
  readonly namespace: string | undefined
  readonly capabilities: Readonly<Record<string, unknown>>
}

/** Reads the identity headers. Throws `invalid_request` naming the header, or `forbidden` for a reserved name. */
export function readIdentity(headers: IncomingHttpHeaders): ClaimedIdentity {
  const agentId = readName(headers, HEADERS.agentId, 'X-Agent-ID')
  if (agentId !== undefined && RESERVED_AGENT_IDS.includes(agentId)) {
    throw new AppError(
      'forbidden',
      `X-Agent-ID "${agentId}" is reserved for the person at the machine and the server itself; choose another name.`,
      {
        details: { field: 'X-Agent-ID' },
      },
    )
  }
  return { agentId, namespace: readName(headers, HEADERS.agentNamespace, 'X-Agent-Namespace'), capabilities: readCapabilities(headers) }
}

/** Identity when nothing must be proven: what was claimed, or the defaults. */
export function withDefaults(claimed: ClaimedIdentity): { agentId: string; namespace: string } {
  return { agentId: claimed.agentId ?? ANONYMOUS_AGENT_ID, namespace: claimed.namespace ?? DEFAULT_NAMESPACE }
}

function readName(headers: IncomingHttpHeaders, header: string, shownName: string): string | undefined {
  const value = single(headers, header, shownName)
  if (value === undefined) return undefined
  const result = agentIdSchema.safeParse(value)
  if (result.success) return result.data
  throw invalidField(shownName, `${result.error.issues[0]?.message ?? 'is not valid'} (got ${JSON.stringify(value.slice(0, 80))})`)
}

function readCapabilities(headers: IncomingHttpHeaders): Readonly<Record<string, unknown>> {
  const text = single(headers, HEADERS.agentCapabilities, 'X-Agent-Capabilities')
  if (text === undefined || text.trim() === '') return {}
  if (text.length > LIMITS.capabilitiesBytes)
    throw invalidField('X-Agent-Capabilities', `must be at most ${LIMITS.capabilitiesBytes} bytes`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw invalidField('X-Agent-Capabilities', `must be JSON (${messageOf(error)})`)
  }
  // A plain list of names is common; it means that each is there.
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return Object.fromEntries(value.map((name) => [name, true]))
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidField('X-Agent-Capabilities', 'must be a JSON object or a list of names')
  return value as Readonly<Record<string, unknown>> // an object that JSON.parse made
}

function single(headers: IncomingHttpHeaders, header: string, shownName: string): string | undefined {
  const value = headers[header]
  if (Array.isArray(value)) throw invalidField(shownName, 'must be sent once')
  return value
}
