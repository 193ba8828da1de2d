import type { AuditDeed, AuditObject, AuditTrail } from '../base/audit-trail.ts'
import type { CallContext } from '../base/call-context.ts'
import { AppError } from '../base/errors.ts'
import type { RateLimiter } from '../base/rate-limiter.ts'
import { LIMITS } from '../contract/protocol.ts'
import type { Scope } from '../contract/scope.ts'
import { isToolName, TOOLS } from '../contract/tools.ts'
import type { ToolContract } from '../contract/tools/tool-contract.ts'
import { memoriesOfOthers, textAt } from './audited-answer.ts'

/** A call of a tool, as the audit log sees it. */
export interface AuditedCallParts {
  readonly trail: AuditTrail
  readonly tool: string
  /** As they came: nothing of them is believed. */
  readonly args: unknown
  /** Whom it is done as. */
  readonly scope: Scope
  readonly context: CallContext
  /** The run of a workflow that it is a step of. */
  readonly executionId?: string | undefined
}

/** Refusals by a rule of access. */
const DENIALS: readonly string[] = ['forbidden', 'unauthenticated', 'rate_limited']
/** What else can go wrong with a change, besides being asked for wrongly. */
const FAILURES: readonly string[] = ['conflict', 'too_large', 'internal', 'unavailable']
const FACT_CHARACTERS = 64

/**
 * What one call leaves in the audit log, by what its tool's contract says. `begin` comes before the call, `done` before its answer is given
 * away, `failed` when it threw.
 */
export class AuditedCall {
  readonly #parts: AuditedCallParts
  readonly #contract: ToolContract | undefined
  readonly #args: Readonly<Record<string, unknown>>
  #isRunning = false

  constructor(parts: AuditedCallParts) {
    this.#parts = parts
    this.#contract = isToolName(parts.tool) ? TOOLS[parts.tool] : undefined
    this.#args = isRecord(parts.args) ? parts.args : {}
  }

  /** Throws `unavailable` for a change that could not be kept. */
  begin(): void {
    if (this.#isChange) this.#parts.trail.admit()
    this.#isRunning = true
  }

  /** Resolves when a change is kept. Throws `unavailable` when it cannot be: it must not be acknowledged then. */
  async done(answer: Readonly<Record<string, unknown>>): Promise<void> {
    this.#isRunning = false
    if (this.#isChange) {
      const isRepeat = 'duplicate_of' in answer
      await this.#parts.trail.record(this.#deed('ok', this.#object(answer), isRepeat ? { duplicate: true } : {}))
    } else if (this.#contract?.audit.effect === 'shows-memories') {
      const ids = memoriesOfOthers(answer, this.#parts.scope.agentId)
      if (ids.length > 0) this.#parts.trail.note(this.#deed('ok', { kind: 'memory', ids: ids.slice(0, LIMITS.pageSize) }))
    }
  }

  failed(error: unknown): void {
    // What was refused for want of an entry has none, and what was done has been dealt with.
    if (!this.#isRunning || !this.#contract) return
    this.#isRunning = false
    const code = error instanceof AppError ? error.code : 'internal'
    const object = this.#object({})
    // "It is not there" is also what those hear who may not know that it is.
    const isDenied = DENIALS.includes(code) || (code === 'not_found' && (this.#isChange || (object?.ids.length ?? 0) > 0))
    if (!isDenied && !(this.#isChange && FAILURES.includes(code))) return
    this.#parts.trail.note({ ...this.#deed(isDenied ? 'denied' : 'failed', object), code })
  }

  get #isChange(): boolean {
    const { audit } = this.#contract ?? {}
    return audit?.effect === 'changes' && !(audit.harmless?.includes(String(this.#args['operation'])) ?? false)
  }

  #deed(outcome: AuditDeed['outcome'], object: AuditObject | undefined, more: AuditDeed['facts'] = {}): AuditDeed {
    const { executionId } = this.#parts
    const facts = { ...this.#facts(), ...more, ...(executionId !== undefined && { workflow_execution: executionId }) }
    return {
      ...deedOf(this.#parts.scope, this.#parts.context),
      action: this.#action,
      outcome,
      ...(object && { object }),
      ...(Object.keys(facts).length > 0 && { facts }),
    }
  }

  get #action(): string {
    const name = this.#contract?.aliasOf ?? this.#contract?.name ?? this.#parts.tool
    const operation = this.#args['operation']
    return typeof operation === 'string' ? `${name}.${operation.slice(0, FACT_CHARACTERS)}` : name
  }

  #object(answer: Readonly<Record<string, unknown>>): AuditObject | undefined {
    const { object, answer: path, argument } = this.#contract?.audit ?? {}
    if (!object) return undefined
    const id =
      (path === undefined ? undefined : textAt(answer, path)) ?? (argument === undefined ? undefined : textAt(this.#args, argument))
    return { kind: object, ids: id === undefined ? [] : [id] }
  }

  #facts(): NonNullable<AuditDeed['facts']> {
    const named = (this.#contract?.audit.facts ?? []).map((name) => [name, this.#args[name]] as const)
    return Object.fromEntries(named.filter((fact): fact is [string, string | number | boolean] => isFact(fact[1])))
  }
}

/** The part of a deed that says who and from where. */
export function deedOf(
  scope: Scope,
  context: CallContext | undefined,
): Pick<AuditDeed, 'agentId' | 'namespace' | 'sessionId' | 'requestId' | 'address'> {
  return {
    agentId: scope.agentId,
    namespace: scope.namespace,
    ...(context && { requestId: context.requestId }),
    ...(context?.sessionId !== undefined && { sessionId: context.sessionId }),
    ...(context?.address !== undefined && { address: context.address }),
  }
}

function isFact(value: unknown): boolean {
  return typeof value === 'string' ? value.length <= FACT_CHARACTERS : typeof value === 'number' || typeof value === 'boolean'
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Counts a request to connect. Throws `rate_limited`, and says so in the audit log. */
export async function admitConnection(
  { scope, address }: { readonly scope: Scope; readonly address?: string },
  { limiter, audit }: { readonly limiter: RateLimiter; readonly audit?: AuditTrail },
): Promise<void> {
  try {
    await limiter.admit(scope.agentId)
  } catch (error) {
    const who = { agentId: scope.agentId, namespace: scope.namespace, ...(address !== undefined && { address }) }
    if (error instanceof AppError && error.code === 'rate_limited')
      audit?.note({ ...who, action: 'connect', outcome: 'denied', code: error.code })
    throw error
  }
}
