import type { Clock } from '../base/clock.ts'
import { AppError } from '../base/errors.ts'
import type { EventBus } from '../base/event-bus.ts'
import type { Log } from '../base/log.ts'
import { DEFAULT_NAMESPACE } from '../contract/protocol.ts'
import { greatestScope } from '../contract/token.ts'
import type { TokenClaims } from '../contract/token.ts'
import { isActive } from '../storage/token-store.ts'
import type { TokenRecord, TokenStore } from '../storage/token-store.ts'
import { hashOfSecret } from './token-service.ts'

/** How long what the store said of a secret is believed, in milliseconds: another instance may have revoked it. */
const BELIEVED_MS = 5_000
/** Secrets that are remembered at once, good or bad. */
const MAX_REMEMBERED = 10_000
/** Uses are written to the minute, all together. */
const TOUCH_MS = 60_000

export interface TokenCheckParts {
  readonly store: TokenStore
  readonly bus: EventBus
  readonly clock: Clock
  readonly log: Log
}

interface Remembered {
  readonly record: TokenRecord | undefined
  readonly untilMs: number
}

/** Says whom the secret of a token proves. What was asked a moment ago is not asked again; a revocation here is heard at once. */
export class TokenCheck {
  readonly #parts: TokenCheckParts
  readonly #remembered = new Map<string, Remembered>()
  /** Last uses that are not written yet. */
  readonly #uses = new Map<string, number>()
  readonly #stopHearing: () => void
  readonly #timer: NodeJS.Timeout

  constructor(parts: TokenCheckParts) {
    this.#parts = parts
    const forget = (): void => this.#remembered.clear()
    this.#stopHearing = parts.bus.subscribeAll(({ event }) => {
      if (event.type === 'token-revoked' || event.type === 'token-rotated' || event.type === 'token-created') forget()
    }, forget)
    this.#timer = setInterval(() => void this.#writeUses(), TOUCH_MS).unref()
  }

  /** Throws `unauthenticated` saying what is wrong with it, `unavailable` when the store is down. */
  async verify(secret: string): Promise<TokenClaims> {
    const nowMs = this.#parts.clock.now()
    const record = await this.#find(hashOfSecret(secret), nowMs)
    if (!record) throw new AppError('unauthenticated', 'The token is not one of this server.')
    if (!isActive(record, nowMs))
      throw new AppError('unauthenticated', `The token ${record.revokedAtMs === undefined ? 'has expired' : 'was revoked'}.`)
    this.#uses.set(record.id, nowMs)
    const [first = DEFAULT_NAMESPACE, ...others] = record.namespaces
    return {
      agentId: record.agentId,
      namespaces: [first, ...others],
      scope: greatestScope(record.scopes),
      tokenId: record.id,
      ...(record.expiresAtMs !== undefined && { expiresAtMs: record.expiresAtMs }),
    }
  }

  /** Which of these tokens may be used no more. */
  ended(ids: readonly string[]): Promise<string[]> {
    return this.#parts.store.ended(ids, this.#parts.clock.now())
  }

  /** Writes what is left to write. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    this.#stopHearing()
    await this.#writeUses()
  }

  async #find(hash: string, nowMs: number): Promise<TokenRecord | undefined> {
    const known = this.#remembered.get(hash)
    if (known && known.untilMs > nowMs) return known.record
    const record = await this.#parts.store.findBySecret(hash, nowMs)
    this.#remembered.delete(hash)
    // The first is the one that was asked longest ago.
    for (const oldest of this.#remembered.keys()) {
      if (this.#remembered.size < MAX_REMEMBERED) break
      this.#remembered.delete(oldest)
    }
    this.#remembered.set(hash, { record, untilMs: nowMs + BELIEVED_MS })
    return record
  }

  async #writeUses(): Promise<void> {
    const uses = [...this.#uses].map(([id, atMs]) => ({ id, atMs }))
    this.#uses.clear()
    if (uses.length === 0) return
    try {
      await this.#parts.store.touch(uses)
    } catch (error) {
      this.#parts.log.warn({ err: error }, 'the last uses of tokens could not be written')
    }
  }
}
