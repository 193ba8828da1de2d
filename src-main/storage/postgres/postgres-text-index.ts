import { sql } from 'kysely'
import { SEARCH_TEXT_VERSION } from '../search-text.ts'
import type { PlacedText } from '../sql/search-index.ts'
import type { MemoryDb, MemoryTransaction } from '../sql/sql-schema.ts'
import { countWords } from '../word-counts.ts'

/** Which share of `word_totals` a connection counts in. */
const OWN_SHARE = sql`pg_backend_pid() % 32`
const PAGE = 200

/** Indexes the words of live memories, each named once, in place of those they had. */
export async function putWords(tx: MemoryTransaction, texts: readonly PlacedText[]): Promise<void> {
  if (texts.length === 0) return
  await removeWordsOf(
    tx,
    texts.map(({ seq }) => seq),
  )
  await addWords(tx, texts)
}

/** Indexes the words of live memories, each named once, that have none yet. */
export async function addWords(tx: MemoryTransaction, texts: readonly PlacedText[]): Promise<void> {
  if (texts.length === 0) return
  const documents = texts.map(({ seq, text }) => ({ seq, ...countWords(text) }))
  const seqs = documents.map(({ seq }) => seq)
  const lengths = documents.map(({ length }) => length)
  const length = lengths.reduce((sum, one) => sum + one, 0)
  const words = documents.flatMap(({ weights, ...document }) => [...weights].map(([term, weight]) => ({ ...document, term, weight })))
  // In the order of the index, which is then written from one end to the other.
  await sql`
    WITH words AS (
      INSERT INTO memory_words (term, memory_seq, weight, length)
      SELECT term COLLATE "C", seq, weight, length
      FROM unnest(
        ${words.map(({ term }) => term)}::text[], ${words.map(({ seq }) => seq)}::bigint[],
        ${words.map(({ weight }) => weight)}::real[], ${words.map((word) => word.length)}::integer[]
      ) AS word (term, seq, weight, length)
      ORDER BY 1, 2
    ), documents AS (
      INSERT INTO memory_documents (memory_seq, length) SELECT * FROM unnest(${seqs}::bigint[], ${lengths}::integer[])
    )
    UPDATE word_totals SET documents = documents + ${seqs.length}, length = length + ${length} WHERE share = ${OWN_SHARE}`.execute(tx)
}

export function removeWords(tx: MemoryTransaction, seq: number): Promise<void> {
  return removeWordsOf(tx, [seq])
}

async function removeWordsOf(tx: MemoryTransaction, seqs: readonly number[]): Promise<void> {
  await sql`
    WITH gone AS (
      DELETE FROM memory_documents WHERE memory_seq = ANY(${[...seqs]}::bigint[]) RETURNING length
    ), words AS (
      DELETE FROM memory_words WHERE memory_seq = ANY(${[...seqs]}::bigint[])
    ), removed AS (
      SELECT count(*) AS documents, sum(length)::bigint AS length FROM gone HAVING count(*) > 0
    )
    UPDATE word_totals SET documents = word_totals.documents - removed.documents, length = word_totals.length - removed.length
    FROM removed WHERE share = ${OWN_SHARE}`.execute(tx)
}

/** Indexes everything anew if the index was made by other rules than today's. Changes wait meanwhile; questions are answered. */
export async function rebuildIfOutdated(db: MemoryDb): Promise<void> {
  if (await isWordIndexCurrent(db)) return
  await db.transaction().execute(async (tx) => {
    await sql`LOCK TABLE memories IN SHARE ROW EXCLUSIVE MODE`.execute(tx)
    // Another server may have done it while we waited.
    if (await isWordIndexCurrent(tx)) return
    await sql`TRUNCATE memory_words, memory_documents`.execute(tx)
    await sql`UPDATE word_totals SET documents = 0, length = 0`.execute(tx)
    for (let after = 0; ;) {
      const page = await readPage(tx, after)
      const texts = page.map(({ seq, content, summary, tags }) => ({ seq, text: { content, summary: summary ?? '', tags } }))
      await addWords(tx, texts)
      const last = page.at(-1)
      if (!last) break
      after = last.seq
    }
    await sql`
      INSERT INTO index_state (name, value) VALUES ('search-text', ${SEARCH_TEXT_VERSION})
      ON CONFLICT (name) DO UPDATE SET value = excluded.value`.execute(tx)
  })
}

export async function isWordIndexCurrent(db: MemoryDb): Promise<boolean> {
  const { rows } = await sql<{ value: number }>`SELECT value FROM index_state WHERE name = 'search-text'`.execute(db)
  return rows[0]?.value === SEARCH_TEXT_VERSION
}

async function readPage(tx: MemoryTransaction, after: number) {
  const { rows } = await sql<{ seq: number; content: string; summary: string | null; tags: string[] }>`
    SELECT seq, content, summary, ARRAY(SELECT tag FROM memory_tags WHERE memory_seq = m.seq ORDER BY position) AS tags
    FROM memories m WHERE deleted_at IS NULL AND seq > ${after} ORDER BY seq LIMIT ${PAGE}`.execute(tx)
  return rows
}
