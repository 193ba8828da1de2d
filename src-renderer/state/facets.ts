import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ServerClient } from '../api/server-client.ts'
import type { ServerEvent, TagCount } from '../api/types.ts'

export interface FacetsState {
  /** Names this page has met, in the order of the alphabet. */
  readonly agents: readonly string[]
  readonly namespaces: readonly string[]
  /** Most used first. */
  readonly tags: readonly TagCount[]
}

const MOST_TAGS = 100
const MOST_NAMES = 200
const TAGS_EVERY_MS = 5000

interface Named {
  readonly agent_id: string
  readonly namespace: string
}

/** What one can filter by. The API lists tags; agents and namespaces are gathered from what passes by. */
export class Facets {
  readonly store: StoreApi<FacetsState> = createStore<FacetsState>(() => ({ agents: [], namespaces: [], tags: [] }))
  readonly #client: ServerClient
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(client: ServerClient) {
    this.#client = client
  }

  async load(): Promise<void> {
    try {
      this.store.setState({ tags: await this.#client.tags(MOST_TAGS) })
    } catch {
      // Filters by tag are a help; the list itself shows what is wrong.
    }
  }

  note(things: readonly Named[]): void {
    const { agents, namespaces } = this.store.getState()
    const nextAgents = addNames(agents, things, 'agent_id')
    const nextNamespaces = addNames(namespaces, things, 'namespace')
    if (nextAgents !== agents || nextNamespaces !== namespaces) this.store.setState({ agents: nextAgents, namespaces: nextNamespaces })
  }

  apply(events: readonly ServerEvent[]): void {
    this.note(events.filter((event) => 'memory_id' in event))
    if (!events.some((event) => event.type === 'memory-stored' || event.type === 'memory-updated')) return
    if (this.#timer !== undefined) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      void this.load()
    }, TAGS_EVERY_MS)
  }
}

/** The same list when there is nothing new, so that nobody renders for it. */
function addNames(known: readonly string[], things: readonly Named[], field: keyof Named): readonly string[] {
  const all = new Set(known)
  for (const thing of things) if (all.size < MOST_NAMES) all.add(thing[field])
  return all.size === known.length ? known : [...all].sort((a, b) => a.localeCompare(b))
}
