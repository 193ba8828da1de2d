import { createHash } from 'node:crypto'
import type { AuditEntry } from '../contract/audit.ts'

/** `prev_hash` of the first entry there ever was. */
export const GENESIS_HASH = '0'.repeat(64)

/** A place in the chain: an entry's number, and the hash that covers it and everything before. */
export interface ChainLink {
  readonly seq: number
  readonly hash: string
}

export const GENESIS: ChainLink = { seq: 0, hash: GENESIS_HASH }

export type AuditContent = Omit<AuditEntry, 'hash' | 'prev_hash'>

/** SHA-256 in hex over the hash before, as its 64 characters, and the canonical JSON of an entry without its two hashes. */
export function chainHash(previousHash: string, content: AuditContent): string {
  return createHash('sha256').update(previousHash).update(canonicalJson(content)).digest('hex')
}

/** Whether an entry is what its own hashes say. */
export function isSound({ hash, prev_hash: previousHash, ...content }: AuditEntry): boolean {
  return chainHash(previousHash, content) === hash
}

/**
 * One text for one value: keys in the order of their UTF-16 code units, no white space, what is undefined left out. The form of RFC 8785
 * for the kinds of values that the audit log holds.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).filter(([, field]) => field !== undefined)
  const parts = fields.map(([key, field]) => [key, `${JSON.stringify(key)}:${canonicalJson(field)}`] as const)
  return `{${parts
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, part]) => part)
    .join(',')}}`
}
