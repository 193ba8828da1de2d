import { AppError } from '../../base/errors.ts'

/** One file of a model on the hub. */
export interface HubFile {
  readonly path: string
  readonly bytes: number
  /** SHA-256 of large files, git's SHA-1 of small ones: what the hub tells of each. Lower-case hexadecimal. */
  readonly checksum: { readonly kind: 'sha256' | 'git'; readonly value: string } | undefined
}

export interface HubListing {
  /** The commit that the revision names now. */
  readonly commit: string
  readonly files: readonly HubFile[]
}

const SMALL_FILES = [
  'config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'modules.json',
  'sentence_bert_config.json',
  'config_sentence_transformers.json',
  '1_Pooling/config.json',
]
const USUAL_GRAPHS = ['onnx/model.onnx', 'model.onnx']

/** What the hub's answer about a model says, as `GET /api/models/ID/revision/REV?blobs=true` gives it; undefined if it is none. */
export function readListing(answer: unknown): HubListing | undefined {
  // Whatever the server sent; each field is checked.
  const { sha, siblings } = (answer ?? {}) as { sha?: unknown; siblings?: unknown }
  if (typeof sha !== 'string' || !/^[0-9a-z]{6,64}$/i.test(sha) || !Array.isArray(siblings)) return undefined
  const files = (siblings as Record<string, unknown>[]).flatMap((sibling): HubFile[] => {
    const { rfilename: path, size, blobId, lfs } = sibling
    if (typeof path !== 'string' || typeof size !== 'number') return []
    const sha256 = (lfs as { sha256?: unknown } | undefined)?.sha256
    if (typeof sha256 === 'string') return [{ path, bytes: size, checksum: { kind: 'sha256', value: sha256.toLowerCase() } }]
    return [{ path, bytes: size, checksum: typeof blobId === 'string' ? { kind: 'git', value: blobId.toLowerCase() } : undefined }]
  })
  return { commit: sha, files }
}

/** The files that are needed of a model. Throws `unavailable` when it has no graph or tokenizer that can be used. */
export function neededFiles(id: string, { files }: HubListing, wanted: string | undefined): HubFile[] {
  const graphs = files.filter(({ path }) => path.endsWith('.onnx')).map(({ path }) => path)
  const graph = wanted ?? USUAL_GRAPHS.find((name) => graphs.includes(name)) ?? (graphs.length === 1 ? graphs[0] : undefined)
  if (graph === undefined || !graphs.includes(graph)) {
    const found = graphs.length === 0 ? 'it has none' : `it has ${graphs.slice(0, 10).join(', ')}`
    throw new AppError(
      'unavailable',
      `The model ${id} has no ONNX graph ${graph ?? 'onnx/model.onnx'} (${found}); set TMWS_EMBEDDING_MODEL_FILE or choose another model.`,
    )
  }
  if (!files.some(({ path }) => path === 'tokenizer.json'))
    throw new AppError('unavailable', `The model ${id} has no tokenizer.json, so it cannot be used here; choose another.`)
  const isWeights = (path: string) => path.startsWith(graph) && /^[._]data(_\d+)?$/.test(path.slice(graph.length))
  return files.filter(({ path }) => path === graph || SMALL_FILES.includes(path) || isWeights(path))
}
