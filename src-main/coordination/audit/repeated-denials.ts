import type { AuditDeed } from '../../base/audit-trail.ts'
import { LIMITS } from '../../contract/protocol.ts'

export interface RepeatLimits {
  /** How long after the first of its kind a deed is only counted, in milliseconds. */
  readonly windowMs: number
  /** Kinds of one client address that are told apart at once; what is more counts as one kind of that address. */
  readonly kindsPerAddress: number
  /** Kinds that are told apart at once, of all addresses; what is more counts as one. */
  readonly kinds: number
}

interface Kind {
  readonly first: AuditDeed
  readonly address: string
  readonly sinceMs: number
  readonly ids: Set<string>
  count: number
}

/**
 * Tells what has not been seen from what repeats. Of deeds of one kind (address, agent, action, outcome, code) the first goes through; those of
 * the next minutes are counted, and end as one entry with the count. Whoever varies the kind to get around that is counted by address, and
 * many of them as one: how much is kept depends on the limits, not on how much is tried.
 */
export class RepeatedDenials {
  readonly #limits: RepeatLimits
  readonly #kinds = new Map<string, Kind>()
  readonly #kindsOf = new Map<string, number>()

  constructor(limits: RepeatLimits) {
    this.#limits = limits
  }

  /** True if a deed is to be kept by itself; false if it was counted. */
  isNew(deed: AuditDeed, nowMs: number): boolean {
    const address = deed.address ?? ''
    const key = this.#keyOf(deed, address)
    const known = this.#kinds.get(key)
    if (known) {
      known.count += 1
      for (const id of deed.object?.ids ?? []) if (known.ids.size < LIMITS.pageSize) known.ids.add(id)
      return false
    }
    this.#kinds.set(key, { first: deed, address, sinceMs: nowMs, ids: new Set(), count: 0 })
    this.#kindsOf.set(address, (this.#kindsOf.get(address) ?? 0) + 1)
    return true
  }

  /** What was counted and whose time is over, or all of it. A clock that was set back ends nothing too early and nothing never. */
  take(nowMs: number, { all = false }: { readonly all?: boolean } = {}): AuditDeed[] {
    const taken: AuditDeed[] = []
    for (const [key, kind] of this.#kinds) {
      const ageMs = nowMs - kind.sinceMs
      if (!all && ageMs >= 0 && ageMs < this.#limits.windowMs) continue
      this.#kinds.delete(key)
      this.#forget(kind.address)
      if (kind.count > 0) taken.push(summaryOf(kind))
    }
    return taken
  }

  #keyOf(deed: AuditDeed, address: string): string {
    const key = JSON.stringify([address, deed.agentId, deed.action, deed.outcome, deed.code])
    if (this.#kinds.has(key)) return key
    if (this.#kinds.size >= this.#limits.kinds) return ALL_OTHERS
    return (this.#kindsOf.get(address) ?? 0) >= this.#limits.kindsPerAddress ? JSON.stringify([address]) : key
  }

  #forget(address: string): void {
    const left = (this.#kindsOf.get(address) ?? 1) - 1
    if (left > 0) this.#kindsOf.set(address, left)
    else this.#kindsOf.delete(address)
  }
}

const ALL_OTHERS = ''

/** As the first of them, without what was that one's own. */
function summaryOf({ first, count, sinceMs, ids }: Kind): AuditDeed {
  const { action, agentId, namespace, outcome, address, code, object } = first
  return {
    action,
    agentId,
    namespace,
    outcome,
    ...(address !== undefined && { address }),
    ...(code !== undefined && { code }),
    ...(object && { object: { kind: object.kind, ids: [...ids] } }),
    facts: { repeated: count, since: new Date(sinceMs).toISOString() },
  }
}
