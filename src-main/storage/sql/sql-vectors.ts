import type { Scope } from '../../contract/scope.ts'
import type { SearchIndex, SqlParts } from './search-index.ts'
import { isLiveSql, isVisibleSql } from './sql-access.ts'
import type { MemoryDb, MemoryTransaction } from './sql-schema.ts'

export interface PackedVectorEntry {
  readonly memoryId: string
  readonly contentVersion: number
  readonly modelId: string
  readonly dimensions: number
  /** As `quantize` writes them. */
  readonly vectors: readonly Uint8Array[]
}

/** Three variables each, and drivers bound their number. */
const ROWS_PER_INSERT = 200

/** Replaces the vectors of one model of one live memory, if its content is still what they were made from. */
export function putVectors({ db, index, hold }: SqlParts, entry: PackedVectorEntry): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    await hold?.(tx, 'memories', [entry.memoryId])
    const row = await tx
      .selectFrom('memories')
      .select(['seq', 'deleted_at'])
      .where('id', '=', entry.memoryId)
      .where('content_version', '=', entry.contentVersion)
      .executeTakeFirst()
    if (!row) return false
    const modelId = await requireModel(tx, index, entry)
    if (row.deleted_at === null) await index.removeVectors(tx, row.seq, modelId)
    await tx.deleteFrom('memory_vectors').where('memory_seq', '=', row.seq).where('model_id', '=', modelId).execute()
    for (let i = 0; i < entry.vectors.length; i += ROWS_PER_INSERT) {
      const rows = entry.vectors.slice(i, i + ROWS_PER_INSERT).map((vector) => ({ memory_seq: row.seq, model_id: modelId, vector }))
      await tx.insertInto('memory_vectors').values(rows).execute()
    }
    await tx.deleteFrom('embedding_backlog').where('model_id', '=', modelId).where('memory_seq', '=', row.seq).execute()
    if (row.deleted_at === null) await index.addVectors(tx, [row.seq], modelId)
    return true
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
export async function requireModel(
  tx: MemoryTransaction,
  index: SearchIndex,
  { modelId, dimensions }: Pick<PackedVectorEntry, 'modelId' | 'dimensions'>,
): Promise<number> {
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
