import { expect, it } from 'vitest'
import { candidates, OWNER, put } from '../fixtures.conformance.ts'
import { BM25 } from '../word-counts.ts'
import { inverseDocumentFrequency } from '../search-text.ts'
import { openPostgresStores } from './open-postgres-stores.ts'
import { describePostgres, optionsOf, runSql } from './postgres.fixture.ts'

const CROWD = 20_000
const LENGTH = 2

describePostgres('words that thousands of memories hold', (cluster) => {
  it('add to the scores of what rarer words find, and find by themselves what is missing', async () => {
    const url = cluster().createDatabase('common_words')
    const { memories } = await openPostgresStores(optionsOf(url))
    try {
      // Every third memory holds an apple, every third a pear: more together than a search scores.
      await runSql(
        url,
        `INSERT INTO memories (id, agent_id, namespace, access_level, importance, pinned, created_at, updated_at, access_count, version,
           content_version, content_hash, context, content)
         SELECT 'crowd-' || i, 'bob', 'crowd', CASE WHEN i % 50 = 0 THEN 'public' ELSE 'private' END, 0.5, 0, i, i, 0, 1, 1, 'hash-' || i, '{}', 'x'
         FROM generate_series(1, ${CROWD}) i;
         INSERT INTO memory_words SELECT w, seq, 1, ${LENGTH} FROM memories, (VALUES (0, 'appl'), (1, 'pear')) AS word (r, w) WHERE seq % 3 = r;
         INSERT INTO memory_documents SELECT seq, ${LENGTH} FROM memories;
         UPDATE word_totals SET documents = ${CROWD}, length = ${CROWD * LENGTH} WHERE share = 0;
         ANALYZE memories; ANALYZE memory_words`,
      )
      const both = await put(memories, { content: 'zebra apple' })
      const one = await put(memories, { content: 'zebra sun' })
      const documents = CROWD + 2
      const weight = (holding: number) => inverseDocumentFrequency(documents, holding)
      const once = (BM25.k1 + 1) / (1 + BM25.k1)
      const apples = Math.floor(CROWD / 3) + 1
      const expected = new Map([
        [both.id, once * (weight(2) + weight(apples))],
        [one.id, once * weight(2)],
      ])

      const few = await candidates(memories, OWNER, { text: 'zebra apple pear', candidateLimit: 2 })
      expect(few.candidates.map(({ id }) => id).toSorted()).toEqual([...expected.keys()].toSorted())
      for (const { id, keyword } of few.candidates) expect(keyword).toBeCloseTo(expected.get(id) ?? NaN, 4)

      const more = await candidates(memories, OWNER, { text: 'zebra apple pear', candidateLimit: 50 })
      expect(more.candidates).toHaveLength(50)
      expect(more.candidates.find(({ id }) => id === both.id)?.keyword).toBeCloseTo(expected.get(both.id) ?? NaN, 4)

      // One in fifty may be seen: the rules come before any limit here too.
      const stranger = { kind: 'agent', agentId: 'eve', namespace: 'elsewhere', isAdmin: false } as const
      const seen = await candidates(memories, stranger, { text: 'apple pear', candidateLimit: 100 })
      expect(seen.candidates).toHaveLength(100)
      expect(seen.candidates.every(({ id }) => Number(id.replace('crowd-', '')) % 50 === 0)).toBe(true)
    } finally {
      await memories.close()
    }
  })
})
