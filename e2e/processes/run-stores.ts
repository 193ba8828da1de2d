import { startPostgresCluster } from '../../resources/scripts/postgres-cluster.ts'
import type { PostgresCluster } from '../../resources/scripts/postgres-cluster.ts'
import { findRedis, RedisProcess } from '../../resources/scripts/redis-process.ts'
import { findPostgres } from '../../resources/scripts/setup-postgres.ts'

/** What the servers of a run keep things in; the state beside the store is volatile, or on Redis. */
export const STORE_KINDS = ['sqlite', 'postgres', 'postgres+redis'] as const
export type StoreKind = (typeof STORE_KINDS)[number]

/** The store of one place: settings for every program of that place, and how it goes. */
export interface PlaceStore {
  readonly settings: Readonly<Record<string, string>>
  remove(): void
}

/** Why a kind of store cannot be had on this machine; undefined when it can. */
export function whyNoStore(kind: StoreKind): string | undefined {
  if (kind !== 'sqlite' && !findPostgres()) return 'there is no PostgreSQL with pgvector here (see resources/scripts/setup-postgres.ts)'
  if (kind === 'postgres+redis' && findRedis() === undefined) return 'there is no redis-server here (see resources/scripts/setup-redis.ts)'
  return undefined
}

/** Stores for the places of one worker: one cluster and one Redis at most, started when the first place wants them. */
export class RunStores {
  readonly #cluster: PostgresCluster | undefined
  readonly #redis: RedisProcess | undefined
  #serial = 0

  private constructor(cluster: PostgresCluster | undefined, redis: RedisProcess | undefined) {
    this.#cluster = cluster
    this.#redis = redis
  }

  static async start(kind: StoreKind): Promise<RunStores> {
    const cluster = kind === 'sqlite' ? undefined : await startPostgresCluster()
    return new RunStores(cluster, kind === 'postgres+redis' ? await RedisProcess.start() : undefined)
  }

  /** A store that nobody else has: a database of its own, and keys of its own on Redis. */
  forPlace(): PlaceStore {
    const cluster = this.#cluster
    if (!cluster) return { settings: {}, remove: () => undefined } // the file is in the folder of the place
    const name = `place_${this.#serial++}`
    const settings = {
      TMWS_DATABASE_URL: cluster.createDatabase(name),
      ...(this.#redis && { TMWS_REDIS_URL: this.#redis.url, TMWS_REDIS_PREFIX: `${name}:` }),
    }
    return { settings, remove: () => cluster.dropDatabase(name) }
  }

  async remove(): Promise<void> {
    await this.#cluster?.remove()
    await this.#redis?.remove()
  }
}
