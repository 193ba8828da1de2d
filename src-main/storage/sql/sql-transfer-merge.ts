import { sql } from 'kysely'
import { meetMemory, NEW, replacementOf } from '../transfer-rules.ts'
import type { StoredMemory, TransferRecord, WriteOptions, WriteOutcome } from '../transfer-store.ts'
import { findTwin, writeChanged } from './sql-change.ts'
import type { ChangeParts } from './sql-change.ts'
import { completeRows, hashContent, toColumns } from './sql-rows.ts'
import type { LoadedMemory } from './sql-rows.ts'
import type { MemoryTransaction } from './sql-schema.ts'

export type Outcomes = Map<TransferRecord, WriteOutcome>
type MemoryRecord = TransferRecord & { readonly kind: 'memory' }

/** Rows in one statement: drivers bound the number of variables, and a memory has about twenty. */
const ROWS_PER_INSERT = 40

export async function mergeMemories(
  open: ChangeParts,
  records: readonly MemoryRecord[],
  options: WriteOptions,
  outcomes: Outcomes,
): Promise<void> {
  const known = await findByIds(open.tx, records)
  const taken = await contentsThere(open.tx, records)
  const fresh: MemoryRecord[] = []
  const contents = new Set<string>()
  for (const record of records) {
    const { memory } = record
    const there = known.get(memory.id)
    const outcome = there ? meetMemory(there.memory, memory, options) : NEW
    if (outcome.result === 'new' || outcome.result === 'replaced') {
      const key = contentKey(memory)
      const isTaken = memory.deleted_at === undefined && (contents.has(key) || (taken.has(key) && (await hasTwin(open, memory, options))))
      if (isTaken) {
        outcomes.set(record, { result: 'skipped', reason: 'same_content' })
        continue
      }
      if (memory.deleted_at === undefined) contents.add(key)
      // One of a file that repeats an id is met by the next one of it as `unchanged` or a conflict, as if it had been there.
      if (!there) known.set(memory.id, { seq: -1, contentVersion: 1, memory })
    }
    outcomes.set(record, outcome)
    if (options.dryRun === true) continue
    if (outcome.result === 'new') fresh.push(record)
    if (outcome.result === 'replaced' && there && there.seq !== -1) await replace(open, there, memory, options)
  }
  await insertNew(
    open,
    fresh.map(({ memory }) => memory),
    options,
  )
}

async function replace(open: ChangeParts, there: LoadedMemory, memory: StoredMemory, options: WriteOptions): Promise<void> {
  const next = replacementOf(there.memory, memory, options.now)
  await writeChanged(open, there, next, { action: 'imported', actor: options.actor, now: options.now })
}

async function hasTwin(open: ChangeParts, memory: StoredMemory, { now, dryRun = false }: WriteOptions): Promise<boolean> {
  if (!dryRun) return (await findTwin(open, memory, now)) !== undefined
  const twin = await open.tx
    .selectFrom('memories')
    .select('seq')
    .where('agent_id', '=', memory.agent_id)
    .where('namespace', '=', memory.namespace)
    .where('content_hash', '=', hashContent(memory.content))
    .where('deleted_at', 'is', null)
    .where((build) => build.or([build('expires_at', 'is', null), build('expires_at', '>', Date.parse(now))]))
    .where('id', '!=', memory.id)
    .executeTakeFirst()
  return twin !== undefined
}

async function insertNew({ tx, index }: ChangeParts, memories: readonly StoredMemory[], options: WriteOptions): Promise<void> {
  const seqs = new Map<string, number>()
  for (const some of chunks(memories, ROWS_PER_INSERT)) {
    const rows = some.map((memory) => ({ ...toColumns(memory), content_version: 1 }))
    for (const { id, seq } of await tx.insertInto('memories').values(rows).returning(['id', 'seq']).execute()) seqs.set(id, seq)
  }
  const all = memories.map((memory) => ({ seq: seqs.get(memory.id) ?? 0, memory }))
  await insertParts(tx, all)
  if (options.isWithoutHistory === true) await insertStamps(tx, all, options)
  await addToBacklog(
    tx,
    all.map(({ seq }) => seq),
  )
  const live = all.filter(({ memory }) => memory.deleted_at === undefined)
  await index.addTexts(
    tx,
    live.map(({ seq, memory }) => ({ seq, text: memory })),
  )
}

interface Placed {
  readonly seq: number
  readonly memory: StoredMemory
}

async function insertParts(tx: MemoryTransaction, all: readonly Placed[]): Promise<void> {
  const tags = all.flatMap(({ seq, memory }) => memory.tags.map((tag, position) => ({ memory_seq: seq, position, tag })))
  for (const rows of chunks(tags, ROWS_PER_INSERT * 4)) await tx.insertInto('memory_tags').values(rows).execute()
  const links = all.flatMap(({ seq, memory }) =>
    memory.links.map(({ to, kind }, position) => ({ memory_seq: seq, position, to_id: to, kind })),
  )
  for (const rows of chunks(links, ROWS_PER_INSERT * 4)) await tx.insertInto('memory_links').values(rows).execute()
  const shares = all.flatMap(({ seq, memory }) =>
    memory.shared_with.map(({ agent_id, permission, expires_at: end }, position) => {
      return { memory_seq: seq, position, agent_id, permission, expires_at: end === undefined ? null : Date.parse(end) }
    }),
  )
  for (const rows of chunks(shares, ROWS_PER_INSERT * 4)) await tx.insertInto('memory_shares').values(rows).execute()
}

async function insertStamps(tx: MemoryTransaction, all: readonly Placed[], { actor, now }: WriteOptions): Promise<void> {
  const rows = all.map(({ seq, memory: { version } }) => {
    return { memory_seq: seq, version, action: 'imported' as const, changed_at: Date.parse(now), changed_by: actor, before: null }
  })
  for (const some of chunks(rows, ROWS_PER_INSERT * 4)) await tx.insertInto('memory_history').values(some).execute()
}

/** What is new is to be embedded by every known model, unless its vectors come along. */
async function addToBacklog(tx: MemoryTransaction, seqs: readonly number[]): Promise<void> {
  const models = await tx.selectFrom('embedding_models').select('id').where('state', 'in', ['in-use', 'kept']).execute()
  const rows = models.flatMap(({ id }) => seqs.map((seq) => ({ model_id: id, memory_seq: seq })))
  for (const some of chunks(rows, ROWS_PER_INSERT * 4)) await tx.insertInto('embedding_backlog').values(some).execute()
}

async function findByIds(tx: MemoryTransaction, records: readonly MemoryRecord[]): Promise<Map<string, LoadedMemory>> {
  const found = new Map<string, LoadedMemory>()
  for (const some of chunks(records, 500)) {
    const ids = some.map(({ memory }) => memory.id)
    const rows = await tx.selectFrom('memories').selectAll().where('id', 'in', ids).execute()
    for (const loaded of await completeRows(tx, rows)) found.set(loaded.memory.id, loaded)
  }
  return found
}

/** Contents of `records` that live memories of their owners have already: whether it is another memory is still to be asked. */
async function contentsThere(tx: MemoryTransaction, records: readonly MemoryRecord[]): Promise<Set<string>> {
  const found = new Set<string>()
  for (const some of chunks(records, 100)) {
    const wanted = some.map(({ memory }) => sql`(${memory.agent_id}, ${memory.namespace}, ${hashContent(memory.content)})`)
    const rows = await tx
      .selectFrom('memories')
      .select(['agent_id', 'namespace', 'content_hash'])
      .where(sql<boolean>`(agent_id, namespace, content_hash) IN (VALUES ${sql.join(wanted)})`)
      .where('deleted_at', 'is', null)
      .execute()
    for (const row of rows) found.add(JSON.stringify([row.agent_id, row.namespace, row.content_hash]))
  }
  return found
}

function contentKey({ agent_id, namespace, content }: StoredMemory): string {
  return JSON.stringify([agent_id, namespace, hashContent(content)])
}

export function chunks<T>(all: readonly T[], size: number): T[][] {
  const parts: T[][] = []
  for (let from = 0; from < all.length; from += size) parts.push(all.slice(from, from + size))
  return parts
}
