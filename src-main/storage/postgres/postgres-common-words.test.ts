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
         SELECT 'crowd-' || i, 'bob', 'crowd', 
           CASE WHEN i % 50 = 0 THEN 'public' WHEN i % 4 = 1 THEN 'team' ELSE 'private' END, 0.5, 0, i, i, 0, 1, 1, 'hash-' || i, '{}', 'x'
         FROM generate_series(1, ${CROWD}) i;
         INSERT INTO memory_words SELECT w, seq, 1, ${LENGTH} FROM memories, (VALUES (0, 'appl'), (1, 'pear')) AS word (r, w) WHERE seq % 3 = r;
         INSERT INTO memory_words SELECT 'plum', seq, 1, ${LENGTH} FROM memories WHERE seq % 5 = 0;
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

      // A quarter may be seen: what rarer words find is asked about until enough may be, and those get what the commoner word adds.
      const colleague = { kind: 'agent', agentId: 'carl', namespace: 'crowd', isAdmin: false } as const
      const plums = await candidates(memories, colleague, { text: 'plum apple', candidateLimit: 50 })
      const [plum, apple] = [once * weight(CROWD / 5), once * weight(apples)]
      const numbers = plums.candidates.map(({ id }) => Number(id.replace('crowd-', '')))
      expect(numbers).toHaveLength(50)
      for (const number of numbers) expect([number, number % 5, number % 50 === 0 || number % 4 === 1]).toEqual([number, 0, true])
      for (const [place, { keyword }] of plums.candidates.entries())
        expect(keyword).toBeCloseTo(plum + ((numbers[place] ?? 0) % 3 === 0 ? apple : 0), 4)
      // All that hold both, of the first hundred by the rarer word, are among the fifty.
      expect(numbers.filter((number) => number % 3 === 0).length).toBeGreaterThanOrEqual(33)
    } finally {
      await memories.close()
    }
  })
})
