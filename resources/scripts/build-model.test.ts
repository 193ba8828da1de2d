import { cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { builtInSpec } from '../../src-main/embedding/model-spec.ts'
import { openOnnxEngine } from '../../src-main/embedding/onnx-engine.ts'
import { buildModel, MODEL_FOLDER, WEIGHTS_FILE } from './build-model.ts'
import { cosine, vectorOf } from './onnx-check.ts'
import { encodeMiniLm } from './onnx-minilm.ts'
import { readWeights } from './onnx-weights.ts'

let base: string
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'tmws-build-'))
  await buildModel({ log: () => undefined })
})
afterAll(() => rm(base, { recursive: true }))

const fileOf = (folder: string, name: string) => readFile(join(folder, name))

describe('buildModel', () => {
  it('does nothing, quickly and silently, when the model is up to date', async () => {
    const lines: string[] = []
    const startMs = performance.now()
    expect(await buildModel({ log: (line) => lines.push(line) })).toBe('up-to-date')
    expect(performance.now() - startMs).toBeLessThan(500)
    expect(lines).toEqual([])
  })

  it('gives the same bytes each time, leaves nothing else behind, and tells how it went', async () => {
    const folder = join(base, 'models', 'fresh')
    const lines: string[] = []
    expect(await buildModel({ log: (line) => lines.push(line), folder })).toBe('built')
    for (const name of ['model.onnx', 'tokenizer.json', 'manifest.json']) {
      expect((await fileOf(folder, name)).equals(await fileOf(MODEL_FOLDER, name)), name).toBe(true)
    }
    expect(await readdir(join(base, 'models'))).toEqual(['fresh'])
    expect(lines).toEqual(['Building the embedding model …', expect.stringMatching(/^Built the embedding model in \d+\.\d s, 23\.5 MB\.$/)])
  })

  it('repairs a damaged model', async () => {
    const folder = join(base, 'damaged')
    await cp(MODEL_FOLDER, folder, { recursive: true })
    await truncate(join(folder, 'model.onnx'), 1_000)
    expect(await buildModel({ log: () => undefined, folder })).toBe('built')
    expect((await fileOf(folder, 'model.onnx')).equals(await fileOf(MODEL_FOLDER, 'model.onnx'))).toBe(true)
  })
})

it('8-bit vectors stay within 0.98 of those of 32-bit floats', async () => {
  const exactFolder = join(base, 'exact')
  await mkdir(exactFolder)
  await writeFile(join(exactFolder, 'model.onnx'), encodeMiniLm(readWeights(await readFile(WEIGHTS_FILE)), 'fp32'))
  await cp(join(MODEL_FOLDER, 'tokenizer.json'), join(exactFolder, 'tokenizer.json'))
  const [exact, small] = await Promise.all([openOnnxEngine(builtInSpec(exactFolder)), openOnnxEngine(builtInSpec(MODEL_FOLDER))])
  try {
    const texts = [
      'Hello',
      'dark mode',
      'when is the deadline?',
      'The user prefers dark mode in all editors.',
      'git rebase -i HEAD~3 fails with a conflict in package-lock.json',
      'Meeting with Anna on 3 May about the budget; she wants the numbers by Friday.',
      'Stored memories are searched by meaning and by keyword. '.repeat(12),
    ]
    for (const text of texts) {
      expect(cosine(await vectorOf(exact, text), await vectorOf(small, text)), text).toBeGreaterThan(0.98)
    }
  } finally {
    await Promise.all([exact.close(), small.close()])
  }
})
