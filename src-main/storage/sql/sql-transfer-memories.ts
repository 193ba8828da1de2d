import { toIso } from '../../base/clock.ts'
import { badTransferCursor } from '../transfer-rules.ts'
import type { HistoryRecord, TransferPage, TransferRecord, TransferSelection, VectorRecord } from '../transfer-store.ts'
import { completeRows } from './sql-rows.ts'
import type { LoadedMemory, MemoryRow } from './sql-rows.ts'
import type { MemoryDb } from './sql-schema.ts'

/** Memories of a page, and history rows of all of them together: with texts of full length, about 40 MB. */
const PAGE_MEMORIES = 128
const PAGE_HISTORY = 256
/** How often a page is read again because somebody has changed a memory of it meanwhile. */
const MAX_TRIES = 20

/** Where a read goes on: after a memory, or within the history of one that has more changes than a page holds. */
type Place = { readonly after: string } | { readonly within: string; readonly afterVersion: number }

export async function readMemories(db: MemoryDb, selection: TransferSelection, cursor: string | undefined): Promise<TransferPage> {
  const place = readPlace(cursor)
  for (let tries = 1; ; tries++) {
    const page = 'within' in place ? await readWithin(db, selection, place) : await readAfter(db, selection, place.after)
    if (tries === MAX_TRIES || (await isAsRead(db, page.loaded))) return page
  }
}

interface ReadPage extends TransferPage {
  readonly loaded: readonly LoadedMemory[]
}

async function readAfter(db: MemoryDb, selection: TransferSelection, after: string): Promise<ReadPage> {
  let query = db.selectFrom('memories').selectAll().where('id', '>', after).orderBy('id').limit(PAGE_MEMORIES)
  if (selection.namespace !== undefined) query = query.where('namespace', '=', selection.namespace)
  if (selection.agentId !== undefined) query = query.where('agent_id', '=', selection.agentId)
  if (!selection.trash) query = query.where('deleted_at', 'is', null)
  const rows = await query.execute()
  const first = rows[0]
  if (!first) return { records: [], loaded: [] }
  const fitting = selection.history ? await whoseHistoryFits(db, rows) : rows
  if (fitting.length === 0) {
    const [alone] = await completeRows(db, [first])
    const own: TransferRecord[] = alone ? [{ kind: 'memory', memory: alone.memory }] : []
    return { records: own, loaded: alone ? [alone] : [], nextCursor: writePlace({ within: first.id, afterVersion: 0 }) }
  }
  const loaded = await completeRows(db, fitting)
  const history = selection.history ? await selectHistory(db, loaded, 0, PAGE_HISTORY) : new Map<number, HistoryRecord[]>()
  const vectors = selection.vectors ? await selectVectors(db, loaded) : new Map<number, VectorRecord[]>()
  const records = loaded.flatMap(({ seq, memory }): TransferRecord[] => [
    { kind: 'memory', memory },
    ...(history.get(seq) ?? []),
    ...(vectors.get(seq) ?? []),
  ])
  const last = fitting.at(-1)
  const isLast = fitting.length === rows.length && rows.length < PAGE_MEMORIES
  return { records, loaded, ...(last && !isLast && { nextCursor: writePlace({ after: last.id }) }) }
}

async function readWithin(
  db: MemoryDb,
  selection: TransferSelection,
  { within, afterVersion }: { readonly within: string; readonly afterVersion: number },
): Promise<ReadPage> {
  const row = await db.selectFrom('memories').selectAll().where('id', '=', within).executeTakeFirst()
  // Erased meanwhile: what was read of it stands, and the read goes on behind it.
  const loaded = row ? await completeRows(db, [row]) : []
  const seq = row?.seq ?? 0
  const history = (await selectHistory(db, loaded, afterVersion, PAGE_HISTORY)).get(seq) ?? []
  const last = history.at(-1)
  if (last && history.length === PAGE_HISTORY) {
    return { records: history, loaded, nextCursor: writePlace({ within, afterVersion: last.entry.version }) }
  }
  const vectors = selection.vectors ? ((await selectVectors(db, loaded)).get(seq) ?? []) : []
  return { records: [...history, ...vectors], loaded, nextCursor: writePlace({ after: within }) }
}

/** The first rows whose changes fit into a page together. */
async function whoseHistoryFits(db: MemoryDb, rows: readonly MemoryRow[]): Promise<readonly MemoryRow[]> {
  const counts = await db
    .selectFrom('memory_history')
    .select(['memory_seq', (build) => build.fn.countAll<number>().as('count')])
    .where('memory_seq', 'in', seqsOf(rows))
    .groupBy('memory_seq')
    .execute()
  const bySeq = new Map(counts.map((row) => [row.memory_seq, row.count]))
  let sum = 0
  const tooMany = rows.findIndex((row) => (sum += bySeq.get(row.seq) ?? 0) > PAGE_HISTORY)
  return tooMany === -1 ? rows : rows.slice(0, tooMany)
}

async function selectHistory(
  db: MemoryDb,
  loaded: readonly LoadedMemory[],
  afterVersion: number,
  limit: number,
): Promise<Map<number, HistoryRecord[]>> {
  if (loaded.length === 0) return new Map()
  const rows = await db
    .selectFrom('memory_history')
    .selectAll()
    .where('memory_seq', 'in', seqsOf(loaded))
    .where('version', '>', afterVersion)
    .orderBy('memory_seq')
    .orderBy('version')
    .limit(limit)
    .execute()
  const ids = new Map(loaded.map(({ seq, memory }) => [seq, memory.id]))
  const found = new Map<number, HistoryRecord[]>()
  for (const { memory_seq: seq, version, action, changed_at: at, changed_by: by, before } of rows) {
    const entry = { version, action, changed_at: toIso(at), changed_by: by, ...(before !== null && { before }) }
    const own = found.get(seq) ?? []
    own.push({ kind: 'history', memoryId: ids.get(seq) ?? '', entry })
    found.set(seq, own)
  }
  return found
}

async function selectVectors(db: MemoryDb, loaded: readonly LoadedMemory[]): Promise<Map<number, VectorRecord[]>> {
  if (loaded.length === 0) return new Map()
  const models = new Map(
    (await db.selectFrom('embedding_models').selectAll().where('state', 'in', ['in-use', 'kept']).execute()).map((model) => [
      model.id,
      model,
    ]),
  )
  const rows = await db
    .selectFrom('memory_vectors')
    .selectAll()
    .where('memory_seq', 'in', seqsOf(loaded))
    .orderBy('memory_seq')
    .orderBy('id')
    .execute()
  const found = new Map<number, VectorRecord[]>()
  const windows = Map.groupBy(rows, (row) => row.memory_seq)
  for (const { seq, memory } of loaded) {
    const byModel = Map.groupBy(windows.get(seq) ?? [], (row) => row.model_id)
    const records = [...byModel].flatMap(([modelId, own]): VectorRecord[] => {
      const model = models.get(modelId)
      if (!model) return []
      return [
        {
          kind: 'vector',
          memoryId: memory.id,
          model: model.name,
          dimensions: model.dimensions,
          vectors: own.map(({ vector }) => vector),
        },
      ]
    })
    found.set(
      seq,
      records.sort((a, b) => (a.model < b.model ? -1 : 1)),
    )
  }
  return found
}

/** Whether the memories still have the versions they were read at: what was read with them then belongs to them. */
async function isAsRead(db: MemoryDb, loaded: readonly LoadedMemory[]): Promise<boolean> {
  if (loaded.length === 0) return true
  const rows = await db.selectFrom('memories').select(['seq', 'version']).where('seq', 'in', seqsOf(loaded)).execute()
  const versions = new Map(rows.map((row) => [row.seq, row.version]))
  return loaded.every(({ seq, memory }) => versions.get(seq) === undefined || versions.get(seq) === memory.version)
}

function seqsOf(rows: readonly { readonly seq: number }[]): number[] {
  return rows.map(({ seq }) => seq)
}

function writePlace(place: Place): string {
  return JSON.stringify(place)
}

function readPlace(cursor: string | undefined): Place {
  if (cursor === undefined) return { after: '' }
  try {
    const place = JSON.parse(cursor) as Partial<Record<'after' | 'within' | 'afterVersion', unknown>> | null
    if (typeof place?.after === 'string') return { after: place.after }
    if (typeof place?.within === 'string' && typeof place.afterVersion === 'number')
      return { within: place.within, afterVersion: place.afterVersion }
  } catch {
    // Not ours, as below.
  }
  throw badTransferCursor()
}
