import { NEW, UNCHANGED } from '../transfer-rules.ts'
import type { HistoryRecord, VectorRecord, WriteOptions, WriteOutcome } from '../transfer-store.ts'
import type { ChangeParts } from './sql-change.ts'
import type { MemoryTransaction } from './sql-schema.ts'
import { chunks } from './sql-transfer-merge.ts'
import type { Outcomes } from './sql-transfer-merge.ts'
import { requireModel } from './sql-vectors.ts'

const ROWS_PER_INSERT = 100
const NO_MEMORY: WriteOutcome = { result: 'skipped', reason: 'no_memory' }

/** Adds the changes that a memory does not have yet, by version. */
export async function mergeHistory(
  { tx }: ChangeParts,
  records: readonly HistoryRecord[],
  options: WriteOptions,
  outcomes: Outcomes,
): Promise<void> {
  const owners = await findOwners(tx, records)
  const known = await versionsOf(tx, [...owners.values()])
  const fresh: { readonly seq: number; readonly record: HistoryRecord }[] = []
  for (const record of records) {
    const seq = owners.get(record.memoryId)?.seq
    if (seq === undefined) {
      // Nothing has been written, so its memory is still to come.
      outcomes.set(record, options.dryRun === true ? NEW : NO_MEMORY)
      continue
    }
    const key = `${seq}/${record.entry.version}`
    outcomes.set(record, known.has(key) ? UNCHANGED : NEW)
    if (known.has(key)) continue
    known.add(key)
    fresh.push({ seq, record })
  }
  if (options.dryRun === true) return
  for (const some of chunks(fresh, ROWS_PER_INSERT)) {
    const rows = some.map(({ seq, record: { entry } }) => ({
      memory_seq: seq,
      version: entry.version,
      action: entry.action,
      changed_at: Date.parse(entry.changed_at),
      changed_by: entry.changed_by,
      before: entry.before ?? null,
    }))
    await tx.insertInto('memory_history').values(rows).execute()
  }
}

/** Gives memories the vectors that they have none of yet, by model, and makes those that live findable by them. */
export async function mergeVectors(
  open: ChangeParts,
  records: readonly VectorRecord[],
  options: WriteOptions,
  outcomes: Outcomes,
): Promise<void> {
  if (records.length === 0) return
  const { tx, index } = open
  const owners = await findOwners(tx, records)
  const models = new Map(
    (await tx.selectFrom('embedding_models').select(['id', 'name', 'dimensions']).execute()).map((model) => [model.name, model]),
  )
  const known = await modelsOf(tx, [...owners.values()])
  const fresh: (Owner & { readonly modelId: number; readonly vectors: readonly Uint8Array[] })[] = []
  for (const record of records) {
    const { model: name, dimensions, vectors } = record
    const owner = owners.get(record.memoryId)
    const outcome = outcomeOf(record)
    outcomes.set(record, outcome)
    if (outcome.result !== 'new' || options.dryRun === true || !owner) continue
    const modelId = models.get(name)?.id ?? (await requireModel(tx, index, { modelId: name, dimensions }))
    models.set(name, { id: modelId, name, dimensions })
    known.add(`${owner.seq}/${modelId}`)
    fresh.push({ ...owner, modelId, vectors })
  }
  for (const [modelId, sets] of Map.groupBy(fresh, (set) => set.modelId)) await insertVectors(open, modelId, sets)

  function outcomeOf({ memoryId, model: name, dimensions }: VectorRecord): WriteOutcome {
    const model = models.get(name)
    if (model && model.dimensions !== dimensions) return { result: 'skipped', reason: 'other_dimensions' }
    const owner = owners.get(memoryId)
    if (!owner) return options.dryRun === true ? NEW : NO_MEMORY
    return model && known.has(`${owner.seq}/${model.id}`) ? UNCHANGED : NEW
  }
}

/** Vectors of memories that have none of the model. */
async function insertVectors(
  { tx, index }: ChangeParts,
  modelId: number,
  sets: readonly (Owner & { readonly vectors: readonly Uint8Array[] })[],
): Promise<void> {
  const rows = sets.flatMap(({ seq, vectors }) => vectors.map((vector) => ({ memory_seq: seq, model_id: modelId, vector })))
  for (const some of chunks(rows, ROWS_PER_INSERT)) await tx.insertInto('memory_vectors').values(some).execute()
  for (const some of chunks(sets, 500)) {
    const seqs = some.map(({ seq }) => seq)
    await tx.deleteFrom('embedding_backlog').where('model_id', '=', modelId).where('memory_seq', 'in', seqs).execute()
  }
  const live = sets.filter(({ isLive }) => isLive)
  if (live.length > 0) await index.expectMany?.(tx, modelId)
  await index.addVectors(
    tx,
    live.map(({ seq }) => seq),
    modelId,
  )
}

interface Owner {
  readonly seq: number
  readonly isLive: boolean
}

async function findOwners(tx: MemoryTransaction, records: readonly { readonly memoryId: string }[]): Promise<Map<string, Owner>> {
  const owners = new Map<string, Owner>()
  for (const ids of chunks([...new Set(records.map(({ memoryId }) => memoryId))], 500)) {
    const rows = await tx.selectFrom('memories').select(['id', 'seq', 'deleted_at']).where('id', 'in', ids).execute()
    for (const row of rows) owners.set(row.id, { seq: row.seq, isLive: row.deleted_at === null })
  }
  return owners
}

async function versionsOf(tx: MemoryTransaction, owners: readonly Owner[]): Promise<Set<string>> {
  const found = new Set<string>()
  for (const some of chunks(owners, 500)) {
    const rows = await tx
      .selectFrom('memory_history')
      .select(['memory_seq', 'version'])
      .where(
        'memory_seq',
        'in',
        some.map(({ seq }) => seq),
      )
      .execute()
    for (const row of rows) found.add(`${row.memory_seq}/${row.version}`)
  }
  return found
}

async function modelsOf(tx: MemoryTransaction, owners: readonly Owner[]): Promise<Set<string>> {
  const found = new Set<string>()
  for (const some of chunks(owners, 500)) {
    const rows = await tx
      .selectFrom('memory_vectors')
      .select(['memory_seq', 'model_id'])
      .distinct()
      .where(
        'memory_seq',
        'in',
        some.map(({ seq }) => seq),
      )
      .execute()
    for (const row of rows) found.add(`${row.memory_seq}/${row.model_id}`)
  }
  return found
}
