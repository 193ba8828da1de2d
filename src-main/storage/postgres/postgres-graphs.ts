import { sql } from 'kysely'
import type { MemoryDb, MemoryTransaction } from '../sql/sql-schema.ts'
import { codeOf } from './postgres-errors.ts'
import { graphName, vectorTable } from './postgres-vector-tables.ts'

/** pgvector builds no HNSW graph on longer half-precision vectors; those are searched without one. */
const MAX_INDEXED_DIMENSIONS = 4000
/** Of pg_advisory_lock: whoever holds it builds the graphs of this database. */
const GRAPH_LOCK = 0x544d5747
/**
 * What a graph takes for each vector besides its values, in bytes (pgvector 0.8 says when it is full: 1,290), and the most memory that is
 * asked for. A larger one is built slower.
 */
const EDGE_BYTES = 1_300
const MOST_MEMORY_MIB = 2048
const DISK_FULL = '53100'

/**
 * A graph of the vectors that do not wait outside it; edges of each (twice as many on the ground floor), and neighbours looked at when it is
 * added. With pgvector's own 16 and 64 too many are hardly linked at a million: what an agent may not see stands between it and the rest.
 */
const GRAPH = sql`USING hnsw (vector halfvec_cosine_ops) WITH (m = 32, ef_construction = 128) WHERE in_graph`

/**
 * The graph along which the vectors of a model are searched, for a table that is still empty. While another model is in use nobody
 * searches this one: its graph waits until its vectors are all there (`prepareGraph`), and takes a third of the work.
 */
export async function createGraph(tx: MemoryTransaction, modelId: number, dimensions: number): Promise<void> {
  if (dimensions > MAX_INDEXED_DIMENSIONS) return
  const other = await tx
    .selectFrom('embedding_models')
    .select('id')
    .where('state', '=', 'in-use')
    .where('id', '!=', modelId)
    .executeTakeFirst()
  if (other) return
  await sql`CREATE INDEX ${sql.ref(graphName(modelId))} ON ${vectorTable(modelId)} ${GRAPH}`.execute(tx)
}

/**
 * Takes the graph of a model away while it has no vectors: to build it of many at once takes a tenth of the time of adding them one by
 * one. Until `buildMissingGraphs` the model is searched vector by vector, which is right and slow.
 */
export async function postponeGraph(tx: MemoryTransaction, modelId: number): Promise<void> {
  const { rows } = await sql<{ isEmpty: boolean }>`SELECT NOT EXISTS (SELECT FROM ${vectorTable(modelId)}) AS "isEmpty"`.execute(tx)
  if (rows[0]?.isEmpty === true) await sql`DROP INDEX IF EXISTS ${sql.ref(graphName(modelId))}`.execute(tx)
}

interface MissingGraph {
  readonly id: number
  readonly name: string
  readonly dimensions: number
}

/** Models without their graph, and those whose graph was never finished; not one that a change of model is still filling. */
export async function missingGraphs(db: MemoryDb): Promise<MissingGraph[]> {
  return (await unfinishedGraphs(db)).filter(({ isFilling }) => !isFilling)
}

/** Builds the graphs that are missing, while others go on reading and writing. `db` has one connection, whose settings change. */
export function buildMissingGraphs(db: MemoryDb): Promise<void> {
  return buildGraphs(db, missingGraphs)
}

/** Builds the graph of one model, if it has none. `db` as for `buildMissingGraphs`. */
export function prepareGraph(db: MemoryDb, model: string): Promise<void> {
  return buildGraphs(db, async () => (await unfinishedGraphs(db)).filter(({ name }) => name === model))
}

async function unfinishedGraphs(db: MemoryDb): Promise<(MissingGraph & { readonly isFilling: boolean })[]> {
  const { rows } = await sql<MissingGraph & { isFilling: boolean }>`
    SELECT m.id, m.name, m.dimensions,
      m.state = 'kept' AND EXISTS (SELECT FROM embedding_models WHERE state = 'in-use')
        AND EXISTS (SELECT FROM embedding_backlog WHERE model_id = m.id) AS "isFilling"
    FROM embedding_models m
    LEFT JOIN pg_index i ON i.indexrelid = to_regclass('searched_vectors_' || m.id || '_nearest')
    WHERE m.state IN ('in-use', 'kept') AND m.dimensions <= ${MAX_INDEXED_DIMENSIONS} AND i.indisvalid IS NOT TRUE
    ORDER BY m.id`.execute(db)
  return rows
}

/** One process at a time, which looks again at what there is to do when its turn has come. */
async function buildGraphs(db: MemoryDb, missing: (db: MemoryDb) => Promise<MissingGraph[]>): Promise<void> {
  if ((await missing(db)).length === 0) return
  await sql`SELECT pg_advisory_lock(${GRAPH_LOCK})`.execute(db)
  try {
    for (const { id, dimensions } of await missing(db)) await buildGraph(db, id, dimensions)
  } finally {
    await sql`SELECT pg_advisory_unlock(${GRAPH_LOCK})`.execute(db).catch(() => undefined)
  }
}

/**
 * Builds what interrupted moves have left to be built. A model whose vectors still grow from one look to the next is left to whoever
 * brings them.
 */
export class GraphUpkeep {
  readonly #seen = new Map<number, number>()

  /** Whether there is something to build; to be asked at intervals. */
  async isDue(db: MemoryDb): Promise<boolean> {
    let isDue = false
    for (const { id } of await missingGraphs(db)) {
      const count = await countVectors(db, id)
      isDue ||= this.#seen.get(id) === count
      this.#seen.set(id, count)
    }
    return isDue
  }
}

async function countVectors(db: MemoryDb, modelId: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`SELECT count(*) AS count FROM ${vectorTable(modelId)}`.execute(db)
  return rows[0]?.count ?? 0
}

async function buildGraph(db: MemoryDb, modelId: number, dimensions: number): Promise<void> {
  await giveMemory(db, modelId, dimensions)
  const name = sql.ref(graphName(modelId))
  const build = async (): Promise<void> => {
    // One that was cut off is there, and of no use.
    await sql`DROP INDEX IF EXISTS ${name}`.execute(db)
    await sql`CREATE INDEX CONCURRENTLY ${name} ON ${vectorTable(modelId)} ${GRAPH}`.execute(db)
  }
  try {
    await build()
  } catch (error) {
    // Several processes share memory that a container may be short of; one needs none of it.
    if (codeOf(error) !== DISK_FULL) throw error
    await sql`SET max_parallel_maintenance_workers = 0`.execute(db)
    await build()
  }
}

async function giveMemory(db: MemoryDb, modelId: number, dimensions: number): Promise<void> {
  const { rows } = await sql<{ given: number }>`
    SELECT setting::bigint / 1024 AS given FROM pg_settings WHERE name = 'maintenance_work_mem'`.execute(db)
  const bytes = (await countVectors(db, modelId)) * (2 * dimensions + EDGE_BYTES)
  const needed = Math.min(MOST_MEMORY_MIB, Math.ceil(bytes / 2 ** 20))
  const given = rows[0]?.given ?? 0
  if (needed > given) await sql`SET maintenance_work_mem = ${sql.lit(`${needed}MB`)}`.execute(db)
}
