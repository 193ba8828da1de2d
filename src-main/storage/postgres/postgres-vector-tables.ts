import { sql } from 'kysely'
import { keptValues, toUnit } from '../quantized-vector.ts'
import type { MemoryDb, MemoryTransaction } from '../sql/sql-schema.ts'

/**
 * Vectors that may wait outside the graph of their model: to compare a question with so many takes half as long as to follow the graph.
 * Beyond that whoever stores more puts them in at once.
 */
export const MOST_UNLINKED = 5_000

/**
 * What searching by meaning reads: a table per model, so that its vectors have one type and one HNSW graph, with the live memories
 * only. To find the place of a vector in the graph takes longer than all else that is done with it, so that is put off (`linkSome`): a
 * search also compares what is not `in_graph`, one by one. `memory_vectors` stays what is kept.
 */
export function vectorTable(modelId: number) {
  return sql.table(tableName(modelId))
}

export async function createVectorTable(tx: MemoryTransaction, modelId: number, dimensions: number): Promise<void> {
  // Memories that others are storing right now cannot see the model yet: wait for them, and for whoever holds a memory that the backlog is
  // about to refer to; let later ones wait for us.
  await sql`LOCK TABLE memories IN EXCLUSIVE MODE`.execute(tx)
  const name = tableName(modelId)
  await sql`
    CREATE TABLE ${sql.table(name)} (
      memory_seq BIGINT NOT NULL, vector halfvec(${sql.lit(dimensions)}) NOT NULL, in_graph BOOLEAN NOT NULL DEFAULT TRUE
    )`.execute(tx)
  await sql`CREATE INDEX ${sql.ref(`${name}_memory`)} ON ${sql.table(name)} (memory_seq)`.execute(tx)
  await sql`CREATE INDEX ${sql.ref(`${name}_unlinked`)} ON ${sql.table(name)} (memory_seq) WHERE NOT in_graph`.execute(tx)
}

/** Takes all vectors of a model out of what is searched. */
export async function dropVectorTable(tx: MemoryTransaction, modelId: number): Promise<void> {
  await sql`DROP TABLE IF EXISTS ${vectorTable(modelId)}`.execute(tx)
}

/** Copies what `memory_vectors` holds for memories, of one model or of all, into what is searched. */
export async function addVectors(tx: MemoryTransaction, seqs: readonly number[], modelId?: number): Promise<void> {
  if (seqs.length === 0) return
  let kept = tx
    .selectFrom('memory_vectors')
    .select(['memory_seq', 'model_id', 'vector'])
    .where('memory_seq', '=', sql<number>`ANY(${[...seqs]}::bigint[])`)
    .orderBy('id')
  if (modelId !== undefined) kept = kept.where('model_id', '=', modelId)
  const searched = modelId === undefined ? await modelIds(tx) : [modelId]
  for (const [model, rows] of Map.groupBy(await kept.execute(), (row) => row.model_id)) {
    // One that is being dropped has no table any more.
    if (!searched.includes(model)) continue
    const searchable = rows.filter(({ vector }) => keptValues(vector).some((value) => value !== 0))
    if (searchable.length === 0) continue
    // The whole numbers as they are kept: a half-precision float holds each exactly, and a cosine does not ask for the length.
    await sql`
      INSERT INTO ${vectorTable(model)} (memory_seq, vector, in_graph) SELECT seq, vector::halfvec, ${goesIntoGraph(model)} FROM unnest(
        ${searchable.map((row) => row.memory_seq)}::bigint[], ${searchable.map(({ vector }) => `[${keptValues(vector).join(',')}]`)}::text[]
      ) AS v (seq, vector)`.execute(tx)
  }
}

/**
 * Whether new vectors are put into the graph at once: where enough wait already, where there is no graph, since one that is to be built
 * takes all that is there, and where the graph is one of before, which holds all.
 */
function goesIntoGraph(modelId: number) {
  return sql<boolean>`(
    SELECT (SELECT count(*) FROM (
        SELECT FROM ${vectorTable(modelId)} WHERE NOT in_graph ORDER BY memory_seq LIMIT ${MOST_UNLINKED}
      ) unlinked) = ${MOST_UNLINKED}
      OR NOT EXISTS (
        SELECT FROM pg_index WHERE indexrelid = to_regclass(${graphName(modelId)}) AND indisvalid AND indpred IS NOT NULL
      )
  )`
}

/** Takes memories out of what is searched, of one model or of all. */
export async function removeVectors(tx: MemoryTransaction, seqs: readonly number[], modelId?: number): Promise<void> {
  const models = modelId === undefined ? await modelIds(tx) : [modelId]
  for (const model of models) await sql`DELETE FROM ${vectorTable(model)} WHERE memory_seq = ANY(${[...seqs]}::bigint[])`.execute(tx)
}

/** Models that have a table. */
export async function modelIds(db: MemoryDb): Promise<number[]> {
  const rows = await db.selectFrom('embedding_models').select('id').where('state', 'in', ['in-use', 'kept']).execute()
  return rows.map(({ id }) => id)
}

/** A question as pgvector reads it; undefined for one without a direction, which is near nothing. */
export function questionText(values: Float32Array): string | undefined {
  return toText(toUnit(values))
}

function toText(values: ArrayLike<number>): string | undefined {
  const list = Array.from(values, (value) => value.toPrecision(6))
  return list.some((value) => Number(value) !== 0) ? `[${list.join(',')}]` : undefined
}

export function graphName(modelId: number): string {
  return `${tableName(modelId)}_nearest`
}

function tableName(modelId: number): string {
  return `searched_vectors_${modelId}`
}
