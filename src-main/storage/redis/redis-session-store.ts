import type { PruneLimits, SessionClaim, SessionRecord, SessionStore } from '../session-store.ts'
import type { RedisLink } from './redis-link.ts'
import { runScript } from './redis-script.ts'
import type { RedisScript } from './redis-script.ts'
import { EXTEND_SESSIONS, PRUNE_SESSIONS, REMOVE_SESSION, SAVE_SESSION, TAKE_SESSION } from './redis-session-scripts.ts'

/** How much longer than its time Redis keeps a record, in milliseconds: clocks of servers differ. */
const GRACE_MS = 60_000
/** Sessions that one script handles, so that Redis never stands still for long. */
const BATCH = 200

/** Sessions that any instance can take over. Each change is one script: of many who try at once, one succeeds. */
export class RedisSessionStore implements SessionStore {
  readonly capabilities = { label: 'Redis', isDurable: true, isShared: true }
  readonly #link: RedisLink

  constructor(link: RedisLink) {
    this.#link = link
  }

  serveAs(): void {
    // Who lives is known by the lease of the fleet.
  }

  async save(record: SessionRecord, endsAtMs: number): Promise<void> {
    await this.put(record, endsAtMs)
  }

  /** As `save`. False when nothing changed, since the session was taken over. */
  async put(record: SessionRecord, endsAtMs: number): Promise<boolean> {
    const { sessionId, resumeHash, spentHash = '', holder = '', connectedAs, savedAtMs, ...body } = record
    const { agentId, namespace } = connectedAs
    const ttl = ttlOf(endsAtMs - savedAtMs)
    const about = [resumeHash, spentHash, holder, agentId, namespace, savedAtMs, JSON.stringify(body)]
    return (await this.#run(SAVE_SESSION, sessionId, endsAtMs, ttl, ...about)) === 1
  }

  async take(resumeHash: string, claim: SessionClaim): Promise<SessionRecord | undefined> {
    const { connectedAs, nextHash, holder, nowMs, endsAtMs } = claim
    const { agentId, namespace } = connectedAs
    const ttl = ttlOf(endsAtMs - nowMs)
    const taken = await this.#run(TAKE_SESSION, resumeHash, agentId, namespace, nextHash, holder, nowMs, endsAtMs, ttl)
    const [sessionId, saved, body] = taken as string[] // as the script answers
    if (sessionId === undefined || body === undefined) return undefined
    return {
      ...(JSON.parse(body) as Omit<SessionRecord, 'sessionId' | 'resumeHash' | 'connectedAs' | 'savedAtMs'>), // as `put` wrote it
      sessionId,
      connectedAs,
      savedAtMs: Number(saved),
      resumeHash: nextHash,
      spentHash: resumeHash,
      holder,
    }
  }

  async extend(holder: string, nowMs: number, endsAtMs: number): Promise<void> {
    const ids = await this.#link.run((commands) => commands.smembers(`${this.#link.prefix}held:${holder}`))
    const ttl = ttlOf(endsAtMs - nowMs)
    for (let from = 0; from < ids.length; from += BATCH)
      await this.#run(EXTEND_SESSIONS, holder, nowMs, endsAtMs, ttl, ...ids.slice(from, from + BATCH))
  }

  async remove(sessionId: string): Promise<void> {
    await this.#run(REMOVE_SESSION, sessionId)
  }

  async prune({ nowMs, latestEndMs, keep }: PruneLimits): Promise<number> {
    let count = 0
    for (let isMore = true; isMore;) {
      const ttl = ttlOf(latestEndMs - nowMs)
      const [dropped = 0, more] = (await this.#run(PRUNE_SESSIONS, nowMs, latestEndMs, keep, BATCH, ttl)) as number[] // as the script answers
      count += dropped
      isMore = more === 1
    }
    return count
  }

  /** The connection belongs to the link, which closes it. */
  close(): Promise<void> {
    return Promise.resolve()
  }

  #run(script: RedisScript, ...args: (string | number)[]): Promise<unknown> {
    return this.#link.run((commands) => runScript(commands, script, this.#link.prefix, ...args))
  }
}

function ttlOf(lifeMs: number): number {
  return Math.max(0, Math.ceil(lifeMs)) + GRACE_MS
}
