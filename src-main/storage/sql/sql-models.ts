import type { KnownModel } from '../memory-store.ts'
import type { SqlParts } from './search-index.ts'
import type { MemoryDb, MemoryTransaction } from './sql-schema.ts'
import { requireModel } from './sql-vectors.ts'

export async function listModels(db: MemoryDb): Promise<KnownModel[]> {
  const rows = await db.selectFrom('embedding_models').selectAll().where('state', 'in', ['in-use', 'kept']).orderBy('id').execute()
  return rows.map(({ name, dimensions, state, recipe }) => ({
    modelId: name,
    dimensions,
    isInUse: state === 'in-use',
    ...(recipe !== null && { recipe }),
  }))
}

export function putInUse({ db, index }: SqlParts, { modelId, dimensions, recipe }: Omit<KnownModel, 'isInUse'>): Promise<void> {
  return db.transaction().execute(async (tx) => {
    // First, so that the index of a model that is new here knows that it will be searched.
    await tx.updateTable('embedding_models').set({ state: 'kept' }).where('state', '=', 'in-use').where('name', '!=', modelId).execute()
    const id = await requireModel(tx, index, { modelId, dimensions })
    await tx
      .updateTable('embedding_models')
      .set({ state: 'in-use', recipe: recipe ?? null })
      .where('id', '=', id)
      .execute()
  })
}

/** One transaction of `limit` rows at most, so that nobody waits long for the next one. */
export function dropUnusedVectors({ db, index }: SqlParts, keep: readonly string[], limit: number): Promise<number> {
  return db.transaction().execute(async (tx) => {
    let dropped = 0
    for (const model of await unusedModels(tx, keep)) {
      if (model.state !== 'dropping') await forget(tx, model)
      await index.removeModel(tx, model.id)
      dropped += await deleteVectors(tx, model.id, limit - dropped)
      if (dropped < limit) dropped += await deleteBacklog(tx, model.id, limit - dropped)
      if (dropped >= limit) break
      await tx.updateTable('embedding_models').set({ state: 'dropped' }).where('id', '=', model.id).execute()
    }
    return dropped
  })
}

interface UnusedModel {
  readonly id: number
  readonly name: string
  readonly state: 'kept' | 'dropping'
}

async function unusedModels(tx: MemoryTransaction, keep: readonly string[]): Promise<UnusedModel[]> {
  const rows = await tx.selectFrom('embedding_models').select(['id', 'name', 'state']).where('state', 'in', ['kept', 'dropping']).execute()
  return rows.filter((row): row is UnusedModel => row.state === 'dropping' || !keep.includes(row.name))
}

/** Its name is free from now on. */
async function forget(tx: MemoryTransaction, { id, name }: UnusedModel): Promise<void> {
  await tx
    .updateTable('embedding_models')
    .set({ state: 'dropping', name: `${name} (dropped ${id})` })
    .where('id', '=', id)
    .execute()
}

async function deleteVectors(tx: MemoryTransaction, modelId: number, limit: number): Promise<number> {
  const { numDeletedRows } = await tx
    .deleteFrom('memory_vectors')
    .where('id', 'in', (eb) => eb.selectFrom('memory_vectors').select('id').where('model_id', '=', modelId).limit(limit))
    .executeTakeFirst()
  return Number(numDeletedRows)
}

async function deleteBacklog(tx: MemoryTransaction, modelId: number, limit: number): Promise<number> {
  const { numDeletedRows } = await tx
    .deleteFrom('embedding_backlog')
    .where('model_id', '=', modelId)
    .where('memory_seq', 'in', (eb) => eb.selectFrom('embedding_backlog').select('memory_seq').where('model_id', '=', modelId).limit(limit))
    .executeTakeFirst()
  return Number(numDeletedRows)
}
