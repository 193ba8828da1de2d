import { describe, expect, it } from 'vitest'
import { alice, at, bob, by, candidates, foundIds, OWNER, put } from './fixtures.conformance.ts'
import type { CandidateQuery } from './memory-store.ts'
import type { OpenedStore } from './fixtures.conformance.ts'

export function searchConformance(store: OpenedStore): void {
  it.each([
    ['another form of the word', 'She was running late', 'runs'],
    ['upper and lower case', 'Kubernetes', 'KUBERNETES'],
    ['accents', 'café crème', 'cafe creme'],
    ['accents asked for', 'naive', 'naïve'],
    ['German', 'Die Straße ist gesperrt', 'straße'],
    ['Cyrillic', 'Привет мир', 'привет'],
    ['Chinese within a sentence', '我们决定使用数据库存储记忆', '数据库'],
    ['one Chinese character', '我们决定', '我'],
    ['Japanese', '東京タワーに行きました', 'タワー'],
    ['Korean', '데이터베이스를 선택했다', '데이터베이스'],
    ['full-width letters', 'ＡＢＣ widget', 'abc'],
    ['an emoji', 'launch 🚀 today', '🚀'],
    ['a number', 'port 8001 is taken', '8001'],
    ['part of a snake_case name', 'set max_page_count', 'page'],
    ['a question of stop words', 'to be or not to be', 'to be or not to be?'],
    ['a long word by its whole', `hash ${'a1'.repeat(100)}`, 'a1'.repeat(100)],
  ])('finds %s', async (_, content, text) => {
    const { id } = await put(store(), { content })
    await put(store(), { content: 'zzz unlike' })
    expect(await foundIds(store(), alice, { text })).toEqual([id])
  })

  it('looks into summary and tags too, and tags count for more', async () => {
    const inContent = await put(store(), { content: 'the budget of spring' })
    const inSummary = await put(store(), { content: 'numbers of spring', summary: 'budget' })
    const inTags = await put(store(), { content: 'sums of spring', tags: ['budget'] })
    for (let i = 0; i < 5; i++) await put(store(), { content: `unlike anything ${i}` })
    const { candidates: found } = await candidates(store(), alice, { text: 'budget' })
    expect(new Set(found.map(({ id }) => id))).toEqual(new Set([inContent.id, inSummary.id, inTags.id]))
    expect(found.toSorted((a, b) => (b.keyword ?? 0) - (a.keyword ?? 0))[0]?.id).toBe(inTags.id)
  })

  it.each([
    '" OR NEAR( *',
    '"',
    "'",
    'a" OR "b',
    'NOT',
    'content:x',
    '^x',
    '{a} : b',
    'x*',
    '(',
    '((((',
    '-x',
    '\\',
    '%',
    'AND AND',
    `"${'"'.repeat(200)}`,
    '\u202e\u0007',
  ])('takes %j as words, never as syntax', async (text) => {
    await put(store(), { content: 'innocent bystander' })
    const found = await candidates(store(), alice, { text })
    expect(found.candidates).toEqual([])
    expect(found.keywordCeiling).toBeGreaterThanOrEqual(0)
  })

  it.each(['', '   ', '!!! ...', '“”'])('finds nothing for a question without words: %j', async (text) => {
    await put(store())
    expect(await candidates(store(), alice, { text })).toEqual({ candidates: [], keywordCeiling: 0, isPartial: false })
  })

  it('takes a question of 2,000 characters', async () => {
    const { id } = await put(store(), { content: 'needle' })
    expect(await foundIds(store(), alice, { text: `needle ${'记忆'.repeat(900)} ${'many different words '.repeat(9)}` })).toEqual([id])
  })

  it('scores like BM25, and the ceiling is what all words once in an average text would score', async () => {
    for (let i = 0; i < 8; i++) await put(store(), { content: `filler text ${i}` })
    const { id } = await put(store(), { content: 'quartz violin lamp' })
    const found = await candidates(store(), alice, { text: 'quartz violin' })
    const frequency = Math.log((9 - 1 + 0.5) / (1 + 0.5))
    expect(found.keywordCeiling).toBeCloseTo(2 * frequency, 6)
    expect(found.candidates).toEqual([
      { id, keyword: expect.closeTo(2 * frequency, 6) as number, importance: 0.5, createdAt: Date.parse(at(0)) },
    ])
    const absent = Math.log((9 + 0.5) / 0.5)
    expect((await candidates(store(), alice, { text: 'quartz xylophone' })).keywordCeiling).toBeCloseTo(frequency + absent, 6)
  })

  it('finds a memory by a word that most share', async () => {
    const ids = await Promise.all(Array.from({ length: 4 }, async () => (await put(store(), { tags: ['common'] })).id))
    const found = await candidates(store(), alice, { text: 'common' })
    expect(new Set(found.candidates.map(({ id }) => id))).toEqual(new Set(ids))
    expect(found.candidates.every(({ keyword }) => (keyword ?? -1) >= 0)).toBe(true)
  })

  it('prefers the rare word, and gives the best within the limit', async () => {
    for (let i = 0; i < 20; i++) await put(store(), { content: `meeting notes ${i}` })
    const rare = await put(store(), { content: 'meeting about zeppelins' })
    expect(await foundIds(store(), alice, { text: 'zeppelin meeting', candidateLimit: 1 })).toEqual([rare.id])
    expect(await foundIds(store(), alice, { text: 'zeppelin meeting', candidateLimit: 7 })).toHaveLength(7)
  })

  it('follows changes of content, summary and tags', async () => {
    const { id } = await put(store(), { content: 'alpha', tags: ['beta'], summary: 'gamma' })
    await store().update(id, { content: 'delta', tags: ['epsilon'], summary: null }, by(alice))
    for (const text of ['alpha', 'beta', 'gamma']) expect(await foundIds(store(), alice, { text })).toEqual([])
    for (const text of ['delta', 'epsilon']) expect(await foundIds(store(), alice, { text })).toEqual([id])
  })

  it('applies access before the limit: a crowd of others’ better matches hides nothing', async () => {
    for (let i = 0; i < 300; i++) await put(store(), { content: `lighthouse lighthouse ${i}`, agent_id: 'bob' })
    const mine = await put(store(), { content: `one lighthouse in a much longer text about other things` })
    expect(await foundIds(store(), alice, { text: 'lighthouse', candidateLimit: 5 })).toEqual([mine.id])
  })

  describe('filters apply before the limit', () => {
    it.each([
      ['tags', { tags: ['wanted'] }],
      ['importance', { minImportance: 0.9 }],
      ['agent', { agentId: 'carol' }],
      ['namespace', { namespace: 'team-z' }],
      ['since', { since: at(-1) }],
      ['level', { accessLevel: 'system' }],
      ['pinned', { pinned: true }],
    ] satisfies [string, Partial<CandidateQuery>][])('%s', async (_, filter) => {
      for (let i = 0; i < 60; i++) await put(store(), { content: `harbour harbour ${i}`, access_level: 'public', created_at: at(-60) })
      const wanted = await put(store(), {
        content: 'a harbour among rather many other words that make it longer',
        tags: ['wanted'],
        importance: 1,
        agent_id: 'carol',
        namespace: 'team-z',
        access_level: 'system',
        pinned: true,
      })
      expect(await foundIds(store(), alice, { text: 'harbour', candidateLimit: 3, ...filter })).toEqual([wanted.id])
    })
  })

  it('leaves out others’ memories when asked for its own', async () => {
    await put(store(), { content: 'shared topic', agent_id: 'bob', access_level: 'public' })
    const own = await put(store(), { content: 'own topic' })
    expect(await foundIds(store(), alice, { text: 'topic', includeShared: false })).toEqual([own.id])
    expect(await foundIds(store(), alice, { text: 'topic' })).toHaveLength(2)
  })

  it('leaves out what is superseded, unless asked for, as long as its successor is there to be seen', async () => {
    const old = await put(store(), { content: 'policy of old', access_level: 'team' })
    const next = await put(store(), { content: 'policy of today', links: [{ to: old.id, kind: 'supersedes' }] })
    expect(await foundIds(store(), alice, { text: 'policy' })).toEqual([next.id])
    expect(await foundIds(store(), alice, { text: 'policy', includeSuperseded: true })).toHaveLength(2)
    expect(await foundIds(store(), bob, { text: 'policy' })).toEqual([old.id])
    await store().trash(next.id, by(alice))
    expect(await foundIds(store(), OWNER, { text: 'policy' })).toEqual([old.id])
  })
}
