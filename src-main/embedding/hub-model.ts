import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { AppError } from '../base/errors.ts'
import { checksumOf } from './model-manifest.ts'
import type { ModelSpec, Pooling } from './model-spec.ts'
import { prefixesFor } from './prompt-prefixes.ts'
import type { PromptPrefixes } from './prompt-prefixes.ts'

/** A model as it lies on the Hugging Face hub, in the form of the sentence-transformers library where it has that. */

export interface HubModelOptions {
  readonly name: string
  readonly file: string | undefined
  readonly prefixes: Partial<PromptPrefixes> | undefined
}

/** Longer windows than this blur what they hold, and their cost grows with the square of the length. */
const MAX_TOKENS = 512
const USUAL_GRAPHS = ['onnx/model.onnx', 'model.onnx']

/** Reads what the files of the folder say. Throws `unavailable` that names the file which is missing, or what cannot be done. */
export async function readHubModel(folder: string, options: HubModelOptions, signal?: AbortSignal): Promise<ModelSpec> {
  const file = options.file ?? (await findGraph(folder))
  await requireFile(folder, file)
  await requireFile(folder, 'tokenizer.json')
  const read = (name: string) => readJson(folder, name)
  const [config, tokenizerConfig, sentenceConfig, prompts, modules] = await Promise.all(
    ['config.json', 'tokenizer_config.json', 'sentence_bert_config.json', 'config_sentence_transformers.json', 'modules.json'].map(read),
  )
  const pooling = await readPooling(folder)
  const prefixes = { ...prefixesFor(options.name), ...promptsIn(prompts), ...options.prefixes }
  const maxTokens = longestWindow(config, tokenizerConfig, sentenceConfig)
  const checksums = await Promise.all((await partsOf(folder, file)).map((name) => checksumOf(join(folder, name), signal)))
  const revision = createHash('sha256')
    .update(JSON.stringify([checksums, pooling, maxTokens, prefixes.query, prefixes.text]))
    .digest('hex')
  return {
    graph: join(folder, file),
    tokenizer: join(folder, 'tokenizer.json'),
    tokenizerConfig: tokenizerConfig ?? {},
    maxTokens,
    pooling,
    maySkipLayers: !/"[\w.]*\.Dense"/.test(JSON.stringify(modules ?? [])),
    runsTogether: false,
    prefixes,
    idFor: (dimensions) => `local:${options.name}@${dimensions}#${revision.slice(0, 8)}`,
  }
}

/** The graph of a folder: the usual one, or the only one there is. */
async function findGraph(folder: string): Promise<string> {
  const found: string[] = []
  for (const under of ['onnx', '.']) {
    const names = await readdir(join(folder, under)).catch(() => [])
    found.push(...names.filter((name) => name.endsWith('.onnx')).map((name) => posix.join(under, name)))
  }
  const usual = USUAL_GRAPHS.find((name) => found.includes(name))
  if (usual !== undefined) return usual
  const [only, ...others] = found
  if (only === undefined)
    throw new AppError('unavailable', 'The folder of the embedding model holds no onnx/model.onnx; check TMWS_EMBEDDING_MODEL.')
  if (others.length > 0)
    throw new AppError(
      'unavailable',
      `The embedding model has several graphs (${found.join(', ')}); name one in TMWS_EMBEDDING_MODEL_FILE.`,
    )
  return only
}

async function requireFile(folder: string, name: string): Promise<void> {
  const found = await stat(join(folder, name)).catch(() => undefined)
  if (!found?.isFile()) throw new AppError('unavailable', `The embedding model lacks its file ${name}; check TMWS_EMBEDDING_MODEL.`)
}

/** What decides the vectors: the graph, with weights that lie beside it, and the tokenizer. */
async function partsOf(folder: string, file: string): Promise<string[]> {
  const beside = await readdir(join(folder, posix.dirname(file)))
  const weights = beside.filter((name) => name.startsWith(posix.basename(file)) && /\.(onnx_data|onnx\.data)(_\d+)?$/.test(name)).toSorted()
  return [file, ...weights.map((name) => posix.join(posix.dirname(file), name)), 'tokenizer.json']
}

/** Undefined for a file that is not there. */
async function readJson(folder: string, name: string): Promise<Record<string, unknown> | undefined> {
  let text: string
  try {
    text = await readFile(join(folder, name), 'utf8')
  } catch {
    return undefined
  }
  try {
    // Each use checks what it finds.
    return (JSON.parse(text) as Record<string, unknown> | null) ?? undefined
  } catch (error) {
    throw new AppError('unavailable', `The file ${name} of the embedding model is no JSON; get it again.`, { cause: error })
  }
}

async function readPooling(folder: string): Promise<Pooling> {
  const config = await readJson(folder, '1_Pooling/config.json')
  if (!config || config['pooling_mode_mean_tokens'] === true) return 'mean'
  if (config['pooling_mode_cls_token'] === true) return 'cls'
  if (config['pooling_mode_lasttoken'] === true) return 'last'
  const mode = Object.keys(config).find((key) => key.startsWith('pooling_mode_') && config[key] === true) ?? 'an unknown one'
  throw new AppError('unavailable', `The embedding model wants a pooling that is not known here (${mode}); choose another model.`)
}

/** Empty ones are what the library writes when nobody has said anything. */
function promptsIn(config: Record<string, unknown> | undefined): Partial<PromptPrefixes> {
  const prompts = (config?.['prompts'] ?? {}) as Record<string, unknown>
  const first = (...names: string[]) =>
    names.map((name) => prompts[name]).find((one) => typeof one === 'string' && one !== '') as string | undefined
  const [query, text] = [
    first('query', 'search_query', 'retrieval.query'),
    first('passage', 'document', 'search_document', 'retrieval.passage'),
  ]
  return { ...(query !== undefined && { query }), ...(text !== undefined && { text }) }
}

function longestWindow(...[config, tokenizer, sentence]: (Record<string, unknown> | undefined)[]): number {
  const positions = config?.['max_position_embeddings']
  // These models number positions from the padding's id on, so that two are never used.
  const unused = /roberta|camembert|mpnet/i.test(String(config?.['model_type'])) ? 2 : 0
  const limits = [
    sentence?.['max_seq_length'],
    tokenizer?.['model_max_length'],
    typeof positions === 'number' ? positions - unused : undefined,
  ]
  const known = limits.filter((limit): limit is number => typeof limit === 'number' && limit >= 16)
  return Math.min(MAX_TOKENS, ...known)
}
