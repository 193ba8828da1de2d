import type { MapCluster, MemoryMap } from '../../contract/map.ts'
import { accessLevelSchema } from '../../contract/memory.ts'
import type { MapPoint } from '../../storage/map-store.ts'

type Columns = MemoryMap['points']

/** The part of a map that stands still until something changes. */
export interface MapBody {
  readonly agents: string[]
  readonly namespaces: string[]
  readonly levels: MemoryMap['levels']
  readonly tags: string[]
  readonly points: Columns
  readonly clusters: MapCluster[]
  readonly regions: Omit<MapCluster, 'region'>[]
}

/** Numbers names in the order they are met. */
class Names {
  readonly #numbers = new Map<string, number>()
  readonly #all: string[] = []

  numberOf(name: string): number {
    const known = this.#numbers.get(name)
    if (known !== undefined) return known
    this.#numbers.set(name, this.#all.length)
    return this.#all.push(name) - 1
  }

  get all(): readonly string[] {
    return this.#all
  }
}

/** Points column by column, page after page. */
export class MapColumns {
  readonly points: Columns = {
    id: [],
    x: [],
    y: [],
    agent: [],
    namespace: [],
    level: [],
    importance: [],
    created_at: [],
    tags: [],
    cluster: [],
  }
  readonly #agents = new Names()
  readonly #namespaces = new Names()
  readonly #tags = new Names()

  add(page: readonly MapPoint[]): void {
    const columns = this.points
    for (const point of page) {
      columns.id.push(point.id)
      columns.x.push(point.x)
      columns.y.push(point.y)
      columns.agent.push(this.#agents.numberOf(point.agentId))
      columns.namespace.push(this.#namespaces.numberOf(point.namespace))
      columns.level.push(LEVELS.indexOf(point.accessLevel))
      columns.importance.push(Math.round(point.importance * 100))
      columns.created_at.push(Math.round(point.createdAt / 1000))
      columns.tags.push([...new Set(point.tags)].map((tag) => this.#tags.numberOf(tag)))
    }
  }

  /** Tags of a point, as a text. */
  tagText(row: number): string {
    const all = this.#tags.all
    return (this.points.tags[row] ?? []).map((tag) => all[tag] ?? '').join(' ')
  }

  body(clusterOf: Iterable<number>, clusters: MapCluster[], regions: MapBody['regions']): MapBody {
    return {
      agents: [...this.#agents.all],
      namespaces: [...this.#namespaces.all],
      levels: [...LEVELS],
      tags: [...this.#tags.all],
      points: { ...this.points, cluster: [...clusterOf] },
      clusters,
      regions,
    }
  }
}

const LEVELS = accessLevelSchema.options
