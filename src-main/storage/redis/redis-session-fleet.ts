import { AppError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { deadProcesses } from '../../base/process-names.ts'
import type { FleetMember, SessionFleet } from '../../base/session-fleet.ts'
import type { SessionInfo } from '../../contract/session.ts'
import { ENTER_ROOM, KEEP_ROOMS, LEAVE_ROOM } from './redis-fleet-scripts.ts'
import type { RedisLink } from './redis-link.ts'
import { runScript } from './redis-script.ts'
import type { RedisScript } from './redis-script.ts'
import { RedisWishes } from './redis-wishes.ts'
import type { Wish } from './redis-wishes.ts'

export interface RedisFleetParts {
  readonly link: RedisLink
  /** This process; a word of its own for each start. */
  readonly instance: string
  readonly log: Log
  /** Hears of an instance that has died without a farewell: what it was about to tell the others never came. */
  readonly onDeath?: (instance: string) => void
  /** How long an instance counts after its last sign of life, in milliseconds; shorter in tests. */
  readonly leaseMs?: number
}

const LEASE_MS = 10_000
/** Places of an agent go after this without a sign of life of any of them, in milliseconds. */
const ROOM_TTL_MS = 3_600_000
/** After a change this instance shows itself this soon, in milliseconds. */
const SOON_MS = 100
/** How long it is remembered that an instance said farewell, in milliseconds: longer than others need to see that it is gone. */
const FAREWELL_MS = 60_000
/** Signs of life between two in which everything is shown anew. */
const BEATS_BETWEEN_WHOLE = 10
/** Sessions that one command carries. */
const BATCH = 200

interface LeftPlace {
  readonly agentId: string
}

/** The sessions of all instances on one Redis: each shows its own while it lives, by a lease; what a dead one had vanishes with that. */
export class RedisSessionFleet implements SessionFleet {
  readonly instance: string
  readonly #parts: RedisFleetParts
  readonly #leaseMs: number
  readonly #wishes: RedisWishes
  readonly #stopWatching: () => void
  readonly #timer: NodeJS.Timeout
  /** What the others have been shown of each session: without what changes by itself. */
  readonly #shown = new Map<string, string>()
  /** Places that are yet to be given back. One that was taken again by a sign of life is a new one: an older farewell does not do for it. */
  readonly #left = new Map<string, LeftPlace>()
  /** Other instances that lived at the last sign of life. */
  #living: ReadonlySet<string> = new Set()
  #member: FleetMember | undefined
  #soon: NodeJS.Timeout | undefined
  #beats = 0
  #beating: Promise<void> | undefined
  #isClosed = false

  constructor(parts: RedisFleetParts) {
    this.#parts = parts
    this.instance = parts.instance
    this.#leaseMs = parts.leaseMs ?? LEASE_MS
    this.#wishes = new RedisWishes(parts.link, parts.instance, parts.log, (wish) => this.#grant(wish))
    this.#stopWatching = parts.link.onChange(({ isUp }) => {
      // Whatever Redis knew of us may be gone.
      this.#beats = 0
      this.#living = new Set()
      if (isUp) this.#beat()
    })
    this.#timer = setInterval(() => this.#beat(), this.#leaseMs / 3).unref()
  }

  /** Ends the leases of processes of this machine that are known to have died, so that their clients can resume whatever they got. */
  async buryDead(): Promise<void> {
    await this.#orIfAway(
      () =>
        this.#parts.link.run(async (commands) => {
          const dead = deadProcesses(await commands.smembers(this.#key('instances', '')))
          if (dead.length > 0) await commands.del(...dead.map((instance) => this.#key('instance', instance)))
        }),
      undefined,
    )
  }

  join(member: FleetMember): void {
    this.#member = member
    this.#beat()
  }

  async enter(sessionId: string, agentId: string, most = Number.MAX_SAFE_INTEGER): Promise<boolean> {
    const { instance } = this.#parts
    this.#left.delete(sessionId)
    const answer = await this.#orIfAway(() => this.#run(ENTER_ROOM, sessionId, agentId, instance, most, ROOM_TTL_MS), [1, ''])
    const [hasPlace, before] = answer as [number, string] // as the script answers
    if (hasPlace === 0) return false
    if (before !== '') void this.#orIfAway(() => this.#wishes.tell(before, { kind: 'replaced', sessionId, agentId }), undefined)
    this.#soon ??= setTimeout(() => this.#beat(), SOON_MS).unref()
    return true
  }

  leave(sessionId: string, agentId: string): void {
    this.#shown.delete(sessionId)
    const place: LeftPlace = { agentId }
    this.#left.set(sessionId, place)
    void this.#giveBack(sessionId, place)
  }

  async others(): Promise<readonly SessionInfo[]> {
    const shown = await this.#orIfAway(async () => {
      const instances = await this.#otherInstances()
      return Promise.all(instances.map((instance) => this.#parts.link.run((commands) => commands.hvals(this.#key('live', instance)))))
    }, [])
    return shown.flat().map((json) => JSON.parse(json) as SessionInfo) // as #beat wrote it
  }

  async disconnect(sessionId: string, by: string, why?: string): Promise<SessionInfo | undefined> {
    for (const instance of await this.#otherInstances()) {
      const json = await this.#parts.link.run((commands) => commands.hget(this.#key('live', instance), sessionId))
      if (json === null) continue
      if (!(await this.#wishes.ask(instance, { kind: 'disconnect', sessionId, by, ...(why !== undefined && { why }) })))
        throw new AppError('unavailable', `The instance that serves session ${sessionId} does not answer; try again in a moment.`)
      return JSON.parse(json) as SessionInfo // as #beat wrote it
    }
    return undefined
  }

  /** Shows no sessions any more; they have ended before. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#stopWatching()
    clearInterval(this.#timer)
    clearTimeout(this.#soon)
    await this.#beating
    await this.#orIfAway(() => this.#parts.link.run((commands) => commands.del(this.#key('live'))), undefined)
  }

  /** The last thing after `close`: whatever this instance had to tell the others has been told. */
  async farewell(): Promise<void> {
    await this.#orIfAway(
      () =>
        this.#parts.link.run(async (commands) => {
          await commands.set(this.#key('farewell'), '1', 'PX', FAREWELL_MS)
          await commands.del(this.#key('instance'))
          await commands.srem(this.#key('instances', ''), this.#parts.instance)
        }),
      undefined,
    )
  }

  #beat(): void {
    this.#soon = undefined
    if (this.#isClosed || !this.#parts.link.isUp) return
    this.#beating ??= this.#orIfAway(() => this.#show(), undefined).finally(() => (this.#beating = undefined))
  }

  /** A sign of life, with what has changed since the last. */
  async #show(): Promise<void> {
    const { link, instance } = this.#parts
    await link.run((commands) => commands.set(this.#key('instance'), '1', 'PX', this.#leaseMs))
    await link.run((commands) => commands.sadd(this.#key('instances', ''), instance))
    const isWhole = this.#beats++ % BEATS_BETWEEN_WHOLE === 0
    if (isWhole) await this.#showWhole()
    const changed: string[] = []
    for (const info of this.#member?.list() ?? []) {
      const signature = signatureOf(info)
      if (this.#shown.get(info.session_id) === signature) continue
      this.#shown.set(info.session_id, signature)
      changed.push(info.session_id, JSON.stringify(info))
    }
    for (let from = 0; from < changed.length; from += 2 * BATCH)
      await link.run((commands) => commands.hset(this.#key('live'), ...changed.slice(from, from + 2 * BATCH)))
    await link.run((commands) => commands.pexpire(this.#key('live'), this.#leaseMs))
    for (const [sessionId, place] of this.#left) await this.#giveBack(sessionId, place)
    await this.#missDead()
  }

  /** Tells of those that lived the last time, do no more, and have not said farewell. */
  async #missDead(): Promise<void> {
    await this.buryDead()
    const before = this.#living
    this.#living = new Set(await this.#otherInstances())
    for (const instance of before) {
      if (this.#living.has(instance)) continue
      const hasLeft = (await this.#parts.link.run((commands) => commands.exists(this.#key('farewell', instance)))) === 1
      if (!hasLeft) this.#parts.onDeath?.(instance)
    }
  }

  async #showWhole(): Promise<void> {
    const { link, instance } = this.#parts
    this.#shown.clear()
    const places = [...(this.#member?.places() ?? [])]
    const live = new Set(places.map(([sessionId]) => sessionId))
    const ghosts = (await link.run((commands) => commands.hkeys(this.#key('live')))).filter((sessionId) => !live.has(sessionId))
    if (ghosts.length > 0) await link.run((commands) => commands.hdel(this.#key('live'), ...ghosts))
    try {
      for (let from = 0; from < places.length; from += BATCH)
        await this.#run(KEEP_ROOMS, instance, ROOM_TTL_MS, ...places.slice(from, from + BATCH).flat())
    } finally {
      // Those that were given back meanwhile may just have been taken again, also by a command that was not answered in time.
      const kept = new Map(this.#member?.places())
      for (const [sessionId, agentId] of places) if (!kept.has(sessionId)) this.#left.set(sessionId, { agentId })
    }
  }

  async #giveBack(sessionId: string, place: LeftPlace): Promise<void> {
    const isDone = this.#run(LEAVE_ROOM, sessionId, place.agentId, this.#parts.instance).then(() => true)
    if ((await this.#orIfAway(() => isDone, false)) && this.#left.get(sessionId) === place) this.#left.delete(sessionId)
  }

  async #otherInstances(): Promise<string[]> {
    const { link, instance } = this.#parts
    const known = await link.run((commands) => commands.smembers(this.#key('instances', '')))
    const others = known.filter((other) => other !== instance)
    const living: string[] = []
    for (const other of others) {
      if ((await link.run((commands) => commands.exists(this.#key('instance', other)))) === 1) living.push(other)
      else await link.run((commands) => commands.srem(this.#key('instances', ''), other))
    }
    return living
  }

  async #grant(wish: Wish): Promise<void> {
    if (wish.kind === 'disconnect') return this.#member?.disconnect(wish.sessionId, wish.by, wish.why)
    // It may have come back here before this was heard.
    const room = `${this.#parts.link.prefix}room:${wish.agentId}`
    const served = await this.#parts.link.run((commands) => commands.hget(room, wish.sessionId))
    if (served !== this.#parts.instance) this.#member?.replaced(wish.sessionId)
  }

  #key(kind: 'instance' | 'instances' | 'live' | 'farewell', instance = this.#parts.instance): string {
    return `${this.#parts.link.prefix}${kind}${instance === '' ? '' : `:${instance}`}`
  }

  #run(script: RedisScript, ...args: (string | number)[]): Promise<unknown> {
    return this.#parts.link.run((commands) => runScript(commands, script, this.#parts.link.prefix, ...args))
  }

  async #orIfAway<T, F>(work: () => Promise<T>, instead: F): Promise<T | F> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof AppError)) this.#parts.log.error({ err: error }, 'the sessions of all instances could not be kept')
      return instead
    }
  }
}

/** All of it but what runs with the clock. */
function signatureOf({ duration_seconds: _d, last_seen_at: _l, ...rest }: SessionInfo): string {
  return JSON.stringify(rest)
}
