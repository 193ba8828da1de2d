import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Log } from '../../base/log.ts'
import type { Embedder, EmbedderState } from '../embedder.ts'
import { NO_PREFIXES } from '../prompt-prefixes.ts'
import { FakeEmbeddingServer, sendJson, times } from '../testing/fake-embedding-server.ts'
import type { Fault } from '../testing/fake-embedding-server.ts'
import { openHttpEmbedder } from './http-embedder.ts'
import type { HttpEmbedderOptions } from './http-embedder.ts'

const KEY = 'sk-very-secret-0123456789'

let fake: FakeEmbeddingServer
let logged: string[]
const opened: Embedder[] = []
beforeEach(async () => {
  fake = await FakeEmbeddingServer.start()
  logged = []
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map((embedder) => embedder.close()))
  await fake.stop()
  // Whatever a test did: the key is nowhere.
  expect(logged.join('\n')).not.toContain('secret')
})

const keeping = (facts: object, sentence: string) => void logged.push(`${sentence} ${JSON.stringify(facts)}`)
const log: Log = { debug: keeping, info: keeping, warn: keeping, error: keeping, child: () => log }

function open(options: Partial<HttpEmbedderOptions> = {}): Embedder {
  const embedder = openHttpEmbedder({
    provider: 'openai',
    url: `${fake.url}/v1`,
    model: 'fake',
    apiKey: KEY,
    prefixes: NO_PREFIXES,
    log,
    firstRetryMs: 20,
    timeoutMs: 1_000,
    ...options,
  })
  opened.push(embedder)
  return embedder
}

function until(embedder: Embedder, status: EmbedderState['status']): Promise<EmbedderState> {
  if (embedder.state.status === status) return Promise.resolve(embedder.state)
  return new Promise((resolve) => {
    const leave = embedder.onStateChange((state) => {
      if (state.status === status) resolve((leave(), state))
    })
  })
}

async function ready(options: Partial<HttpEmbedderOptions> = {}): Promise<Embedder> {
  const embedder = open(options)
  await until(embedder, 'ready')
  return embedder
}

/** What the server gives for a text, at length 1. */
async function expected(text: string): Promise<number[]> {
  const vector = await fake.vectorOf(text)
  const length = Math.hypot(...vector)
  return vector.map((number) => expect.closeTo(number / length, 5) as number)
}

const always = (fault: Fault): Fault => fault
const status =
  (code: number, body: unknown = {}, headers: Record<string, string> = {}): Fault =>
  (_request, response) => {
    sendJson(response, code, body, headers)
    return true
  }

describe('an embedding server', () => {
  it.each(['openai', 'ollama'] as const)('of %s gives unit vectors in the order of the texts', async (provider) => {
    const embedder = await ready({ provider, url: provider === 'openai' ? `${fake.url}/v1` : fake.url })
    const texts = ['one', 'two', 'three']
    const vectors = await embedder.embedTexts(texts)
    for (const [i, text] of texts.entries()) expect([...(vectors[i]?.[0] ?? [])]).toEqual(await expected(text))
    expect([...(await embedder.embedQuery('two'))]).toEqual(await expected('two'))
    expect(embedder.dimensions).toBe(48)
    expect(fake.requests.at(-1)).toMatchObject({
      path: provider === 'openai' ? '/v1/embeddings' : '/api/embed',
      headers: { authorization: `Bearer ${KEY}` },
      body: { model: 'fake' },
    })
  })

  it('is asked for numbers when it does not take base64', async () => {
    fake.faults.push(
      (request, response) => request.body['encoding_format'] === 'base64' && status(400, { error: 'what?' })(request, response),
    )
    const embedder = await ready()
    expect([...((await embedder.embedTexts(['x']))[0]?.[0] ?? [])]).toEqual(await expected('x'))
  })

  it('gets questions and texts with the words its model wants', async () => {
    const embedder = await ready({ prefixes: { query: 'query: ', text: 'passage: ' } })
    await embedder.embedQuery('q')
    await embedder.embedTexts(['t'])
    expect(fake.texts).toEqual(['query: q', 'passage: t'])
  })

  it('has an id that changes with whatever changes the vectors', async () => {
    const ids = new Set<string>()
    for (const options of [
      {},
      { model: 'other' },
      { prefixes: { query: 'q', text: '' } },
      { url: `${fake.url}/other/v1/embeddings` },
      { provider: 'ollama' as const, url: fake.url },
    ])
      ids.add((await ready(options)).modelId)
    fake.dimensions = 32
    ids.add((await ready()).modelId)
    fake.digest = 'digest-2'
    ids.add((await ready({ provider: 'ollama', url: fake.url })).modelId)
    expect(ids.size).toBe(7)
    expect((await ready()).modelId).toBe((await ready()).modelId)
  })

  it('is asked in batches of the set size, few at a time, and long texts in windows', async () => {
    const embedder = await ready({ batchSize: 5 })
    await embedder.embedTexts(Array.from({ length: 43 }, (_, i) => `text ${i}`))
    expect(Math.max(...fake.requests.map(({ texts }) => texts.length))).toBe(5)
    expect(fake.mostInFlight).toBeLessThanOrEqual(4)
    const [windows] = await embedder.embedTexts(['word '.repeat(2_000)])
    expect(windows?.length).toBeGreaterThan(4)
    expect(Math.max(...fake.texts.map(({ length }) => length))).toBeLessThanOrEqual(2_000)
  })

  it('that takes only short or few texts gets them so, and nothing is lost', async () => {
    fake.faults.push((request, response) => {
      const isTooMuch = request.texts.length > 3 || request.texts.some(({ length }) => length > 600)
      return isTooMuch && status(413)(request, response)
    })
    const embedder = await ready()
    const long = Array.from({ length: 200 }, (_, i) => `word${i}`).join(' ')
    const vectors = await embedder.embedTexts([...Array.from({ length: 10 }, (_, i) => `text ${i}`), long])
    expect(vectors.slice(0, 10).every(({ length }) => length === 1)).toBe(true)
    expect(vectors[10]?.length).toBeGreaterThanOrEqual(2)
    for (let i = 0; i < 200; i++) expect(fake.texts.some((text) => text.length <= 600 && text.split(' ').includes(`word${i}`))).toBe(true)
  })
})

describe('an embedding server with faults', () => {
  const passing: [string, Fault][] = [
    ['500', status(500, { error: { message: 'oops' } })],
    ['503 without a body', (_request, response) => (response.writeHead(503).end(), true)],
    ['a reset connection', (_request, response) => (response.destroy(), true)],
    ['no JSON', (_request, response) => (response.end('<html>'), true)],
    [
      'half an answer',
      (_request, response) => (response.writeHead(200, { 'content-length': '999' }).write('{"data'), response.destroy(), true),
    ],
    ['too few vectors', status(200, { data: [] })],
    [
      'a number that is none',
      (request, response) =>
        status(200, { data: request.texts.map((_, index) => ({ index, embedding: [1, null, 'x'] })) })(request, response),
    ],
    [
      'one index twice',
      (request, response) => status(200, { data: request.texts.map(() => ({ index: 0, embedding: [1, 2] })) })(request, response),
    ],
  ]
  it.each(passing)('(%s) is asked again', async (_what, fault) => {
    const embedder = await ready()
    fake.faults.push(times(2, fault))
    const vectors = await embedder.embedTexts(['a', 'b'])
    expect([...(vectors[1]?.[0] ?? [])]).toEqual(await expected('b'))
    expect(embedder.state.status).toBe('ready')
  })

  it('that hangs is given up after the time limit and asked again', async () => {
    const embedder = await ready({ timeoutMs: 150 })
    fake.faults.push(times(1, () => true))
    expect(await embedder.embedTexts(['a'])).toHaveLength(1)
  })

  it('that limits requests is left alone for as long as it asks', async () => {
    const embedder = await ready()
    fake.faults.push(times(1, status(429, { error: { message: 'slow down' } }, { 'retry-after': '1' })))
    const start = performance.now()
    await embedder.embedTexts(['a'])
    expect(performance.now() - start).toBeGreaterThan(900)
    expect(fake.texts).toHaveLength(2)
  })

  it('that is away says so, names the setting, and is back by itself', async () => {
    const embedder = await ready()
    const { port } = fake
    await fake.stop()
    await expect(embedder.embedTexts(['a'])).rejects.toMatchObject({ code: 'unavailable' })
    expect(embedder.state).toMatchObject({
      status: 'failed',
      message: expect.stringMatching(/cannot be reached \(\w+\); check TMWS_EMBEDDING_URL\.$/) as string,
    })
    const { retryAtMs } = embedder.state as { retryAtMs: number }
    expect(retryAtMs - Date.now()).toBeLessThan(2_000)
    fake = await FakeEmbeddingServer.start(port)
    await until(embedder, 'ready')
    expect(await embedder.embedQuery('x')).toHaveLength(48)
  })

  it.each([
    [401, /refuses the key \(401\); check TMWS_EMBEDDING_API_KEY\.$/],
    [403, /refuses the key \(403\)/],
    [404, /no such address or model \(404.*check TMWS_EMBEDDING_URL and TMWS_EMBEDDING_MODEL\.$/],
    [400, /rejects the request \(400.*check TMWS_EMBEDDING_MODEL and TMWS_EMBEDDING_DIMENSIONS\.$/],
    [302, /its final address/],
  ])('that refuses us with %i and echoes the key: a sentence without it, and a slow recheck', async (code, sentence) => {
    fake.faults.push(
      always((request, response) =>
        status(code, { error: { message: `bad ${String(request.headers.authorization)} or ${KEY}` } })(request, response),
      ),
    )
    const embedder = open()
    const state = (await until(embedder, 'failed')) as { message: string; retryAtMs: number }
    expect(state.message).toMatch(sentence)
    expect(state.message).not.toContain('secret')
    expect(state.retryAtMs - Date.now()).toBeGreaterThan(200_000)
    const error: unknown = await embedder.embedQuery('x').catch((caught: unknown) => caught)
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('secret')
  })

  it('that suddenly gives other dimensions is not believed, and nothing of it is kept', async () => {
    const embedder = await ready()
    fake.dimensions = 32
    await expect(embedder.embedTexts(['a'])).rejects.toMatchObject({ code: 'unavailable' })
    expect(embedder.state).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('32 dimensions, and gave 48 before') as string,
    })
    expect(embedder.dimensions).toBe(48)
  })

  it('that rejects one text takes the others, and the fault is that text’s own', async () => {
    fake.faults.push(
      (request, response) =>
        request.texts.includes('poison') && status(400, { error: { message: 'the text poison is bad' } })(request, response),
    )
    const embedder = await ready()
    const failure: unknown = await embedder.embedTexts(['a', 'poison', 'b']).catch((error: unknown) => error)
    expect(failure).not.toHaveProperty('code')
    expect(String(failure)).not.toContain('poison')
    expect(embedder.state.status).toBe('ready')
    expect(await embedder.embedTexts(['a', 'b'])).toHaveLength(2)
  })

  it('lets an aborted caller go, and everybody when it closes', async () => {
    const embedder = await ready()
    fake.faults.push(times(9, () => true))
    const abort = new AbortController()
    const aborted = embedder.embedTexts(['a'], abort.signal)
    const waiting = embedder.embedQuery('b')
    abort.abort(new Error('changed my mind'))
    await expect(aborted).rejects.toThrow('changed my mind')
    const closed = expect(waiting).rejects.toMatchObject({ code: 'unavailable' })
    await embedder.close()
    await closed
    expect(embedder.state).toEqual({ status: 'off' })
  })
})
