import type { Scope } from '../../contract/scope.ts'
import type {
  MapDigest,
  MapLayout,
  MapLink,
  MapPoint,
  MapStore,
  MemoryCard,
  NewPlace,
  PackedVectors,
  Place,
  SeqPage,
} from '../map-store.ts'
import { quantize } from '../quantized-vector.ts'
import { isLive, isVisible } from './volatile-entry.ts'
import type { Entry } from './volatile-entry.ts'

interface Layout extends MapLayout {
  state: 'building' | 'current' | 'old'
  readonly places: Map<number, NewPlace>
}

/** The map in plain maps, over the entries of the memories. */
export class VolatileMapStore implements MapStore {
  readonly #entries: ReadonlyMap<string, Entry>
  readonly #layouts = new Map<number, Layout>()
  #nextId = 1

  constructor(entries: ReadonlyMap<string, Entry>) {
    this.#entries = entries
  }

  layout(): Promise<MapLayout | undefined> {
    const current = this.#current
    if (!current) return Promise.resolve(undefined)
    const { id, modelId, fitted, landmarks } = current
    return Promise.resolve({ id, modelId, fitted, landmarks })
  }

  beginLayout(layout: Omit<MapLayout, 'id'>): Promise<number> {
    for (const other of this.#layouts.values()) if (other.state === 'building') other.state = 'old'
    const id = this.#nextId++
    this.#layouts.set(id, { ...layout, id, state: 'building', places: new Map() })
    return Promise.resolve(id)
  }

  finishLayout(layoutId: number): Promise<void> {
    for (const layout of this.#layouts.values()) {
      if (layout.id === layoutId) layout.state = 'current'
      else if (layout.state === 'current') layout.state = 'old'
    }
    return Promise.resolve()
  }

  dropOldPlaces(limit: number): Promise<number> {
    const old = [...this.#layouts.values()].find(({ state }) => state === 'old')
    if (!old) return Promise.resolve(0)
    const seqs = [...old.places.keys()].slice(0, limit)
    for (const seq of seqs) old.places.delete(seq)
    if (old.places.size === 0) this.#layouts.delete(old.id)
    return Promise.resolve(Math.max(1, seqs.length))
  }

  embedded(
    modelId: string,
    { after, limit, unplacedIn, now }: SeqPage & { readonly unplacedIn?: number; readonly now: string },
  ): Promise<number[]> {
    const places = unplacedIn === undefined ? undefined : this.#layouts.get(unplacedIn)?.places
    const found = this.#bySeq().filter((entry) => {
      if (entry.seq <= after || !isLive(entry, Date.parse(now)) || (entry.vectors.get(modelId)?.length ?? 0) === 0) return false
      return places?.get(entry.seq)?.contentVersion !== entry.contentVersion
    })
    return Promise.resolve(found.slice(0, limit).map(({ seq }) => seq))
  }

  vectorsOf(modelId: string, seqs: readonly number[]): Promise<PackedVectors> {
    const wanted = new Set(seqs)
    const found = this.#bySeq().flatMap((entry) => {
      const vectors = wanted.has(entry.seq) ? (entry.vectors.get(modelId) ?? []) : []
      return vectors.length === 0 ? [] : [{ entry, vectors }]
    })
    return Promise.resolve({
      seqs: found.map(({ entry }) => entry.seq),
      contentVersions: found.map(({ entry }) => entry.contentVersion),
      counts: found.map(({ vectors }) => vectors.length),
      bytes: Uint8Array.from(found.flatMap(({ vectors }) => vectors.flatMap((vector) => [...quantize(vector)]))),
    })
  }

  places(layoutId: number, which: 'landmarks' | readonly number[]): Promise<Place[]> {
    const all = [...(this.#layouts.get(layoutId)?.places.values() ?? [])].sort((a, b) => a.seq - b.seq)
    const wanted = which === 'landmarks' ? all.filter(({ isLandmark }) => isLandmark) : all.filter(({ seq }) => which.includes(seq))
    return Promise.resolve(wanted.map(({ seq, x, y }) => ({ seq, x, y })))
  }

  putPlaces(layoutId: number, places: readonly NewPlace[]): Promise<void> {
    const there = new Set(this.#bySeq().map(({ seq }) => seq))
    for (const place of places) if (there.has(place.seq)) this.#layouts.get(layoutId)?.places.set(place.seq, { ...place })
    return Promise.resolve()
  }

  digest(scope: Scope, now: string): Promise<MapDigest> {
    const current = this.#current
    const visible = this.#visible(scope, now)
    const placed = visible.filter(({ seq }) => current?.places.has(seq) === true)
    const stale = placed.filter(({ seq, contentVersion }) => current?.places.get(seq)?.contentVersion !== contentVersion).length
    const mark = [
      current?.id ?? 0,
      visible.map(({ seq, memory }) => `${seq}.${memory.version}`).join(),
      placed.map(({ seq }) => `${seq}.${current?.places.get(seq)?.contentVersion}`).join(),
    ].join('-')
    return Promise.resolve({ total: visible.length, placed: placed.length, stale, ...(current && { layoutId: current.id }), mark })
  }

  points(scope: Scope, { after, limit, now }: SeqPage & { readonly now: string }): Promise<{ points: MapPoint[]; next?: number }> {
    const placed = this.#visible(scope, now).flatMap((entry) => {
      const place = this.#current?.places.get(entry.seq)
      return place && entry.seq > after ? [{ entry, place }] : []
    })
    const page = placed.slice(0, limit)
    const last = page.at(-1)
    const points = page.map(({ entry: { memory }, place: { x, y } }) => ({
      id: memory.id,
      x,
      y,
      agentId: memory.agent_id,
      namespace: memory.namespace,
      accessLevel: memory.access_level,
      importance: memory.importance,
      createdAt: Date.parse(memory.created_at),
      tags: [...memory.tags],
    }))
    return Promise.resolve({ points, ...(last && page.length === limit && { next: last.entry.seq }) })
  }

  cards(
    ids: readonly string[],
    scope: Scope,
    { characters, now }: { readonly characters: number; readonly now: string },
  ): Promise<MemoryCard[]> {
    const found = ids.flatMap((id) => {
      const entry = this.#entries.get(id)
      return entry && isVisible(entry, scope, Date.parse(now)) ? [entry.memory] : []
    })
    return Promise.resolve(
      found.map(({ id, content, agent_id, namespace, access_level, created_at }) => ({
        id,
        text: Array.from(content).slice(0, characters).join(''),
        agentId: agent_id,
        namespace,
        accessLevel: access_level,
        createdAt: Date.parse(created_at),
      })),
    )
  }

  linksAround(ids: readonly string[], scope: Scope, { limit, now }: { readonly limit: number; readonly now: string }): Promise<MapLink[]> {
    const visible = this.#visible(scope, now)
    const seen = new Set(visible.map(({ memory }) => memory.id))
    const links = visible.flatMap(({ memory }) => memory.links.map(({ to, kind }) => ({ from: memory.id, to, kind })))
    return Promise.resolve(links.filter(({ from, to }) => seen.has(to) && (ids.includes(from) || ids.includes(to))).slice(0, limit))
  }

  get #current(): Layout | undefined {
    return [...this.#layouts.values()].find(({ state }) => state === 'current')
  }

  #bySeq(): Entry[] {
    return [...this.#entries.values()].sort((a, b) => a.seq - b.seq)
  }

  #visible(scope: Scope, now: string): Entry[] {
    return this.#bySeq().filter((entry) => isVisible(entry, scope, Date.parse(now)))
  }
}
