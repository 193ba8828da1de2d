import { describe, expect, it } from 'vitest'
import { alice, embed, foundIds, OWNER, put, T0, vector } from '../fixtures.conformance.ts'
import { inspectPostgres, openPostgresStores } from './open-postgres-stores.ts'
import { MIGRATIONS } from './migrations/index.ts'
import { prepareDatabase } from './postgres-migrator.ts'
import { describePostgres, optionsOf, runSql } from './postgres.fixture.ts'

describePostgres('opening a Postgres database', (cluster) => {
  it('makes the tables once, though four open it at once', async () => {
    const url = cluster().createDatabase('fresh')
    expect(await inspectPostgres(optionsOf(url))).toBeUndefined()
    const opened = await Promise.all(Array.from({ length: 4 }, () => openPostgresStores(optionsOf(url))))
    for (const { memories } of opened) await put(memories)
    expect(await opened[0]?.memories.count(OWNER, T0)).toBe(4)
    expect(await runSql(url, 'SELECT version FROM schema_versions ORDER BY version')).toEqual(
      MIGRATIONS.map(({ version }) => ({ version })),
    )
    await Promise.all(opened.map(({ memories }) => memories.close()))
    expect(await inspectPostgres(optionsOf(url))).toEqual([])
  })

  it('does each further step once, and nothing of one that fails', async () => {
    const url = cluster().createDatabase('steps')
    const next = { version: MIGRATIONS.length + 1, sql: 'CREATE TABLE later (x INTEGER)' }
    await prepareDatabase(optionsOf(url))
    await Promise.all(Array.from({ length: 3 }, () => prepareDatabase(optionsOf(url), [...MIGRATIONS, next])))
    const broken = { version: next.version + 1, sql: 'CREATE TABLE half (x INTEGER); SELECT 1 / 0' }
    await expect(prepareDatabase(optionsOf(url), [...MIGRATIONS, next, broken])).rejects.toThrow('division by zero')
    expect(await runSql(url, "SELECT max(version) AS version, to_regclass('tmws.half') AS half FROM schema_versions")).toEqual([
      { version: next.version, half: null },
    ])
  })

  it('goes on with a graph of before, which holds all vectors', async () => {
    const url = cluster().createDatabase('before')
    await prepareDatabase(optionsOf(url), MIGRATIONS.slice(0, 6))
    await runSql(
      url,
      `INSERT INTO embedding_models (name, dimensions, state) VALUES ('model-1', 16, 'in-use');
       CREATE TABLE searched_vectors_1 (memory_seq BIGINT NOT NULL, vector halfvec(16) NOT NULL);
       CREATE INDEX searched_vectors_1_memory ON searched_vectors_1 (memory_seq);
       CREATE INDEX searched_vectors_1_nearest ON searched_vectors_1 USING hnsw (vector halfvec_cosine_ops);
       INSERT INTO searched_vectors_1 VALUES (1000, '[1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]')`,
    )
    const { memories } = await openPostgresStores(optionsOf(url))
    const memory = await put(memories)
    await embed(memories, memory, [vector(3)])
    expect(await foundIds(memories, alice, { vector: { values: vector(3), modelId: 'model-1' } })).toEqual([memory.id])
    expect(await runSql(url, 'SELECT DISTINCT in_graph FROM searched_vectors_1')).toEqual([{ in_graph: true }])
    await memories.close()
  })

  it('refuses what a newer version or another program has made', async () => {
    const newer = cluster().createDatabase('newer')
    await prepareDatabase(optionsOf(newer))
    await runSql(newer, 'INSERT INTO schema_versions (version) VALUES (99)')
    await expect(openPostgresStores(optionsOf(newer))).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(
        new RegExp(`newer version of this program \\(schema 99, known here: ${MIGRATIONS.length}\\)`),
      ) as string,
    })
    const foreign = cluster().createDatabase('foreign')
    await runSql(foreign, 'CREATE SCHEMA tmws; CREATE TABLE tmws.memories (x INTEGER)')
    await expect(openPostgresStores(optionsOf(foreign))).rejects.toThrow('holds tables of another program')
  })

  describe('for a user with few rights', () => {
    it('says that the extension must be added, and works once it and the schema are there', async () => {
      const url = new URL(cluster().createDatabase('guarded'))
      await runSql(url.href, "CREATE ROLE guest LOGIN PASSWORD 'hunter2'")
      url.username = 'guest'
      url.password = 'hunter2'
      const refusal: unknown = await openPostgresStores(optionsOf(url.href)).catch((error: unknown) => error)
      expect(refusal).toMatchObject({ code: 'unavailable', message: expect.stringContaining('CREATE EXTENSION vector') as string })
      expect(String(refusal)).not.toContain('hunter2')
      const admin = new URL(url)
      admin.username = 'tmws'
      await runSql(admin.href, 'CREATE EXTENSION vector; CREATE SCHEMA tmws AUTHORIZATION guest')
      const stores = await openPostgresStores(optionsOf(url.href))
      await put(stores.memories)
      await stores.memories.close()
    })
  })

  it('says which database it cannot reach, and never with what password', async () => {
    const url = cluster().url.replace('tmws@', 'me:hunter2@').replace(/tmws$/, 'absent')
    const refusal: unknown = await openPostgresStores(optionsOf(url)).catch((error: unknown) => error)
    expect(refusal).toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/\(database at 127\.0\.0\.1:\d+\/absent\)$/) as string,
    })
    expect(JSON.stringify(refusal) + String(refusal)).not.toContain('hunter2')
  })

  it('indexes the words anew when they were indexed by other rules', async () => {
    const url = cluster().createDatabase('rules')
    const before = await openPostgresStores(optionsOf(url))
    const { id } = await put(before.memories, { content: 'a walrus', tags: ['sea'] })
    await before.memories.close()
    await runSql(
      url,
      "UPDATE index_state SET value = 0 WHERE name = 'search-text'; UPDATE memory_words SET term = 'wrong' WHERE term = 'walru'",
    )
    const [first, second] = await Promise.all([openPostgresStores(optionsOf(url)), openPostgresStores(optionsOf(url))])
    const found = await first.memories.candidates(
      { now: T0, text: 'walrus', candidateLimit: 5, includeShared: true, includeSuperseded: false },
      OWNER,
    )
    expect(found.candidates.map((one) => one.id)).toEqual([id])
    expect(await second.memories.checkIntegrity()).toEqual([])
    await Promise.all([first.memories.close(), second.memories.close()])
  })
})
