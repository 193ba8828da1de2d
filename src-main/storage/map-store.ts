import type { AccessLevel, Link } from '../contract/memory.ts'
import type { Scope } from '../contract/scope.ts'

/**
 * PORT. What maps of meanings and graphs of links are drawn from: where each memory lies on the map, and what lies around it. Readers
 * take a `Scope` and apply the rule of contract/scope.ts inside their query; the rest is for the one part that lays the map out, which
 * works on numbers and never shows a memory to anyone.
 *
 * A layout belongs to one embedding model. At most one is current; another may be under way, and what is neither waits to be erased.
 * Places are whole numbers from 0 to `MAP_EXTENT`. `seq` is the store's own number of a memory. Throws `unavailable` when the store is down.
 */
export interface MapStore {
  /** The layout that readers see, of whatever model. */
  layout(): Promise<MapLayout | undefined>
  /** Starts a layout that nobody sees yet, in place of any other that was never finished. Returns its id. */
  beginLayout(layout: { readonly modelId: string; readonly fitted: number; readonly landmarks: number }): Promise<number>
  /** Shows a layout in place of the one that was current. */
  finishLayout(layoutId: number): Promise<void>
  /** Erases up to `limit` places of layouts that are neither current nor under way; 0 when none are left. */
  dropOldPlaces(limit: number): Promise<number>

  /** Memories that live and have vectors of the model, by `seq`, after `after`. With `unplacedIn`, those whose content as it is has no place there. */
  embedded(modelId: string, page: SeqPage & { readonly unplacedIn?: number; readonly now: string }): Promise<number[]>
  /** All vectors of some memories; those that have none, or are gone, are left out. */
  vectorsOf(modelId: string, seqs: readonly number[]): Promise<PackedVectors>
  /** Places of the landmarks of a layout, or of those of `seqs` that have one. */
  places(layoutId: number, which: 'landmarks' | readonly number[]): Promise<Place[]>
  /** Writes places over those that are there. Memories that are gone are ignored. */
  putPlaces(layoutId: number, places: readonly NewPlace[]): Promise<void>

  /** In short how the map looks to the scope: `mark` is another text whenever `points` would answer differently. */
  digest(scope: Scope, now: string): Promise<MapDigest>
  /** Memories the scope may see that have a place in the current layout, by `seq`. `next` is where the next page begins; absent at the end. */
  points(scope: Scope, page: SeqPage & { readonly now: string }): Promise<{ readonly points: MapPoint[]; readonly next?: number }>
  /** The beginnings of memories that the scope may see, in the order of `ids`; each at most `characters` long. */
  cards(ids: readonly string[], scope: Scope, options: { readonly characters: number; readonly now: string }): Promise<MemoryCard[]>
  /** Links with an end in `ids` and both ends visible to the scope, the first `limit` of them. */
  linksAround(ids: readonly string[], scope: Scope, options: { readonly limit: number; readonly now: string }): Promise<MapLink[]>
}

export interface SeqPage {
  readonly after: number
  readonly limit: number
}

export interface MapLayout {
  readonly id: number
  readonly modelId: string
  /** How many memories there were when it was made. */
  readonly fitted: number
  /** How many of them the layout was worked out from. */
  readonly landmarks: number
}

/** Vectors of several memories as `quantized-vector.ts` writes them, one after another. */
export interface PackedVectors {
  readonly seqs: number[]
  readonly contentVersions: number[]
  /** How many vectors each memory has. */
  readonly counts: number[]
  readonly bytes: Uint8Array
}

export interface Place {
  readonly seq: number
  readonly x: number
  readonly y: number
}

export interface NewPlace extends Place {
  /** Of the content it was worked out from. */
  readonly contentVersion: number
  readonly isLandmark: boolean
}

export interface MapDigest {
  /** Memories the scope may see. */
  readonly total: number
  /** Of them, those that have a place. */
  readonly placed: number
  /** Of those, how many lie where a text of theirs lay that they no longer have. */
  readonly stale: number
  readonly layoutId?: number
  readonly mark: string
}

export interface MapPoint {
  readonly id: string
  readonly x: number
  readonly y: number
  readonly agentId: string
  readonly namespace: string
  readonly accessLevel: AccessLevel
  readonly importance: number
  /** Epoch ms. */
  readonly createdAt: number
  readonly tags: readonly string[]
}

export interface MemoryCard {
  readonly id: string
  readonly text: string
  readonly agentId: string
  readonly namespace: string
  readonly accessLevel: AccessLevel
  readonly createdAt: number
}

export interface MapLink {
  readonly from: string
  readonly to: string
  readonly kind: Link['kind']
}
