import type { Clock } from '../../base/clock.ts'
import { toIso } from '../../base/clock.ts'
import { notFound } from '../../base/errors.ts'
import { CARD_CHARACTERS } from '../../contract/map-limits.ts'
import type { MemoryGraph } from '../../contract/map.ts'
import type { Scope } from '../../contract/scope.ts'
import type { MapLink, MapStore } from '../../storage/map-store.ts'
import { presentCard } from './memory-cards.ts'

export interface GraphQuestion {
  readonly memory_id: string
  readonly hops: number
  readonly limit: number
}

/** Links read in one step, at most. */
const MAX_LINKS = 1_000

/** The typed links around a memory, as a scope may see them: what it may not see is no way to anything either. */
export class GraphReader {
  readonly #store: MapStore
  readonly #clock: Clock

  constructor({ store, clock }: { readonly store: MapStore; readonly clock: Clock }) {
    this.#store = store
    this.#clock = clock
  }

  /** Throws `not_found` for a memory in the middle that does not exist for the scope. */
  async around({ memory_id, hops, limit }: GraphQuestion, scope: Scope): Promise<MemoryGraph> {
    const now = toIso(this.#clock.now())
    const middle = await this.#store.cards([memory_id], scope, { characters: CARD_CHARACTERS, now })
    if (middle.length === 0) throw notFound('memory', memory_id)
    const hopsOf = new Map([[memory_id, 0]])
    let isTruncated = false
    const ask = async (ids: readonly string[]): Promise<MapLink[]> => {
      const links = await this.#store.linksAround(ids, scope, { limit: MAX_LINKS, now })
      isTruncated ||= links.length === MAX_LINKS
      return links
    }
    let edge = [memory_id]
    for (let hop = 1; hop <= hops && edge.length > 0; hop++) {
      const next: string[] = []
      for (const id of (await ask(edge)).flatMap(({ from, to }) => [from, to])) {
        if (hopsOf.has(id)) continue
        if (hopsOf.size === limit) isTruncated = true
        else {
          hopsOf.set(id, hop)
          next.push(id)
        }
      }
      edge = next
    }
    const ids = [...hopsOf.keys()]
    const cards = await this.#store.cards(ids, scope, { characters: CARD_CHARACTERS, now })
    // One that has gone since is not shown, nor its links.
    const shown = new Set(cards.map(({ id }) => id))
    const links = (await ask(ids)).filter(({ from, to }) => shown.has(from) && shown.has(to))
    return {
      center: memory_id,
      nodes: cards.map((card) => ({ ...presentCard(card), hops: hopsOf.get(card.id) ?? 0 })),
      links: links.map(({ from, to, kind }) => ({ from, to, kind })),
      truncated: isTruncated,
    }
  }
}
