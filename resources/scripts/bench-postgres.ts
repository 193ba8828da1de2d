// Search on Postgres at a size: recall and time of the vector leg by how many memories a filter lets pass, and time of the keyword leg
// by how common its words are. `npm run bench:postgres -- [memories] [dimensions]`
import { mkdirSync, writeFileSync } from 'node:fs'
import pg from 'pg'
import { startPostgresCluster } from './postgres-cluster.ts'
import { silentLog } from '../../src-main/base/log.ts'
import { OWNER_SCOPE as owner } from '../../src-main/contract/scope.ts'
import type { MemoryStore } from '../../src-main/storage/memory-store.ts'
import { openPostgresStores } from '../../src-main/storage/postgres/open-postgres-stores.ts'

const [memories = 50_000, dimensions = 384] = process.argv.slice(2).map(Number)
const QUESTIONS = 20
const WANTED = 100
const NOW = '2026-11-22T09:30:00.000Z'

const cluster = await startPostgresCluster()
if (!cluster) throw new Error('There is no PostgreSQL with pgvector; run node resources/scripts/setup-postgres.ts')
try {
  const stores = await openPostgresStores({
    url: cluster.url,
    poolSize: 4,
    connectTimeoutMs: 3_000,
    statementTimeoutMs: 120_000,
    log: silentLog,
  })
  await fill(cluster.url)
  const rows = [...(await vectors(stores.memories, cluster.url)), ...(await words(stores.memories))]
  console.table(rows)
  mkdirSync('test-results', { recursive: true })
  writeFileSync('test-results/bench-postgres-search.json', JSON.stringify({ memories, dimensions, rows }, undefined, 2))
  await stores.memories.close()
} catch (error) {
  console.error(error)
  process.exitCode = 1
} finally {
  await cluster.remove()
}

/** Memories as an import would leave them: clustered vectors, words by Zipf's law, one in 10, 100, 1000, 10000 with a tag of that name. */
async function fill(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  const begun = performance.now()
  const step = async (what: string, text: string): Promise<void> => {
    await client.query(text)
    console.log(`${what}: ${Math.round((performance.now() - begun) / 1000)} s`)
  }
  await client.query('SET search_path = tmws, public; SET work_mem = "256MB"; SELECT setseed(0.5)')
  await step(
    'memories',
    `INSERT INTO memories (id, agent_id, namespace, access_level, importance, pinned, created_at, updated_at, access_count, version, content_version, content_hash, context, content)
     SELECT 'id' || i, 'agent' || i % 1000, 'team', CASE WHEN i % 3 = 0 THEN 'public' ELSE 'private' END, (i % 100) / 100.0, 0, 1700000000000 + i, 1700000000000 + i, 0, 1, 1, 'hash' || i, '{}', repeat('content ', 40)
     FROM generate_series(1, ${memories}) i`,
  )
  await client.query(
    `INSERT INTO memory_tags SELECT seq, n, 'one-in-' || 10 ^ n FROM memories, generate_series(1, 4) n WHERE seq % (10 ^ n)::int = 0`,
  )
  await step(
    'words',
    `INSERT INTO memory_words SELECT DISTINCT ON (term, seq) term, seq, 1, 40
     FROM (SELECT 'w' || floor(exp(random() * ln(100000)))::int AS term, seq FROM memories, generate_series(1, 40)) w`,
  )
  await client.query(
    `INSERT INTO memory_documents SELECT seq, 40 FROM memories; UPDATE word_totals SET documents = ${memories}, length = ${40 * memories} WHERE share = 0`,
  )
  await client.query(
    `INSERT INTO embedding_models (name, dimensions) VALUES ('bench', ${dimensions}); CREATE TABLE searched_vectors_1 (memory_seq BIGINT NOT NULL, vector halfvec(${dimensions}) NOT NULL, in_graph BOOLEAN NOT NULL DEFAULT TRUE)`,
  )
  await step(
    'vectors',
    `CREATE TEMP TABLE centres AS SELECT c, array_agg(random() - 0.5) AS v FROM generate_series(0, 499) c, generate_series(1, ${dimensions}) GROUP BY c;
     INSERT INTO searched_vectors_1 (memory_seq, vector)
     SELECT seq, (SELECT array_agg(x + 0.6 * (random() - 0.5) + 0 * seq) FROM unnest(v) x)::real[]::halfvec FROM memories JOIN centres ON c = (seq * 7919) % 500`,
  )
  await step(
    'graph',
    `SET maintenance_work_mem = '1GB'; CREATE INDEX ON searched_vectors_1 USING hnsw (vector halfvec_cosine_ops) WITH (m = 32, ef_construction = 128) WHERE in_graph; CREATE INDEX ON searched_vectors_1 (memory_seq); CREATE INDEX ON searched_vectors_1 (memory_seq) WHERE NOT in_graph`,
  )
  await client.query('VACUUM ANALYZE')
  await client.end()
}

async function vectors(store: MemoryStore, url: string): Promise<object[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  await client.query('SET search_path = tmws, public')
  const rows: object[] = []
  for (const tag of [undefined, 'one-in-10', 'one-in-100', 'one-in-1000', 'one-in-10000']) {
    const times: number[] = []
    let found = 0
    let all = 0
    for (let question = 0; question < QUESTIONS; question++) {
      const { rows: picked } = await client.query<{ vector: string }>(
        `SELECT vector::text AS vector FROM searched_vectors_1 WHERE memory_seq = $1`,
        [1 + question * 97],
      )
      const values = Float32Array.from(JSON.parse(picked[0]?.vector ?? '[]') as number[], (value) => value + 0.3 * (Math.random() - 0.5))
      const truth = await client.query<{ id: string }>(
        `SELECT m.id FROM searched_vectors_1 v JOIN memories m ON m.seq = v.memory_seq
         ${tag === undefined ? '' : `WHERE m.seq IN (SELECT memory_seq FROM memory_tags WHERE tag = '${tag}')`}
         ORDER BY (v.vector <=> $1::halfvec) + 0 LIMIT ${WANTED}`,
        [`[${values.join(',')}]`],
      )
      const begun = performance.now()
      const answer = await store.candidates(
        {
          now: NOW,
          vector: { values, modelId: 'bench' },
          // A leg brings half of what is wanted of it at least.
          candidateLimit: 2 * WANTED,
          includeShared: true,
          includeSuperseded: false,
          ...(tag !== undefined && { tags: [tag] }),
        },
        owner,
      )
      times.push(performance.now() - begun)
      const ids = new Set(answer.candidates.map(({ id }) => id))
      found += truth.rows.filter(({ id }) => ids.has(id)).length
      all += truth.rows.length
    }
    rows.push({
      leg: 'meaning',
      what: tag ?? 'no filter',
      p50_ms: median(times),
      worst_ms: Math.round(Math.max(...times)),
      recall: Number((found / all).toFixed(4)),
    })
  }
  await client.end()
  return rows
}

async function words(store: MemoryStore): Promise<object[]> {
  const rows: object[] = []
  const agent = { kind: 'agent', agentId: 'agent7', namespace: 'other', isAdmin: false } as const
  for (const text of ['w1', 'w3', 'w10', 'w100', 'w9999', 'w3 w10 w200 w5000 w40000']) {
    for (const scope of [owner, agent]) {
      const times: number[] = []
      for (let round = 0; round < 5; round++) {
        const begun = performance.now()
        await store.candidates({ now: NOW, text, candidateLimit: WANTED, includeShared: scope === owner, includeSuperseded: false }, scope)
        times.push(performance.now() - begun)
      }
      rows.push({
        leg: 'words',
        what: `${text} (${scope === owner ? 'all' : 'of one agent in 1000'})`,
        p50_ms: median(times),
        worst_ms: Math.round(Math.max(...times)),
      })
    }
  }
  return rows
}

function median(times: readonly number[]): number {
  return Math.round(10 * (times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0)) / 10
}
