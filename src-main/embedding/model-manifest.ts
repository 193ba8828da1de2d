import { createHash } from 'node:crypto'
import { open, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../base/errors.ts'

/** The one model that ships. Vectors are stored under its id, so a model that gives other vectors must have another id. */
export const LOCAL_MODEL = { id: 'all-MiniLM-L6-v2-int8-fixed', dimensions: 384, maxTokens: 256 } as const

export const MODEL_FILES = { manifest: 'manifest.json', graph: 'model.onnx', tokenizer: 'tokenizer.json' } as const

/** `manifest.json` beside a built model: what it is, where it comes from, and how its files must look. */
export interface ModelManifest {
  readonly id: string
  readonly dimensions: number
  readonly max_tokens: number
  readonly files: Readonly<Record<string, FileFacts>>
  readonly source: Readonly<Record<string, string>>
  /** Of the weights: an SPDX expression. */
  readonly licence: string
  readonly built_with: Readonly<Record<string, string>>
}

export interface FileFacts {
  /** Lower-case hexadecimal. */
  readonly sha256: string
  readonly bytes: number
}

/** Hashed at once: less than a millisecond of work. */
const PIECE_BYTES = 256 * 1024
const REMEDY = 'run `npm run build` to build it'

/**
 * Reads the manifest of the model in `folder`. Throws `unavailable` with what to do when there is none or it is not one.
 * Messages name files, never folders: they are shown to anyone who asks for the server's health.
 */
export async function readManifest(folder: string): Promise<ModelManifest> {
  const path = join(folder, MODEL_FILES.manifest)
  const missing = (error: unknown): never => {
    throw new AppError('unavailable', `The embedding model is missing; ${REMEDY}.`, { cause: error })
  }
  // Anything but a plain file (a pipe) could hold the reader, and with it the end of the process, for ever.
  if (!(await stat(path).catch(missing)).isFile())
    throw new AppError('unavailable', `The embedding model is damaged (${MODEL_FILES.manifest}); ${REMEDY} again.`)
  const text = await readFile(path, 'utf8').catch(missing)
  const manifest = parseManifest(text)
  if (!manifest) throw new AppError('unavailable', `The embedding model is damaged (${MODEL_FILES.manifest}); ${REMEDY} again.`)
  return manifest
}

/**
 * Checks that every file of the manifest is there, whole and unchanged. Throws `unavailable` that names the first which is not.
 * Reads in pieces, without holding the thread.
 */
export async function verifyModelFiles(folder: string, manifest: ModelManifest, signal?: AbortSignal): Promise<void> {
  for (const [name, expected] of Object.entries(manifest.files)) {
    const path = join(folder, name)
    const found = await stat(path).catch((error: unknown) => {
      throw new AppError('unavailable', `The embedding model lacks its file ${name}; ${REMEDY} again.`, { cause: error })
    })
    // Anything but a plain file (a pipe, a folder) could hold the reader for ever.
    if (!found.isFile() || found.size !== expected.bytes) throw damaged(name, `${found.size} bytes instead of ${expected.bytes}`)
    if ((await checksumOf(path, signal)) !== expected.sha256) throw damaged(name, 'its checksum differs')
  }
}

/** SHA-256 of a file, in lower-case hexadecimal. */
export async function checksumOf(path: string, signal?: AbortSignal): Promise<string> {
  signal?.throwIfAborted()
  const hash = createHash('sha256')
  const file = await open(path)
  try {
    // One buffer for all: a stream would leave the whole file behind as garbage.
    const buffer = Buffer.allocUnsafe(PIECE_BYTES)
    for (let piece = await file.read(buffer); piece.bytesRead > 0; piece = await file.read(buffer)) {
      hash.update(buffer.subarray(0, piece.bytesRead))
      signal?.throwIfAborted()
    }
  } finally {
    await file.close()
  }
  return hash.digest('hex')
}

function damaged(name: string, how: string): AppError {
  return new AppError('unavailable', `The embedding model is damaged: ${name} is not as it was built (${how}); ${REMEDY} again.`)
}

function parseManifest(text: string): ModelManifest | undefined {
  let value: Partial<Record<keyof ModelManifest, unknown>> | null
  try {
    // Every field that is used is checked below.
    value = JSON.parse(text) as typeof value
  } catch {
    return undefined
  }
  if (typeof value?.id !== 'string' || typeof value.files !== 'object' || value.files === null) return undefined
  const files = Object.values(value.files as Record<string, Partial<FileFacts> | null>)
  const isWhole = files.every((file) => typeof file?.sha256 === 'string' && typeof file.bytes === 'number')
  return isWhole ? (value as unknown as ModelManifest) : undefined
}
