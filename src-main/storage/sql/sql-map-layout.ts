import type { MapLayout, MapStore, NewPlace, PackedVectors, Place, SeqPage } from '../map-store.ts'
import { isLiveSql } from './sql-access.ts'
import { MAX_VALUES_PER_STATEMENT } from './sql-rows.ts'
import type { MemoryDb } from './sql-schema.ts'
import { findModel } from './sql-vectors.ts'

/** Six variables each, and drivers bound their number. */
const ROWS_PER_INSERT = 150

export async function findLayout(db: MemoryDb): Promise<MapLayout | undefined> {
  const row = await db
    .selectFrom('map_layouts as l')
    .innerJoin('embedding_models as e', 'e.id', 'l.model_id')
    .select(['l.id as id', 'e.name as modelId', 'l.fitted as fitted', 'l.landmarks as landmarks'])
    .where('l.state', '=', 'current')
    .executeTakeFirst()
  return row
}

export function beginLayout(db: MemoryDb, { modelId, fitted, landmarks }: Parameters<MapStore['beginLayout']>[0]): Promise<number> {
  return db.transaction().execute(async (tx) => {
    const model = await findModel(tx, modelId)
    if (model === undefined) throw new Error(`The store has no vectors of ${modelId}.`)
    await tx.updateTable('map_layouts').set({ state: 'old' }).where('state', '=', 'building').execute()
    const row = { model_id: model, state: 'building' as const, fitted, landmarks }
    return (await tx.insertInto('map_layouts').values(row).returning('id').executeTakeFirstOrThrow()).id
  })
}

export async function finishLayout(db: MemoryDb, layoutId: number): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await tx.updateTable('map_layouts').set({ state: 'old' }).where('state', '=', 'current').where('id', '!=', layoutId).execute()
    await tx.updateTable('map_layouts').set({ state: 'current' }).where('id', '=', layoutId).execute()
  })
}

export async function dropOldPlaces(db: MemoryDb, limit: number): Promise<number> {
  const old = await db.selectFrom('map_layouts').select('id').where('state', '=', 'old').orderBy('id').executeTakeFirst()
  if (!old) return 0
  const { numDeletedRows } = await db
    .deleteFrom('map_places')
    .where('layout_id', '=', old.id)
    .where('memory_seq', 'in', (eb) => eb.selectFrom('map_places').select('memory_seq').where('layout_id', '=', old.id).limit(limit))
    .executeTakeFirst()
  const deleted = Number(numDeletedRows)
  if (deleted < limit) await db.deleteFrom('map_layouts').where('id', '=', old.id).where('state', '=', 'old').execute()
  return Math.max(1, deleted)
}

export async function embedded(
  db: MemoryDb,
  modelId: string,
  { after, limit, unplacedIn, now }: SeqPage & { readonly unplacedIn?: number; readonly now: string },
): Promise<number[]> {
  const model = await findModel(db, modelId)
  if (model === undefined) return []
  let query = db
    .selectFrom('memories as m')
    .select('m.seq')
    .where('m.seq', '>', after)
    .where((eb) => isLiveSql(eb, Date.parse(now)))
    .where((eb) =>
      eb.exists(eb.selectFrom('memory_vectors as v').select('v.id').whereRef('v.memory_seq', '=', 'm.seq').where('v.model_id', '=', model)),
    )
    .orderBy('m.seq')
    .limit(limit)
  if (unplacedIn !== undefined) {
    query = query.where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('map_places as p')
            .select('p.memory_seq')
            .where('p.layout_id', '=', unplacedIn)
            .whereRef('p.memory_seq', '=', 'm.seq')
            .whereRef('p.content_version', '=', 'm.content_version'),
        ),
      ),
    )
  }
  return (await query.execute()).map(({ seq }) => seq)
}

export async function vectorsOf(db: MemoryDb, modelId: string, seqs: readonly number[]): Promise<PackedVectors> {
  const model = await findModel(db, modelId)
  const packed = { seqs: [] as number[], contentVersions: [] as number[], counts: [] as number[] }
  const vectors: Uint8Array[] = []
  if (model === undefined) return { ...packed, bytes: new Uint8Array(0) }
  for (const some of inChunks(seqs, MAX_VALUES_PER_STATEMENT)) {
    const rows = await db
      .selectFrom('memory_vectors as v')
      .innerJoin('memories as m', 'm.seq', 'v.memory_seq')
      .select(['m.seq as seq', 'm.content_version as contentVersion', 'v.vector as vector'])
      .where('v.memory_seq', 'in', some)
      .where('v.model_id', '=', model)
      .orderBy('m.seq')
      .orderBy('v.id')
      .execute()
    for (const { seq, contentVersion, vector } of rows) {
      if (packed.seqs.at(-1) !== seq) {
        packed.seqs.push(seq)
        packed.contentVersions.push(contentVersion)
        packed.counts.push(0)
      }
      packed.counts[packed.counts.length - 1] = (packed.counts.at(-1) ?? 0) + 1
      vectors.push(vector)
    }
  }
  return { ...packed, bytes: joined(vectors) }
}

export async function places(db: MemoryDb, layoutId: number, which: 'landmarks' | readonly number[]): Promise<Place[]> {
  const all = db.selectFrom('map_places').select(['memory_seq as seq', 'x', 'y']).where('layout_id', '=', layoutId).orderBy('memory_seq')
  if (which === 'landmarks') return all.where('is_landmark', '=', 1).execute()
  const found: Place[] = []
  for (const some of inChunks(which, MAX_VALUES_PER_STATEMENT)) found.push(...(await all.where('memory_seq', 'in', some).execute()))
  return found
}

export async function putPlaces(db: MemoryDb, layoutId: number, all: readonly NewPlace[]): Promise<void> {
  await db.transaction().execute(async (tx) => {
    for (const some of inChunks(all, ROWS_PER_INSERT)) {
      const seqs = some.map(({ seq }) => seq)
      // What was purged meanwhile has nothing to hang on.
      const there = new Set((await tx.selectFrom('memories').select('seq').where('seq', 'in', seqs).execute()).map(({ seq }) => seq))
      const rows = some.flatMap(({ seq, x, y, contentVersion, isLandmark }) =>
        there.has(seq)
          ? [{ layout_id: layoutId, memory_seq: seq, x, y, content_version: contentVersion, is_landmark: isLandmark ? 1 : 0 }]
          : [],
      )
      if (rows.length === 0) continue
      await tx
        .insertInto('map_places')
        .values(rows)
        .onConflict((conflict) =>
          conflict.columns(['layout_id', 'memory_seq']).doUpdateSet((eb) => ({
            x: eb.ref('excluded.x'),
            y: eb.ref('excluded.y'),
            content_version: eb.ref('excluded.content_version'),
            is_landmark: eb.ref('excluded.is_landmark'),
          })),
        )
        .execute()
    }
  })
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

function inChunks<T>(all: readonly T[], size: number): T[][] {
  const chunks: T[][] = []
  for (let i = 0; i < all.length; i += size) chunks.push(all.slice(i, i + size))
  return chunks
}
