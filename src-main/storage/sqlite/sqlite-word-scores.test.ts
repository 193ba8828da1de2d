import fc from 'fast-check'
import { expect, it } from 'vitest'
import { FIELD_WEIGHTS } from '../search-text.ts'
import { openConnection } from './sqlite-driver.ts'
import { MIGRATIONS } from './migrations/index.ts'
import { SqliteTextIndex } from './sqlite-text-index.ts'

const BM25 = `-bm25(memory_words, ${FIELD_WEIGHTS.content}, ${FIELD_WEIGHTS.summary}, ${FIELD_WEIGHTS.tags})`

function openIndex() {
  const connection = openConnection(':memory:')
  for (const { sql } of MIGRATIONS) connection.exec(sql)
  return { connection, index: new SqliteTextIndex(connection) }
}

const words = ['red', 'green', 'blue', 'plum', 'pear', 'fig', 'nut']
const text = fc.array(fc.constantFrom(...words), { maxLength: 8 }).map((some) => some.join(' '))
const seq = fc.integer({ min: 1, max: 40 })
const step = fc.oneof(
  fc.record({
    kind: fc.constant('put' as const),
    seq,
    content: text,
    summary: text,
    tags: fc.array(fc.constantFrom(...words), { maxLength: 2 }),
  }),
  fc.record({ kind: fc.constant('remove' as const), seq }),
  fc.record({ kind: fc.constant('forget' as const) }),
  fc.record({ kind: fc.constant('ask' as const), question: text }),
)

it('scores as FTS5 does, whatever has been stored, changed and taken out', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), text, (steps, last) => {
      const { connection, index } = openIndex()
      // Common terms are kept from 64 memories on: these make all of them common.
      for (let more = 0; more < 70; more++) index.put(100 + more, { content: words.slice(more % 3, 5).join(' '), summary: '', tags: [] })
      const check = (question: string) => {
        const asked = index.scores.ask(question)
        const distinct = [...new Set(question.split(' '))].filter((word) => word !== '')
        expect(asked === undefined).toBe(distinct.length === 0)
        if (!asked) return
        const { seqs, scores } = index.scores.score(asked.terms, asked.averageLength)
        const match = distinct.map((word) => `"${word}"`).join(' OR ')
        const rows = connection
          .prepare(`SELECT rowid, ${BM25} AS score FROM memory_words WHERE memory_words MATCH ? ORDER BY rowid`)
          .raw()
          .all(match) as [number, number][]
        const found = [...seqs].map((one, i) => [one, scores[i] ?? 0] as const).sort(([a], [b]) => a - b)
        expect(found.map(([one]) => one)).toEqual(rows.map(([one]) => one))
        // Ours add up numbers of 32 bits, FTS5's of 64: they differ by a part, never by a place after the point.
        const apart = rows.map(([, score], i) => Math.abs((found[i]?.[1] ?? 0) - score) / score)
        expect(Math.max(0, ...apart)).toBeLessThan(1e-6)
      }
      for (const one of steps) {
        if (one.kind === 'put') index.put(one.seq, one)
        else if (one.kind === 'remove') index.remove(one.seq)
        else if (one.kind === 'forget') index.scores.forget()
        else check(one.question)
      }
      check(last)
      connection.close()
    }),
  )
})
