import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checksumOf, readManifest, verifyModelFiles } from './model-manifest.ts'
import type { ModelManifest } from './model-manifest.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tmws-manifest-'))
})
afterEach(() => rm(folder, { recursive: true }))

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const manifestOf = (name: string, text: string): ModelManifest => ({
  id: 'm',
  dimensions: 1,
  max_tokens: 1,
  files: { [name]: { sha256: sha256(text), bytes: text.length } },
  source: {},
  licence: 'MIT',
  built_with: {},
})

describe('a model manifest', () => {
  it('is read as it was written', async () => {
    const manifest = manifestOf('a', 'abc')
    await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest))
    expect(await readManifest(folder)).toEqual(manifest)
  })

  it('that is missing is told with what builds it, and without the folder', async () => {
    const error = await readManifest(folder).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'unavailable', message: 'The embedding model is missing; run `npm run build` to build it.' })
  })

  it.each(['', '{', 'null', '[]', '{"id":1,"files":{}}', '{"id":"m","files":{"a":null}}', '{"id":"m","files":{"a":{"bytes":1}}}'])(
    'of text %j is refused as damaged',
    async (text) => {
      await writeFile(join(folder, 'manifest.json'), text)
      await expect(readManifest(folder)).rejects.toThrow('damaged (manifest.json)')
    },
  )
})

describe('the files of a model', () => {
  it('pass when they are as the manifest says', async () => {
    await writeFile(join(folder, 'a'), 'abc')
    await expect(verifyModelFiles(folder, manifestOf('a', 'abc'))).resolves.toBeUndefined()
    expect(await checksumOf(join(folder, 'a'))).toBe(sha256('abc'))
  })

  it('are named when missing, of another size, or of other content', async () => {
    const manifest = manifestOf('a', 'abc')
    await expect(verifyModelFiles(folder, manifest)).rejects.toThrow('lacks its file a')
    await writeFile(join(folder, 'a'), 'abcd')
    await expect(verifyModelFiles(folder, manifest)).rejects.toThrow('a is not as it was built (4 bytes instead of 3)')
    await writeFile(join(folder, 'a'), 'abd')
    await expect(verifyModelFiles(folder, manifest)).rejects.toThrow('a is not as it was built (its checksum differs)')
  })

  it('are refused when one is a folder', async () => {
    await expect(verifyModelFiles(tmpdir(), manifestOf(folder.slice(tmpdir().length + 1), ''))).rejects.toThrow('not as it was built')
  })

  it('stop being read when aborted', async () => {
    await writeFile(join(folder, 'a'), 'abc')
    await expect(verifyModelFiles(folder, manifestOf('a', 'abc'), AbortSignal.abort())).rejects.toThrow(/abort/i)
  })
})
