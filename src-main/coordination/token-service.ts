import { createHash } from 'node:crypto'
import { toIso } from '../base/clock.ts'
import type { Clock } from '../base/clock.ts'
import { AppError, notFound } from '../base/errors.ts'
import type { EventBus } from '../base/event-bus.ts'
import { newId, newSecret } from '../base/ids.ts'
import type { TokenEvent } from '../contract/events.ts'
import { RESERVED_AGENT_IDS } from '../contract/protocol.ts'
import type { Scope } from '../contract/scope.ts'
import { TOKEN_PREFIX } from '../contract/token.ts'
import type { IssuedToken, Token } from '../contract/token.ts'
import type { ToolArguments } from '../contract/tools.ts'
import { isActive } from '../storage/token-store.ts'
import type { TokenRecord, TokenStore } from '../storage/token-store.ts'

/** Characters of a secret that may be shown: its prefix, and enough to tell it from others. */
const HINT_CHARACTERS = TOKEN_PREFIX.length + 4

export interface TokenServiceParts {
  readonly store: TokenStore
  readonly bus: EventBus
  readonly clock: Clock
}

/** Makes, lists and ends the tokens of clients, for the person at the machine and admins. */
export class TokenService {
  readonly #parts: TokenServiceParts

  constructor(parts: TokenServiceParts) {
    this.#parts = parts
  }

  async list(args: ToolArguments<'list_tokens'>): Promise<{ tokens: Token[]; next_cursor?: string }> {
    const nowMs = this.#parts.clock.now()
    const { tokens, nextCursor } = await this.#parts.store.list({
      onlyActive: args.only_active,
      nowMs,
      limit: args.limit,
      ...(args.agent_id !== undefined && { agentId: args.agent_id }),
      ...(args.cursor !== undefined && { cursor: args.cursor }),
    })
    return { tokens: tokens.map((token) => toToken(token, nowMs)), ...(nextCursor !== undefined && { next_cursor: nextCursor }) }
  }

  /** Throws `not_found`. */
  async get(id: string): Promise<Token> {
    const record = await this.#parts.store.get(id)
    if (!record) throw notFound('token', id)
    return toToken(record, this.#parts.clock.now())
  }

  /** The secret is in the answer and nowhere else. Throws `forbidden` for an agent that nobody may be. */
  async create(args: ToolArguments<'create_token'>, scope: Scope): Promise<IssuedToken> {
    if (RESERVED_AGENT_IDS.includes(args.agent_id))
      throw new AppError('forbidden', `The agent id "${args.agent_id}" is reserved; choose another.`, { details: { field: 'agent_id' } })
    const nowMs = this.#parts.clock.now()
    const secret = newTokenSecret()
    const record = await this.#parts.store.add({
      id: newId(nowMs),
      name: args.name,
      agentId: args.agent_id,
      namespaces: [...new Set(args.namespaces)],
      scopes: [...new Set(args.scopes)],
      secretHash: hashOfSecret(secret),
      hint: secret.slice(0, HINT_CHARACTERS),
      createdAtMs: nowMs,
      createdBy: scope.agentId,
      ...(args.expires_in_seconds !== undefined && { expiresAtMs: nowMs + args.expires_in_seconds * 1000 }),
    })
    this.#announce('token-created', record, scope)
    return { token: toToken(record, nowMs), secret }
  }

  /** Throws `not_found`, and `conflict` for one that was revoked. */
  async rotate(args: ToolArguments<'rotate_token'>, scope: Scope): Promise<IssuedToken> {
    const nowMs = this.#parts.clock.now()
    const secret = newTokenSecret()
    const record = await this.#parts.store.replaceSecret(args.token_id, {
      secretHash: hashOfSecret(secret),
      hint: secret.slice(0, HINT_CHARACTERS),
      nowMs,
      formerUntilMs: nowMs + args.grace_seconds * 1000,
    })
    if (!record) {
      await this.get(args.token_id)
      throw new AppError('conflict', `The token ${args.token_id} was revoked and cannot come back; create another.`)
    }
    this.#announce('token-rotated', record, scope)
    return { token: toToken(record, nowMs), secret }
  }

  /** Idempotent. Throws `not_found`. */
  async revoke(id: string, scope: Scope): Promise<Token> {
    const nowMs = this.#parts.clock.now()
    const record = await this.#parts.store.revoke(id, scope.agentId, nowMs)
    if (!record) throw notFound('token', id)
    this.#announce('token-revoked', record, scope)
    return toToken(record, nowMs)
  }

  #announce(type: TokenEvent['type'], record: TokenRecord, scope: Scope): void {
    const at = toIso(this.#parts.clock.now())
    this.#parts.bus.publish({ event: { type, at, token_id: record.id, name: record.name, agent_id: record.agentId, by: scope.agentId } })
  }
}

/** What the store knows a secret by. */
export function hashOfSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

function newTokenSecret(): string {
  return TOKEN_PREFIX + newSecret()
}

function toToken(record: TokenRecord, nowMs: number): Token {
  return {
    id: record.id,
    name: record.name,
    agent_id: record.agentId,
    namespaces: [...record.namespaces],
    scopes: [...record.scopes],
    status: record.revokedAtMs === undefined ? (isActive(record, nowMs) ? 'active' : 'expired') : 'revoked',
    hint: record.hint,
    created_at: toIso(record.createdAtMs),
    created_by: record.createdBy,
    ...(record.expiresAtMs !== undefined && { expires_at: toIso(record.expiresAtMs) }),
    ...(record.lastUsedAtMs !== undefined && { last_used_at: toIso(record.lastUsedAtMs) }),
    ...(record.rotatedAtMs !== undefined && { rotated_at: toIso(record.rotatedAtMs) }),
    ...(record.revokedAtMs !== undefined && { revoked_at: toIso(record.revokedAtMs) }),
    ...(record.revokedBy !== undefined && { revoked_by: record.revokedBy }),
  }
}
