import { FixedClock, toIso } from '../../base/clock.ts'
import { silentLog } from '../../base/log.ts'
import type { Memory } from '../../contract/memory.ts'
import { OWNER_SCOPE } from '../../contract/scope.ts'
import type { Scope } from '../../contract/scope.ts'
import { newId } from '../../base/ids.ts'
import type { MapPoint } from '../../storage/map-store.ts'
import { openStores } from '../../storage/open-stores.ts'
import type { Stores } from '../../storage/open-stores.ts'
import { MapPlacer } from '../../memory/map/map-placer.ts'
import { MapService } from '../../memory/map/map-service.ts'
import { seededRandom } from '../../memory/map/seeded-random.ts'

const START = Date.parse('2026-11-22T10:00:00.000Z')
const WIDTH = 48

/** Stores without a file, a placer and a service over them, and memories whose vectors lean to topics. */
export class MapWorld {
  readonly stores: Stores
  readonly clock = new FixedClock(START)
  readonly placer: MapPlacer
  readonly service: MapService
  /** The model in use, and what is wrong with it. */
  modelId = 'model-1'
  problem: string | undefined

  private constructor(stores: Stores) {
    this.stores = stores
    this.placer = new MapPlacer({
      store: stores.map,
      model: () => ({ modelId: this.modelId, dimensions: WIDTH }),
      clock: this.clock,
      log: silentLog,
      onPlaced: () => this.service.changed(),
    })
    this.service = new MapService({
      store: stores.map,
      placer: this.placer,
      clock: this.clock,
      modelId: () => this.modelId,
      meaningProblem: () => this.problem,
    })
  }

  static async open(): Promise<MapWorld> {
    return new MapWorld(await openStores({ provider: 'volatile' }))
  }

  get now(): string {
    return toIso(this.clock.now())
  }

  /** Memories of one topic, with vectors of `model-1`. */
  async add(
    topic: number,
    count: number,
    fields: { readonly text?: string; readonly agent?: string; readonly access_level?: 'private' | 'public' } = {},
  ): Promise<Memory[]> {
    const { text = `topic${topic}`, agent = 'alice', access_level = 'private' } = fields
    const scope: Scope = { kind: 'agent', agentId: agent, namespace: 'default', isAdmin: false }
    const added: Memory[] = []
    for (let i = 0; i < count; i++) {
      const id = newId()
      const facts = { id, content: `${text} ${id}`, tags: [], importance: 0.5, access_level, shared_with: [], agent_id: agent } as const
      const rest = { namespace: 'default', context: {}, pinned: false, created_at: this.now, links: [] } as const
      const { memory: stored } = await this.stores.memories.insert({ ...facts, ...rest }, { scope, actor: agent, now: this.now })
      await this.embed(stored, topic, this.modelId)
      added.push(stored)
    }
    return added
  }

  /** A vector near that of the topic; each model has directions of its own. */
  async embed({ id }: Pick<Memory, 'id'>, topic: number, modelId: string, contentVersion = 1): Promise<void> {
    const towards = seededRandom(topic * 1_000 + modelId.length)
    const own = seededRandom(Buffer.from(id).reduce((sum, byte) => (sum * 31 + byte) >>> 0, 7))
    const vector = Float32Array.from({ length: WIDTH }, () => towards() - 0.5 + (own() - 0.5) * 0.5)
    const length = Math.hypot(...vector)
    await this.stores.memories.putVectors({ modelId, dimensions: WIDTH }, [
      { memoryId: id, contentVersion, vectors: [vector.map((value) => value / length)] },
    ])
  }

  /** Has the map worked out, however much time has passed since the last time. */
  async settle(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 1_050))
    this.placer.poke()
    await this.placer.settled()
  }

  async points(): Promise<Map<string, MapPoint>> {
    const { points } = await this.stores.map.points(OWNER_SCOPE, { after: 0, limit: 100_000, now: this.now })
    return new Map(points.map((point) => [point.id, point]))
  }

  async close(): Promise<void> {
    await this.service.close()
    await this.placer.close()
    await this.stores.memories.close()
  }
}
