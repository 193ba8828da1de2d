import { chainHash } from '../base/audit-chain.ts'
import type { ChainLink } from '../base/audit-chain.ts'
import type { AuditEntry } from '../contract/audit.ts'
import { LIMITS } from '../contract/protocol.ts'
import type { NewAuditEntry, PruneOptions } from './audit-store.ts'

/** Longest text in an entry, in characters; longer ones are cut. */
const TEXT_CHARACTERS = 200
const MAX_FACTS = 20
/* eslint-disable-next-line no-control-regex -- some stores refuse NUL, and none of them belongs in a line for people */
const CONTROL = /[\u0000-\u001F\u007F]/g

/** The entries as they are kept: numbered on from `previous`, each with the hash of the one before. */
export function sealEntries(previous: ChainLink, entries: readonly NewAuditEntry[]): AuditEntry[] {
  let { seq, hash } = previous
  return entries.map((entry) => {
    seq += 1
    const content = { seq, ...contentOf(entry) }
    const sealed = { ...content, prev_hash: hash, hash: chainHash(hash, content) }
    hash = sealed.hash
    return sealed
  })
}

/** What retention says of itself when it removes entries. A check of the chain looks for it. */
export function pruneNote({ note }: Pick<PruneOptions, 'note'>, anchor: ChainLink, entries: number): NewAuditEntry {
  return { ...note, facts: { ...note.facts, entries, up_to: anchor.seq, anchor: anchor.hash } }
}

/** What comes from outside is bounded, and made of characters that every store gives back as they were: the hash is over what is kept. */
function contentOf(entry: NewAuditEntry): Omit<AuditEntry, 'seq' | 'hash' | 'prev_hash'> {
  const { sessionId, requestId, address, object, code, facts } = entry
  return {
    at: entry.at,
    action: clean(entry.action),
    agent_id: clean(entry.agentId),
    namespace: clean(entry.namespace),
    outcome: entry.outcome,
    ...(sessionId !== undefined && { session_id: clean(sessionId) }),
    ...(requestId !== undefined && { request_id: clean(requestId) }),
    ...(address !== undefined && { address: clean(address) }),
    ...(object && { object: { kind: object.kind, ids: object.ids.slice(0, LIMITS.pageSize).map(clean) } }),
    ...(code !== undefined && { code: clean(code) }),
    ...(facts && { facts: cleanFacts(facts) }),
  }
}

function cleanFacts(facts: NonNullable<NewAuditEntry['facts']>): NonNullable<NewAuditEntry['facts']> {
  const kept = Object.entries(facts).slice(0, MAX_FACTS)
  return Object.fromEntries(kept.map(([name, value]) => [clean(name), cleanFact(value)]))
}

function cleanFact(value: string | number | boolean): string | number | boolean {
  if (typeof value === 'string') return clean(value)
  // JSON has no word for these.
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}

function clean(text: string): string {
  return text.slice(0, TEXT_CHARACTERS).replace(CONTROL, ' ').toWellFormed()
}
