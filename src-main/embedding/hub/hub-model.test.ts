import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildModel, MODEL_FOLDER } from '../../../resources/scripts/build-model.ts'
import { silentLog } from '../../base/log.ts'
import type { Embedder, EmbedderState } from '../embedder.ts'
import { openEmbedder } from '../open-embedder.ts'
import type { LocalOptions } from '../open-embedder.ts'
import { FakeHub } from '../testing/fake-hub.ts'
import { TINY_DIMENSIONS, writeTinyModel } from '../testing/tiny-model.ts'
import { bringHubModel } from './hub-download.ts'

const ID = 'some-people/tiny-model'

let base: string
const opened: Embedder[] = []
const hubs: FakeHub[] = []
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'tmws-hub-'))
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map((embedder) => embedder.close()))
  await Promise.all(hubs.splice(0).map((hub) => hub.stop()))
  await rm(base, { recursive: true, force: true })
})

async function settle(embedder: Embedder): Promise<EmbedderState> {
  while (embedder.state.status === 'loading') await new Promise((resolve) => setTimeout(resolve, 10))
  return embedder.state
}

async function openFolder(folder: string, more: Partial<LocalOptions> = {}): Promise<Embedder> {
  const embedder = openEmbedder({ provider: 'local', modelFolder: folder, layout: 'hugging-face', log: silentLog, ...more })
  opened.push(embedder)
  await settle(embedder)
  return embedder
}

const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, number, i) => sum + number * (b[i] ?? 0), 0)

describe('a model in the layout of the hub', () => {
  it('gives the vectors of its graph: pooled, of length 1, under an id of its own', async () => {
    const ids = new Set<string>()
    for (const pooling of ['mean', 'cls', 'lasttoken'] as const) {
      const folder = join(base, pooling)
      await writeTinyModel(folder, { pooling })
      const embedder = await openFolder(folder, { name: ID })
      expect(embedder).toMatchObject({ dimensions: TINY_DIMENSIONS, state: { status: 'ready' } })
      ids.add(embedder.modelId)
      const [roses, both, train] = (await embedder.embedTexts(['roses', 'roses garden', 'train'])).map(([vector]) => vector!)
      expect(Math.hypot(...roses!)).toBeCloseTo(1, 4)
      // Of mean pooling alone the words count: the marks around a text are the same for all.
      const [near, far] = [cosine(roses!, both!), cosine(roses!, train!)]
      if (pooling === 'mean') expect(near).toBeGreaterThan(far)
      else expect([near, far]).toEqual([expect.closeTo(1, 4), expect.closeTo(1, 4)])
    }
    expect(ids.size).toBe(3)
    expect([...ids][0]).toMatch(new RegExp(`^local:${ID}@${TINY_DIMENSIONS}#[0-9a-f]{8}$`))
  })

  it('is another model with another graph, and the same one in another folder', async () => {
    await writeTinyModel(join(base, 'a'))
    await cp(join(base, 'a'), join(base, 'b'), { recursive: true })
    await writeTinyModel(join(base, 'c'), { seed: 2 })
    const ids = await Promise.all(['a', 'b', 'c'].map(async (name) => (await openFolder(join(base, name), { name: ID })).modelId))
    expect(ids[0]).toBe(ids[1])
    expect(ids[0]).not.toBe(ids[2])
  })

  it('puts the words it wants before questions, and cuts long texts to its windows', async () => {
    await writeTinyModel(join(base, 'm'), { prompts: { query: 'query: ', document: '' } })
    const embedder = await openFolder(join(base, 'm'))
    const [[asText], [written]] = (await embedder.embedTexts(['roses', 'query: roses'])) as [[Float32Array], [Float32Array]]
    const asked = await embedder.embedQuery('roses')
    expect(asked).toEqual(written)
    expect(asked).not.toEqual(asText)
    const [windows] = await embedder.embedTexts(['roses in the garden '.repeat(50)])
    expect(windows?.length).toBeGreaterThan(3)
  })

  it.each<[string, (folder: string) => Promise<unknown>, Partial<LocalOptions>, RegExp]>([
    ['has no graph', (folder) => rm(join(folder, 'onnx'), { recursive: true }), {}, /no onnx\/model\.onnx; check TMWS_EMBEDDING_MODEL/],
    ['lacks its tokenizer', (folder) => rm(join(folder, 'tokenizer.json')), {}, /lacks its file tokenizer\.json/],
    ['lacks the graph that was named', () => Promise.resolve(), { file: 'onnx/other.onnx' }, /lacks its file onnx\/other\.onnx/],
    ['wants a pooling that is not known', (folder) => writeTinyModel(folder, { pooling: 'max' }), {}, /pooling.*pooling_mode_max_tokens/],
    [
      'has layers that its graph lacks',
      (folder) => writeTinyModel(folder, { extraFiles: { 'modules.json': [{ type: 'sentence_transformers.models.Dense' }] } }),
      {},
      /layer behind pooling that its graph lacks/,
    ],
  ])('that %s says so', async (_what, harm, more, sentence) => {
    await writeTinyModel(join(base, 'm'))
    await harm(join(base, 'm'))
    expect((await openFolder(join(base, 'm'), more)).state).toMatchObject({
      status: 'failed',
      message: expect.stringMatching(sentence) as string,
    })
  })

  it('gives the same vectors as the shipped one when it is the shipped one', async () => {
    await buildModel({ log: () => undefined })
    const folder = join(base, 'mini')
    await mkdir(join(folder, 'onnx'), { recursive: true })
    await cp(join(MODEL_FOLDER, 'model.onnx'), join(folder, 'onnx', 'model.onnx'))
    await cp(join(MODEL_FOLDER, 'tokenizer.json'), join(folder, 'tokenizer.json'))
    const shipped = openEmbedder({ provider: 'local', modelFolder: MODEL_FOLDER, log: silentLog })
    opened.push(shipped)
    await settle(shipped)
    const other = await openFolder(folder)
    expect(other.dimensions).toBe(384)
    expect(await other.embedQuery('roses in the garden')).toEqual(await shipped.embedQuery('roses in the garden'))
  })
})

describe('the download of a model', () => {
  const never = new AbortController().signal

  async function hubWithModel(): Promise<FakeHub> {
    await writeTinyModel(join(base, 'source'), { extraFiles: { 'README.md': 'not needed' } })
    const hub = await FakeHub.start(ID, join(base, 'source'))
    hubs.push(hub)
    return hub
  }
  const place = (hubUrl: string) => ({ id: ID, revision: 'main', hubUrl, folder: join(base, 'models', ID), stallMs: 2_000 })

  it('brings what is needed, tells how far it is, and never asks again', async () => {
    const hub = await hubWithModel()
    const told: string[] = []
    const embedder = openEmbedder({
      provider: 'local',
      modelFolder: place(hub.url).folder,
      layout: 'hugging-face',
      name: ID,
      hub: place(hub.url),
      log: silentLog,
    })
    opened.push(embedder)
    embedder.onStateChange((state) => 'message' in state && told.push(state.message))
    expect(await settle(embedder)).toEqual({ status: 'ready' })
    expect(told.at(-1)).toMatch(/^The model some-people\/tiny-model is being downloaded: 100 % of \d+\.\d MB\.$/)
    expect(hub.asked.some((name) => name.includes('README'))).toBe(false)
    const asked = hub.asked.length
    await bringHubModel(place(hub.url), () => undefined, never)
    expect(hub.asked).toHaveLength(asked)
    expect(await readdir(join(base, 'models', 'some-people'))).toEqual(['tiny-model'])
  })

  it('goes on where it was broken off', async () => {
    const hub = await hubWithModel()
    hub.fault = (name, _request, response, content) => {
      if (name !== 'onnx/model.onnx') return false
      hub.fault = () => false
      response.writeHead(200, { 'content-length': content.length })
      response.write(content.subarray(0, 900), () => setTimeout(() => response.destroy(), 200))
      return true
    }
    await expect(bringHubModel(place(hub.url), () => undefined, never)).rejects.toMatchObject({ code: 'unavailable' })
    await bringHubModel(place(hub.url), () => undefined, never)
    expect(hub.asked.filter((name) => name.startsWith('onnx/model.onnx'))).toEqual([
      'onnx/model.onnx',
      expect.stringMatching(/ bytes=[1-9]\d*-$/),
    ])
    expect((await openFolder(place(hub.url).folder)).state.status).toBe('ready')
  })

  it('takes nothing whose checksum differs, and fetches it again', async () => {
    const hub = await hubWithModel()
    for (const broken of ['onnx/model.onnx', 'config.json']) {
      hub.fault = (name, _request, response, content) => {
        if (name !== broken) return false
        hub.fault = () => false
        response.end(Buffer.alloc(content.length, 'x'))
        return true
      }
      const own = { ...place(hub.url), folder: join(base, 'for', broken) }
      await expect(bringHubModel(own, () => undefined, never)).rejects.toThrow(`The downloaded file ${broken} is damaged`)
      await bringHubModel(own, () => undefined, never)
      expect((await openFolder(own.folder)).state.status).toBe('ready')
    }
  })

  it('says what to do by hand when there is no network, and takes files that were put there', async () => {
    const hub = await hubWithModel()
    const { url } = hub
    await hub.stop()
    hubs.pop()
    await expect(bringHubModel(place(url), () => undefined, never)).rejects.toThrow(
      /cannot be downloaded from 127\.0\.0\.1:\d+ \(ECONNREFUSED\); it is tried again\. Without a network put its files .* into models\/some-people\/tiny-model of the data folder\./,
    )
    await cp(join(base, 'source'), place(url).folder, { recursive: true })
    await bringHubModel(place(url), () => undefined, never)
  })

  it('of a model that is not there names the setting; a helper process waits for a server', async () => {
    const hub = await hubWithModel()
    await expect(bringHubModel({ ...place(hub.url), id: 'no/such' }, () => undefined, never)).rejects.toThrow(
      /does not give out no\/such \(404\): check TMWS_EMBEDDING_MODEL/,
    )
    await expect(bringHubModel({ ...place(hub.url), mayDownload: false }, () => undefined, never)).rejects.toThrow(
      /a server of these settings downloads it/,
    )
    expect(hub.asked).toEqual([])
  })

  it('ends when it is told to', async () => {
    const hub = await hubWithModel()
    const abort = new AbortController()
    hub.fault = () => (abort.abort(new Error('closing')), true)
    await expect(bringHubModel(place(hub.url), () => undefined, abort.signal)).rejects.toThrow('closing')
  })
})
