import { createHash } from 'node:crypto'
import type { Clock } from '../../base/clock.ts'
import { toIso } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { CARD_CHARACTERS } from '../../contract/map-limits.ts'
import type { MapProgress, MemoryCard } from '../../contract/map.ts'
import type { Scope } from '../../contract/scope.ts'
import type { MapDigest, MapStore } from '../../storage/map-store.ts'
import { presentCard } from './memory-cards.ts'
import { MapColumns } from './map-columns.ts'
import { labelClusters } from './map-labels.ts'
import type { MapPlacer } from './map-placer.ts'

export interface MapServiceParts {
  readonly store: MapStore
  readonly placer: MapPlacer
  readonly clock: Clock
  /** Of the model that the map is made by. */
  readonly modelId: () => string
  /** Why memories get no vectors, as a sentence; undefined when they do. */
  readonly meaningProblem: () => string | undefined
}

/** A map as it is sent: JSON, and whose memories are on it. */
export interface MapAnswer {
  readonly version: string
  readonly json: string
  readonly showsOthers: boolean
}

interface Rest {
  readonly version: string
  /** JSON without the outer braces. */
  readonly json: string
  readonly showsOthers: boolean
}

const PAGE = 4_000
/** Scopes whose last map is kept to be sent again; that of 50,000 memories is 5 MB. */
const MAX_KEPT = 4
const MAX_SEEN = 200
/** How old an answer to "what is new?" may be, in milliseconds. */
const DIGEST_MS = 1_000
/** Parts that progress is told in. */
const PROGRESS_PARTS = 1_000

/** The map as a scope may see it. Looking at it is what has it worked out. */
export class MapService {
  readonly #parts: MapServiceParts
  /** Per scope, what the last look saw: where nothing is new, there is nothing to do. */
  readonly #seen = new Map<string, string>()
  readonly #digests = new Map<string, { readonly digest: Promise<MapDigest>; readonly askedMs: number }>()
  readonly #kept = new Map<string, Rest>()
  readonly #building = new Map<string, { readonly version: string; readonly rest: Promise<Rest> }>()
  readonly #abort = new AbortController()
  #queue: Promise<unknown> = Promise.resolve()

  constructor(parts: MapServiceParts) {
    this.#parts = parts
  }

  async progress(scope: Scope): Promise<MapProgress> {
    return this.#progress(await this.#look(scope), scope)
  }

  /** Undefined when `known` is the version that the caller has. */
  async map(scope: Scope, known?: string): Promise<MapAnswer | undefined> {
    const digest = await this.#look(scope)
    const progress = this.#progress(digest, scope)
    if (progress.version === known) return undefined
    const rest = await this.#rest(scope, progress.version)
    const head = JSON.stringify({ ...progress, version: rest.version, layout: digest.layoutId ?? 0 }).slice(0, -1)
    return { version: rest.version, json: `${head},${rest.json}}`, showsOthers: rest.showsOthers }
  }

  async cards(ids: readonly string[], scope: Scope): Promise<MemoryCard[]> {
    const found = await this.#parts.store.cards(ids, scope, { characters: CARD_CHARACTERS, now: this.#now() })
    return found.map(presentCard)
  }

  /** Says that a memory has changed, or a place. */
  changed(): void {
    this.#digests.clear()
  }

  async close(): Promise<void> {
    this.#abort.abort()
    await Promise.allSettled([this.#queue])
  }

  async #look(scope: Scope): Promise<MapDigest> {
    const { placer, modelId } = this.#parts
    const digest = await this.#digest(scope)
    const seen = `${modelId()} ${digest.mark}`
    const isNews = this.#seen.get(keyOf(scope)) !== seen
    if (isNews || digest.placed < digest.total || digest.stale > 0 || placer.problem !== undefined) placer.poke()
    if (isNews) keepNewest(this.#seen, keyOf(scope), seen, MAX_SEEN)
    return digest
  }

  /** The digest of a moment ago, unless something has changed here since: it looks at every memory, and may be asked for often. */
  #digest(scope: Scope): Promise<MapDigest> {
    const key = keyOf(scope)
    const known = this.#digests.get(key)
    if (known && performance.now() - known.askedMs < DIGEST_MS) return known.digest
    const digest = this.#parts.store.digest(scope, this.#now())
    const entry = { digest, askedMs: performance.now() }
    keepNewest(this.#digests, key, entry, MAX_SEEN)
    digest.catch(() => this.#digests.delete(key))
    return digest
  }

  #progress({ total, placed, mark }: MapDigest, scope: Scope): MapProgress {
    const { placer, meaningProblem } = this.#parts
    const waiting = total - placed
    const problem = placer.problem ?? (waiting > 0 ? meaningProblem() : undefined)
    const isComputing = problem === undefined && placer.isRunning && waiting > 0
    return {
      state: isComputing ? 'computing' : problem === undefined ? 'ready' : 'degraded',
      ...(problem !== undefined && { message: problem }),
      version: createHash('sha256')
        .update(`${keyOf(scope)} ${mark}`)
        .digest('base64url')
        .slice(0, 22),
      done: isComputing ? Math.round(placer.progress * PROGRESS_PARTS) : PROGRESS_PARTS,
      total: PROGRESS_PARTS,
      waiting,
    }
  }

  /** One scope's map is made once at a time, and one map after another: however many look, the store is read by one. */
  #rest(scope: Scope, version: string): Promise<Rest> {
    const key = keyOf(scope)
    const kept = this.#kept.get(key)
    if (kept?.version === version) return Promise.resolve(kept)
    const known = this.#building.get(key)
    // One that was begun before may not have what is asked for.
    if (known?.version === version) return known.rest
    const building = this.#queue.then(() => this.#keptOrBuilt(scope, version))
    this.#queue = building.catch(() => undefined)
    this.#building.set(key, { version, rest: building })
    return building.finally(() => {
      if (this.#building.get(key)?.rest === building) this.#building.delete(key)
    })
  }

  /** Another one may have made it while this one waited. */
  #keptOrBuilt(scope: Scope, version: string): Promise<Rest> {
    const kept = this.#kept.get(keyOf(scope))
    return kept?.version === version ? Promise.resolve(kept) : this.#build(scope)
  }

  async #build(scope: Scope): Promise<Rest> {
    if (this.#abort.signal.aborted) throw new AppError('unavailable', 'The server stops.')
    const { store } = this.#parts
    const now = this.#now()
    // Before the points: should one change meanwhile, the next look sees another version.
    const { mark } = await store.digest(scope, now)
    const columns = new MapColumns()
    for (let after: number | undefined = 0; after !== undefined;) {
      const page: Awaited<ReturnType<MapStore['points']>> = await store.points(scope, { after, limit: PAGE, now })
      columns.add(page.points)
      after = page.next
    }
    const { clusterOf, clusters, regions } = await labelClusters(columns, { store, scope, now }, this.#abort.signal)
    const body = columns.body(clusterOf, clusters, regions)
    const version = createHash('sha256')
      .update(`${keyOf(scope)} ${mark}`)
      .digest('base64url')
      .slice(0, 22)
    const rest = { version, json: JSON.stringify(body).slice(1, -1), showsOthers: body.agents.some((agent) => agent !== scope.agentId) }
    keepNewest(this.#kept, keyOf(scope), rest, MAX_KEPT)
    return rest
  }

  #now(): string {
    return toIso(this.#parts.clock.now())
  }
}

function keepNewest<V>(map: Map<string, V>, key: string, value: V, most: number): void {
  map.delete(key)
  map.set(key, value)
  const [oldest] = map.keys()
  if (map.size > most && oldest !== undefined) map.delete(oldest)
}

/** Scopes that see the same. */
function keyOf(scope: Scope): string {
  return scope.kind === 'owner' ? 'owner' : JSON.stringify([scope.agentId, scope.namespace])
}
