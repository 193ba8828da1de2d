import { sql } from 'kysely'
import { SEARCH_TEXT_VERSION } from '../search-text.ts'
import type { SearchableText } from '../sql/search-index.ts'
import type { MemoryDb, MemoryTransaction } from '../sql/sql-schema.ts'
import { countWords } from '../word-counts.ts'

/** Which share of `word_totals` a connection counts in. */
const OWN_SHARE = sql`pg_backend_pid() % 32`
const PAGE = 200

/** Indexes the words of a live memory, in place of those it had. */
export async function putWords(tx: MemoryTransaction, seq: number, text: SearchableText): Promise<void> {
  await removeWords(tx, seq)
  const { weights, length } = countWords(text)
  await sql`
    WITH words AS (
      INSERT INTO memory_words (term, memory_seq, weight, length)
      SELECT term, ${seq}::bigint, weight, ${length}::integer
      FROM unnest(${[...weights.keys()]}::text[], ${[...weights.values()]}::real[]) AS word (term, weight)
    ), document AS (
      INSERT INTO memory_documents (memory_seq, length) VALUES (${seq}, ${length})
    )
    UPDATE word_totals SET documents = documents + 1, length = length + ${length} WHERE share = ${OWN_SHARE}`.execute(tx)
}

export async function removeWords(tx: MemoryTransaction, seq: number): Promise<void> {
  await sql`
    WITH gone AS (
      DELETE FROM memory_documents WHERE memory_seq = ${seq} RETURNING length
    ), words AS (
      DELETE FROM memory_words WHERE memory_seq = ${seq}
    )
    UPDATE word_totals SET documents = documents - 1, length = word_totals.length - gone.length FROM gone WHERE share = ${OWN_SHARE}`.execute(
    tx,
  )
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
      for (const { seq, content, summary, tags } of page) await putWords(tx, seq, { content, summary: summary ?? '', tags })
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
