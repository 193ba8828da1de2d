import { spawnSync } from 'node:child_process'
import { cp, mkdtemp, open, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { buildModel, MODEL_FOLDER } from '../../resources/scripts/build-model.ts'
import { silentLog } from '../base/log.ts'
import type { Embedder, EmbedderState } from './embedder.ts'
import { openLocalEmbedder } from './local-embedder.ts'
import type { LocalEmbedderOptions } from './local-embedder.ts'
import { LOCAL_MODEL } from './model-manifest.ts'

const opened: Embedder[] = []
const folders: string[] = []

beforeAll(() => buildModel({ log: () => undefined }))
afterEach(async () => {
  await Promise.all(opened.splice(0).map((embedder) => embedder.close()))
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })))
})

function openEmbedder(options: Partial<LocalEmbedderOptions> = {}): Embedder {
  const embedder = openLocalEmbedder({ modelFolder: MODEL_FOLDER, log: silentLog, firstRetryMs: 50, ...options })
  opened.push(embedder)
  return embedder
}

/** A model of its own that a test may break. */
async function copyOfModel(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tmws-model-'))
  folders.push(folder)
  await cp(MODEL_FOLDER, folder, { recursive: true })
  return folder
}

/** Resolves once the state has that status, now or later. */
function until(embedder: Embedder, status: EmbedderState['status']): Promise<EmbedderState> {
  if (embedder.state.status === status) return Promise.resolve(embedder.state)
  return new Promise((resolve) => {
    const leave = embedder.onStateChange((state) => {
      if (state.status !== status) return
      leave()
      resolve(state)
    })
  })
}

async function readyEmbedder(options: Partial<LocalEmbedderOptions> = {}): Promise<Embedder> {
  const embedder = openEmbedder(options)
  await until(embedder, 'ready')
  return embedder
}

const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, number, i) => sum + number * (b[i] ?? 0), 0)
const sentence = (i: number) => `Number ${i}: the garden behind the old house was full of roses and bees. `

describe('a second thread', () => {
  const texts = Array.from({ length: 20 }, (_, i) => (i % 7 === 0 ? sentence(i).repeat(30) : sentence(i)))

  /** A log that counts the threads that have come up. */
  function countingLog() {
    let ready = 0
    const info = (_: unknown, message: string) => void (ready += message === 'the embedding model is ready' ? 1 : 0)
    return { log: { ...silentLog, info } as typeof silentLog, ready: () => ready }
  }

  it('helps with much to embed, and the vectors are the same', async () => {
    const { log, ready } = countingLog()
    const alone = await readyEmbedder({ helpAfterMs: Infinity })
    const helped = await readyEmbedder({ helpAfterMs: 0, log })
    const expected = await alone.embedTexts(texts)
    // The first call opens it, and waits for nothing.
    expect(await helped.embedTexts(texts)).toEqual(expected)
    while (ready() < 2) await new Promise((resolve) => setTimeout(resolve, 20))
    expect(await helped.embedTexts(texts)).toEqual(expected)
  })

  it('is not opened for a few texts, nor where it may not be', async () => {
    const { log, ready } = countingLog()
    const few = await readyEmbedder({ helpAfterMs: 0, log })
    await few.embedTexts(texts.slice(0, 5))
    const never = await readyEmbedder({ helpAfterMs: Infinity, log })
    await never.embedTexts(texts)
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    expect(ready()).toBe(2)
  })
})

describe('the local embedder', () => {
  let embedder: Embedder
  beforeAll(async () => {
    embedder = openLocalEmbedder({ modelFolder: MODEL_FOLDER, log: silentLog })
    await until(embedder, 'ready')
  })
  afterAll(() => embedder.close())

  it('finds the text that means the same among texts that do not', async () => {
    const texts = [
      'Resetting lost login credentials',
      'Three eggs and a cup of flour',
      'The user prefers dark mode',
      'Deploys happen on Fridays',
    ]
    const vectors = (await embedder.embedTexts(texts)).map(([first]) => first!)
    const best = async (query: string) => {
      const vector = await embedder.embedQuery(query)
      const scores = vectors.map((candidate) => cosine(vector, candidate))
      return texts[scores.indexOf(Math.max(...scores))]
    }
    expect(await best('I forgot my password')).toBe(texts[0])
    expect(await best('how do I bake a cake?')).toBe(texts[1])
    expect(await best('which colour theme does she like')).toBe(texts[2])
    expect(await best('when do we release')).toBe(texts[3])
  })

  it('gives a text the same vector alone, among others, and as a query', async () => {
    const sameLength = Array.from({ length: 20 }, (_, i) => `I moved house number ${i % 10} on a ${i < 10 ? 'sunny' : 'windy'} day.`)
    const texts = ['short', sentence(1).repeat(3), 'a text of middling length, with a comma', '🙂', sentence(2).repeat(10), ...sameLength]
    const together = await embedder.embedTexts(texts)
    for (const [i, text] of texts.entries()) {
      const [[alone]] = (await embedder.embedTexts([text])) as [[Float32Array]]
      expect(together[i]?.[0]).toEqual(alone)
      expect(await embedder.embedQuery(text)).toEqual(alone)
    }
  })

  it('gives a long text a vector per window, each near what stands in it', async () => {
    const text = sentence(0).repeat(30) + 'The treaty on fishing quotas was signed in Oslo. '.repeat(30)
    const [windows] = (await embedder.embedTexts([text])) as [Float32Array[]]
    expect(windows.length).toBeGreaterThanOrEqual(3)
    const garden = await embedder.embedQuery('flowers in a garden')
    const treaty = await embedder.embedQuery('international agreement about fish')
    expect(cosine(windows[0]!, garden)).toBeGreaterThan(cosine(windows.at(-1)!, garden) + 0.2)
    expect(cosine(windows.at(-1)!, treaty)).toBeGreaterThan(cosine(windows[0]!, treaty) + 0.2)
  })

  it.each([
    ['nothing', ''],
    ['white space', ' \n\t\u00a0 '],
    ['control characters', '\u0000\u0001\u0007\u001b[31m\u007f\u0085'],
    ['emoji', '👩‍👩‍👧‍👦🏳️‍🌈🙂'],
    ['Chinese and Japanese', '东京的天气很好。今日は良い天気です。'],
    ['right-to-left text', 'مرحبا بالعالم שלום'],
    ['halves of characters', '\uD83D x \uDE00'],
    ['marks of the model', '[CLS] [SEP] [PAD] [UNK] [MASK]'],
    ['one endless word', 'x'.repeat(100_000)],
    ['combining marks', 'e' + '\u0301'.repeat(5_000)],
  ])('gives %s unit vectors', async (_what, text) => {
    const [windows] = (await embedder.embedTexts([text])) as [Float32Array[]]
    for (const vector of [...windows, await embedder.embedQuery(text)]) {
      expect(vector).toHaveLength(384)
      expect(Math.hypot(...vector)).toBeCloseTo(1, 4)
    }
  })

  it('embeds 100,000 characters of prose, and nothing beyond them', async () => {
    const text = Array.from({ length: 2_000 }, (_, i) => sentence(i)).join('')
    const [whole] = (await embedder.embedTexts([text.slice(0, 100_000)])) as [Float32Array[]]
    expect(whole.length).toBeGreaterThan(80)
    const lengths = whole.map((vector) => Math.hypot(...vector))
    expect(Math.min(...lengths)).toBeCloseTo(1, 4)
    expect((await embedder.embedTexts([text]))[0]).toHaveLength(whole.length)
  })

  it('answers no texts with no vectors', async () => {
    expect(await embedder.embedTexts([])).toEqual([])
  })

  it('lets a query pass texts that wait', async () => {
    const order: string[] = []
    const long = embedder.embedTexts([sentence(1).repeat(300)]).then(() => order.push('long'))
    const short = embedder.embedTexts(['short']).then(() => order.push('short'))
    const query = embedder.embedQuery('query').then(() => order.push('query'))
    await Promise.all([long, short, query])
    expect(order).toEqual(['query', 'short', 'long'])
  })

  it('lets an aborted caller go at once and drops its work', async () => {
    const abort = new AbortController()
    const startMs = performance.now()
    const texts = embedder.embedTexts([sentence(1).repeat(1_000)], abort.signal)
    const query = embedder.embedQuery('x', AbortSignal.abort(new Error('before')))
    abort.abort(new Error('changed my mind'))
    await expect(texts).rejects.toThrow('changed my mind')
    await expect(query).rejects.toThrow('before')
    await embedder.embedTexts(['next'])
    // The whole text would take seconds.
    expect(performance.now() - startMs).toBeLessThan(1_000)
  })
})

describe('the local embedder under load', () => {
  it('refuses queries and texts beyond its bounds, and takes them again later', async () => {
    const embedder = await readyEmbedder({ maxQueries: 2, maxTextCharacters: 10_000 })
    const taken = [embedder.embedQuery('a'), embedder.embedQuery('b'), embedder.embedTexts(['x'.repeat(20_000)])]
    await expect(embedder.embedQuery('c')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('too much') as string,
    })
    await expect(embedder.embedTexts(['d'])).rejects.toMatchObject({ code: 'unavailable' })
    await Promise.all(taken)
    await expect(embedder.embedQuery('c')).resolves.toHaveLength(384)
    await expect(embedder.embedTexts(['d'])).resolves.toHaveLength(1)
  })

  it('closes while busy, rejecting what waits', async () => {
    const embedder = await readyEmbedder()
    const outcomes = Promise.allSettled([embedder.embedTexts([sentence(1).repeat(1_000)]), embedder.embedQuery('q')])
    await Promise.all([embedder.close(), embedder.close()])
    const reasons = (await outcomes).map((outcome) => (outcome.status === 'rejected' ? (outcome.reason as unknown) : 'answered'))
    expect(reasons).toEqual([expect.objectContaining({ code: 'unavailable' }), expect.anything()])
    expect(embedder.state).toEqual({ status: 'off' })
    await expect(embedder.embedQuery('x')).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('closes while it loads, at any moment', async () => {
    for (const waitMs of [0, 20, 60, 100, 150]) {
      const embedder = openEmbedder()
      await new Promise((resolve) => setTimeout(resolve, waitMs))
      await embedder.close()
      expect(embedder.state).toEqual({ status: 'off' })
    }
  })
})

/** Runs a program that opens the embedder, gives it work, and then does `ending`. */
function runProgram(beforeWorkMs: number, ending: string): { readonly code: number | null; readonly errors: string } {
  const program = `
    import { openLocalEmbedder } from ${JSON.stringify(new URL('local-embedder.ts', import.meta.url).href)}
    import { silentLog } from ${JSON.stringify(new URL('../base/log.ts', import.meta.url).href)}
    const embedder = openLocalEmbedder({ modelFolder: ${JSON.stringify(MODEL_FOLDER)}, log: silentLog })
    await new Promise((resolve) => setTimeout(resolve, ${beforeWorkMs}))
    embedder.embedTexts(['one two three four '.repeat(5000)]).catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, 60))
    ${ending}`
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8', timeout: 15_000 })
  return { code: status, errors: stderr }
}

describe('a process with a local embedder', () => {
  it.each([0, 60, 120, 600])('that exits in a hurry %i ms after the start does so with its own code', (waitMs) => {
    expect(runProgram(waitMs, 'process.exit(7)')).toEqual({ code: 7, errors: '' })
  })

  it('ends by itself once the embedder is closed', () => {
    expect(runProgram(600, 'await embedder.close()')).toEqual({ code: 0, errors: '' })
  })
})

describe('a model that is not as it should be', () => {
  it('is loading first, and refuses until it is ready', async () => {
    const embedder = openEmbedder()
    expect(embedder.state).toEqual({ status: 'loading' })
    await expect(embedder.embedQuery('x')).rejects.toMatchObject({ code: 'unavailable' })
    await expect(embedder.embedTexts(['x'])).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('is missing: says what builds it, and heals when it appears', async () => {
    const complete = await copyOfModel()
    const folder = `${complete}-later`
    folders.push(folder)
    const embedder = openEmbedder({ modelFolder: folder })
    expect(await until(embedder, 'failed')).toMatchObject({
      message: 'The embedding model is missing; run `npm run build` to build it.',
      retryAtMs: expect.any(Number) as number,
    })
    await rename(complete, folder)
    await until(embedder, 'ready')
    await expect(embedder.embedQuery('x')).resolves.toHaveLength(384)
  })

  it('has a changed model.onnx: names the file', async () => {
    const folder = await copyOfModel()
    const file = await open(join(folder, 'model.onnx'), 'r+')
    await file.write(Buffer.from('X'), 0, 1, 1_000_000)
    await file.close()
    expect(await until(openEmbedder({ modelFolder: folder }), 'failed')).toMatchObject({
      message: expect.stringMatching(/model\.onnx .* checksum differs/) as string,
    })
  })

  it('has a truncated tokenizer.json: names the file', async () => {
    const folder = await copyOfModel()
    await truncate(join(folder, 'tokenizer.json'), 1_000)
    expect(await until(openEmbedder({ modelFolder: folder }), 'failed')).toMatchObject({
      message: expect.stringMatching(/tokenizer\.json .*1000 bytes/) as string,
    })
  })

  it('is another model: names both', async () => {
    const folder = await copyOfModel()
    await writeFile(join(folder, 'manifest.json'), JSON.stringify({ id: 'other', files: {} }))
    expect(await until(openEmbedder({ modelFolder: folder }), 'failed')).toMatchObject({
      message: expect.stringMatching(/other.*all-MiniLM/) as string,
    })
  })

  it('has a pipe for a manifest: says so instead of waiting for it', async () => {
    const folder = await copyOfModel()
    await rm(join(folder, 'manifest.json'))
    spawnSync('mkfifo', [join(folder, 'manifest.json')])
    expect(await until(openEmbedder({ modelFolder: folder }), 'failed')).toMatchObject({
      message: expect.stringContaining('manifest.json') as string,
    })
  })

  it('passes its checksums but is no model: points to the log', async () => {
    const folder = await copyOfModel()
    await writeFile(join(folder, 'model.onnx'), 'not a model')
    await writeFile(join(folder, 'manifest.json'), JSON.stringify({ id: LOCAL_MODEL.id, files: {} }))
    expect(await until(openEmbedder({ modelFolder: folder }), 'failed')).toMatchObject({
      message: 'The embedding model does not load; the log says why.',
    })
  })
})
