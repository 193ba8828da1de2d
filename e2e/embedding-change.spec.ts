import { RestClient } from './clients/rest-client.ts'
import { FakeOpenAi } from './processes/fake-openai.ts'
import { expect, test } from './fixtures.ts'
import { until } from './processes/until.ts'
import type { RunningServer } from './processes/server-process.ts'

const MEMORIES = 200
/** Texts that are embedded and kept together. */
const BATCH = 32
const TOPICS = [
  'The customer pays each invoice within thirty days of billing.',
  'Roses and bees fill the garden behind the old house.',
  'The database is backed up every night at two o’clock.',
  'Trains to the coast leave from platform four.',
]
const QUESTION = 'flowers outside the cottage'
const KEY = 'sk-e2e-secret-key'

interface Hit {
  readonly content: string
  readonly why: { readonly vector?: number }
}

const agent = (server: RunningServer) => new RestClient(server.apiUrl, { agentId: 'ada' })

async function fill(server: RunningServer): Promise<void> {
  const client = agent(server)
  for (let i = 0; i < MEMORIES; i += 1) {
    const { status } = await client.post('/memory', { content: `${TOPICS[i % TOPICS.length] ?? ''} (note ${i})` })
    expect(status).toBe(201)
  }
}

async function search(server: RunningServer): Promise<{ hits: Hit[]; degraded: unknown }> {
  const { body, status, text } = await agent(server).post('/memory/search', { query: QUESTION, mode: 'vector', limit: 5 })
  expect(status, text).toBe(200)
  return { hits: body['memories'] as Hit[], degraded: body['degraded'] }
}

const embedding = async (server: RunningServer) => (await server.health()).checks.embedding
const isWhole = async (server: RunningServer) => (await search(server)).degraded === undefined

test(
  'another model takes over in the background, through a crash, while every search is answered by meaning; and back again',
  { tag: '@stores' },
  async ({ makePlace, closing }) => {
    test.setTimeout(180_000)
    const place = makePlace()
    const fake = closing(await FakeOpenAi.start())
    const local = await (await place.start()).untilHealthy()
    await fill(local)
    await until('every memory to have its vector', () => isWhole(local), 60_000)
    const { model: before } = await embedding(local)
    const { hits: expected } = await search(local)
    expect(expected.every(({ content }) => content.includes('Roses'))).toBe(true)
    await local.stop()

    const env = {
      TMWS_EMBEDDING_PROVIDER: 'openai',
      TMWS_EMBEDDING_URL: `${fake.url}/v1`,
      TMWS_EMBEDDING_MODEL: 'fake-large',
      TMWS_EMBEDDING_API_KEY: KEY,
      TMWS_EMBEDDING_BATCH_SIZE: '8',
      TMWS_LOG_LEVEL: 'debug',
    }
    fake.delayMs = 1_500
    const first = await place.start({ env })
    await until(
      'the change to be under way, and the former model to be loaded',
      async () => {
        const { status, change } = await embedding(first)
        return status === 'healthy' && change !== undefined && fake.texts >= 24
      },
      60_000,
    )
    const during = await search(first)
    expect(during).toMatchObject({ degraded: undefined })
    expect(during.hits.every(({ content, why }) => content.includes('Roses') && why.vector !== undefined)).toBe(true)
    expect(await embedding(first)).toMatchObject({ status: 'healthy', model: before, change: { from: before, total: MEMORIES } })
    const stats = await agent(first).get('/stats')
    expect(stats.body['embedding']).toMatchObject({ model: before, change: { total: MEMORIES } })
    expect((await place.doctor()).stdout).toMatch(
      /Vectors\s+searches use .*; changes to openai:fake-large.* of 200 memories are embedded anew/,
    )
    await first.kill()

    const second = await (await place.start({ env })).untilHealthy()
    let searches = 0
    while ((await embedding(second))['model'] === before || fake.texts < MEMORIES) {
      const { status, body } = await agent(second).post('/memory/search', { query: QUESTION, limit: 5 })
      expect(status).toBe(200)
      expect((body['memories'] as Hit[]).length, String(body['degraded'])).toBeGreaterThan(0)
      searches += 1
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    expect(searches).toBeGreaterThan(5)
    expect(await embedding(second)).toMatchObject({
      status: 'healthy',
      dimensions: fake.dimensions,
      model: expect.stringMatching(/^openai:fake-large@/),
    })
    // What the killed server had kept was not embedded again: at most the batch that it was keeping, and the one at the model.
    expect(fake.texts).toBeLessThanOrEqual(MEMORIES + 2 * BATCH)
    expect(await isWhole(second)).toBe(true)
    expect(fake.keys).toEqual(new Set([`Bearer ${KEY}`]))
    const shown = [second.process.stderr, first.process.stderr, JSON.stringify(await second.health()), (await place.doctor()).stdout].join(
      '\n',
    )
    expect(shown).not.toContain(KEY)
    await second.stop()

    const back = await place.start()
    await until(
      'the shipped model to be in use again',
      async () => {
        const { model, change } = await embedding(back)
        return model === before && change === undefined
      },
      60_000,
    )
    expect((await search(back)).hits.every(({ content }) => content.includes('Roses'))).toBe(true)
    await back.stop()
  },
)

test('a server with a wrong key says so, and the former model goes on answering', async ({ makePlace, closing }) => {
  const place = makePlace()
  const fake = closing(await FakeOpenAi.start())
  const local = await (await place.start()).untilHealthy()
  await agent(local).post('/memory', { content: TOPICS[1] })
  await until('the memory to have its vector', () => isWhole(local), 30_000)
  await local.stop()
  fake.refuses = true
  const env = {
    TMWS_EMBEDDING_PROVIDER: 'openai',
    TMWS_EMBEDDING_URL: `${fake.url}/v1`,
    TMWS_EMBEDDING_MODEL: 'm',
    TMWS_EMBEDDING_API_KEY: KEY,
  }
  const server = await place.start({ env })
  await until('the health to say why', async () => /refuses the key \(401\)/.test((await embedding(server)).message ?? ''), 30_000)
  await until('the former model to answer', async () => (await search(server)).hits[0]?.why.vector !== undefined, 30_000)
  expect(JSON.stringify(await server.health())).not.toContain(KEY)
  await server.stop()
})
