import type { Scope } from '../../contract/scope.ts'
import type { VectorEntry, VectorModel } from '../memory-store.ts'
import { requireDimensions } from '../memory-rules.ts'
import { quantize } from '../quantized-vector.ts'
import type { SearchIndex, SqlParts } from './search-index.ts'
import { isLiveSql, isVisibleSql } from './sql-access.ts'
import type { MemoryDb, MemoryTransaction } from './sql-schema.ts'

export interface PackedVectorEntry extends Omit<VectorEntry, 'vectors'> {
  /** As `quantize` writes them. */
  readonly vectors: readonly Uint8Array[]
}

/** Throws when a vector has not the dimensions of its model. */
export function packVectors(model: VectorModel, entries: readonly VectorEntry[]): PackedVectorEntry[] {
  requireDimensions(model, entries)
  return entries.map((entry) => ({ ...entry, vectors: entry.vectors.map(quantize) }))
}

/** Three variables each, and drivers bound their number. */
const ROWS_PER_INSERT = 200

/** Replaces the vectors of one model of live memories whose content is still what they were made from. Returns of how many. */
export function putVectors({ db, index, hold }: SqlParts, model: VectorModel, entries: readonly PackedVectorEntry[]): Promise<number> {
  const ids = entries.map(({ memoryId }) => memoryId)
  if (ids.length === 0) return Promise.resolve(0)
  return db.transaction().execute(async (tx) => {
    await hold?.(tx, 'memories', ids)
    const found = await tx.selectFrom('memories').select(['id', 'seq', 'deleted_at', 'content_version']).where('id', 'in', ids).execute()
    const byId = new Map(found.map((row) => [row.id, row]))
    const taken = entries.flatMap(({ memoryId, contentVersion, vectors }) => {
      const row = byId.get(memoryId)
      return row?.content_version === contentVersion ? [{ seq: row.seq, isLive: row.deleted_at === null, vectors }] : []
    })
    if (taken.length === 0) return 0
    const modelId = await requireModel(tx, index, model)
    const seqs = taken.map(({ seq }) => seq)
    const live = taken.filter(({ isLive }) => isLive).map(({ seq }) => seq)
    await index.removeVectors(tx, live, modelId)
    await tx.deleteFrom('memory_vectors').where('memory_seq', 'in', seqs).where('model_id', '=', modelId).execute()
    const rows = taken.flatMap(({ seq, vectors }) => vectors.map((vector) => ({ memory_seq: seq, model_id: modelId, vector })))
    for (let i = 0; i < rows.length; i += ROWS_PER_INSERT)
      await tx
        .insertInto('memory_vectors')
        .values(rows.slice(i, i + ROWS_PER_INSERT))
        .execute()
    await tx.deleteFrom('embedding_backlog').where('model_id', '=', modelId).where('memory_seq', 'in', seqs).execute()
    await index.addVectors(tx, live, modelId)
    return taken.length
  })
}

/** Live memories a model has yet to embed, oldest first. For a model never heard of, that is all of them. */
export async function withoutVectors(
  db: MemoryDb,
  model: string,
  limit: number,
  now: number,
): Promise<{ id: string; contentVersion: number; text: string }[]> {
  const modelId = await findModel(db, model)
  let query = db
    .selectFrom('memories as m')
    .select(['m.id', 'm.content_version as contentVersion', 'm.content as text'])
    .where((eb) => isLiveSql(eb, now))
    .orderBy('m.seq')
    .limit(limit)
  if (modelId !== undefined) query = query.where((eb) => eb('m.seq', 'in', backlogOf(db, modelId)))
  return query.execute()
}

export async function countWithoutVectors(db: MemoryDb, model: string, now: number): Promise<number> {
  const modelId = await findModel(db, model)
  let query = db.selectFrom('memories as m').select((eb) => eb.fn.countAll<number>().as('count'))
  query = query.where((eb) => isLiveSql(eb, now))
  if (modelId !== undefined) query = query.where((eb) => eb('m.seq', 'in', backlogOf(db, modelId)))
  return (await query.executeTakeFirstOrThrow()).count
}

/** Whether some memory the scope may see has no vector of the model. */
export async function hasUnembedded(db: MemoryDb, modelId: number | undefined, scope: Scope, now: number): Promise<boolean> {
  let query = db
    .selectFrom('memories as m')
    .select('m.seq')
    .where((eb) => isVisibleSql(eb, scope, now))
    .limit(1)
  if (modelId !== undefined) query = query.where((eb) => eb('m.seq', 'in', backlogOf(db, modelId)))
  return (await query.executeTakeFirst()) !== undefined
}

export async function findModel(db: MemoryDb, name: string): Promise<number | undefined> {
  return (await db.selectFrom('embedding_models').select('id').where('name', '=', name).executeTakeFirst())?.id
}

/** The number of a model; one never heard of is added, with every memory in its backlog. Throws when it has other dimensions. */
export async function requireModel(tx: MemoryTransaction, index: SearchIndex, { modelId, dimensions }: VectorModel): Promise<number> {
  const known = await tx.selectFrom('embedding_models').selectAll().where('name', '=', modelId).executeTakeFirst()
  if (known && known.dimensions !== dimensions)
    throw new Error(`The model ${modelId} has ${known.dimensions} dimensions, not ${dimensions}.`)
  if (known) return known.id
  const { id } = await tx
    .insertInto('embedding_models')
    .values({ name: modelId, dimensions, state: 'kept', recipe: null })
    .returning('id')
    .executeTakeFirstOrThrow()
  await index.addModel(tx, id, dimensions)
  await tx
    .insertInto('embedding_backlog')
    .columns(['model_id', 'memory_seq'])
    .expression((eb) => eb.selectFrom('memories').select((memory) => [memory.val(id).as('model_id'), 'seq']))
    .execute()
  return id
}

function backlogOf(db: MemoryDb, modelId: number) {
  return db.selectFrom('embedding_backlog').select('memory_seq').where('model_id', '=', modelId)
}
