import { readFile } from 'node:fs/promises'
import { Tokenizer } from '@huggingface/tokenizers'
import type * as OnnxRuntime from 'onnxruntime-node'
import { AppError } from '../base/errors.ts'
import type { ModelSpec, Pooling } from './model-spec.ts'

/** The model itself: a tokenizer and a session of ONNX Runtime. Blocks its thread while it works, so it lives on a worker. */
export interface OnnxEngine {
  /** Token ids that one window takes, without marks and prefix. */
  readonly windowTokens: number
  /** Token ids of `text`, without the marks of beginning and end. Any string will do. */
  tokenize(text: string): number[]
  /** Whether windows of the same length may go through the model together, each getting the vector that it gets alone. */
  readonly runsTogether: boolean
  /** The unit vectors of windows of token ids, each of the same length, at most `windowTokens`; several only if `runsTogether`. */
  embed(windows: readonly (readonly number[])[], kind: 'query' | 'text'): Promise<Float32Array[]>
  close(): Promise<void>
}

export interface OnnxEngineOptions {
  /** Threads within one run of the model. Defaults to 1: the machine has other work, and short texts gain nothing from more. */
  readonly threads?: number
}

/** Of ONNX Runtime: errors only. Its warnings are about the graph's optimisation, nothing a person can act on. */
const LOG_ERRORS_ONLY = 3

/** Opens a model whose files are taken as verified. Throws `unavailable` when this platform cannot run it, or it is of a kind not known. */
export async function openOnnxEngine(spec: ModelSpec, { threads = 1 }: OnnxEngineOptions = {}): Promise<OnnxEngine> {
  const tokenizer = await openTokenizer(spec)
  const { InferenceSession, Tensor } = await loadRuntime()
  const session = await InferenceSession.create(spec.graph, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // With some hundred tokens at a time the arena is small (13 MB) and spares what malloc would fragment: after texts of all lengths
    // the process measured 124 MB with it and 185 MB without.
    enableCpuMemArena: true,
    logSeverityLevel: LOG_ERRORS_ONLY,
  })
  requireKnownInputs(session.inputNames)
  const output = chooseOutput(session.outputNames)
  const plain = (text: string): number[] => tokenizer.encode(text, { add_special_tokens: false }).ids
  const { before, after } = marksOf(tokenizer)
  // A prefix ends with the space that parts it from the text, which the first word of the text brings along.
  const prefixes = { query: plain(spec.prefixes.query.trimEnd()), text: plain(spec.prefixes.text.trimEnd()) }
  const windowTokens = spec.maxTokens - before.length - after.length - Math.max(prefixes.query.length, prefixes.text.length)

  return {
    windowTokens,
    runsTogether: spec.runsTogether,
    tokenize: plain,
    async embed(windows, kind) {
      const marked = windows.map((ids) => [...before, ...prefixes[kind], ...ids, ...after])
      const [{ length } = []] = marked
      const shape = [marked.length, length]
      const filled = (numberAt: (id: number, place: number) => number) =>
        new Tensor(
          'int64',
          BigInt64Array.from(marked.flat(), (id, i) => BigInt(numberAt(id, i % length))),
          shape,
        )
      const feeds: Record<string, OnnxRuntime.Tensor> = {}
      for (const name of session.inputNames) {
        if (name === 'input_ids') feeds[name] = filled((id) => id)
        else if (name === 'attention_mask') feeds[name] = filled(() => 1)
        else if (name === 'position_ids') feeds[name] = filled((_, place) => place)
        else feeds[name] = filled(() => 0)
      }
      const { [output]: result } = await session.run(feeds, [output])
      return vectorsIn(result, spec, marked.length).map(toUnit)
    },
    close: () => session.release(),
  }
}

async function openTokenizer({ tokenizer, tokenizerConfig }: ModelSpec): Promise<Tokenizer> {
  // What it is missing the tokenizer itself says.
  const config = JSON.parse(await readFile(tokenizer, 'utf8')) as Record<string, unknown>
  // Files ask for cutting and padding to some length; windows are cut here, to the length the model was trained for.
  return new Tokenizer({ ...config, truncation: null, padding: null }, tokenizerConfig)
}

/** Imported late: on a platform without a native library the import itself fails, and that is a state, not a crash. */
async function loadRuntime(): Promise<typeof OnnxRuntime> {
  return import('onnxruntime-node').catch((error: unknown) => {
    const platform = `${process.platform}-${process.arch}`
    throw new AppError('unavailable', `ONNX Runtime, which runs the embedding model, does not start on ${platform}.`, { cause: error })
  })
}

const INPUTS: ReadonlySet<string> = new Set(['input_ids', 'attention_mask', 'token_type_ids', 'position_ids'])

function requireKnownInputs(names: readonly string[]): void {
  const other = names.find((name) => !INPUTS.has(name))
  if (other === undefined && names.includes('input_ids')) return
  throw new AppError(
    'unavailable',
    `The embedding model's graph asks for ${other ?? 'no input_ids'}, so it is not one that embeds texts; choose another.`,
  )
}

/** One vector per text where the graph gives that, else one per token. */
function chooseOutput(names: readonly string[]): string {
  const known = ['sentence_embedding', 'embedding', 'last_hidden_state', 'token_embeddings'].find((name) => names.includes(name))
  const [first = ''] = names
  return known ?? first
}

/** What the tokenizer puts around a text: [CLS] and [SEP], <s> and </s>, or only something at the end. */
function marksOf(tokenizer: Tokenizer): { before: readonly number[]; after: readonly number[] } {
  const bare = tokenizer.encode('a', { add_special_tokens: false }).ids
  const whole = tokenizer.encode('a').ids
  const at = whole.findIndex((_, i) => bare.every((id, k) => whole[i + k] === id))
  if (at < 0 || bare.length === 0) throw new Error('The tokenizer gives a text other tokens with marks than without.')
  return { before: whole.slice(0, at), after: whole.slice(at + bare.length) }
}

/** Of so many windows. */
function vectorsIn(result: OnnxRuntime.Tensor | undefined, { pooling, maySkipLayers }: ModelSpec, count: number): Float32Array[] {
  if (!(result?.data instanceof Float32Array))
    throw new AppError(
      'unavailable',
      `The embedding model gives ${result?.type ?? 'nothing'} instead of 32-bit floats; choose another TMWS_EMBEDDING_MODEL_FILE.`,
    )
  const { data, dims } = result
  const size = data.length / count
  const ofWindows = Array.from({ length: count }, (_, i) => data.slice(i * size, (i + 1) * size))
  if (dims.length === 2) return ofWindows
  if (dims.length !== 3) throw new AppError('unavailable', 'The embedding model gives something that is no vector; choose another.')
  if (!maySkipLayers)
    throw new AppError(
      'unavailable',
      'The embedding model has a layer behind pooling that its graph lacks; choose a graph with sentence_embedding.',
    )
  return ofWindows.map((ofTokens) => pooled(ofTokens, dims[1] ?? 0, dims[2] ?? 0, pooling))
}

/** Nothing is padded, so every token counts. */
function pooled(data: Float32Array, tokens: number, width: number, pooling: Pooling): Float32Array {
  if (pooling === 'cls') return data.slice(0, width)
  if (pooling === 'last') return data.slice((tokens - 1) * width, tokens * width)
  const sum = new Float32Array(width)
  for (let i = 0; i < data.length; i++) sum[i % width] = (sum[i % width] ?? 0) + (data[i] ?? 0)
  return sum.map((number) => number / tokens)
}

function toUnit(vector: Float32Array): Float32Array {
  let square = 0
  for (const number of vector) square += number * number
  if (Math.abs(square - 1) < 1e-5) return vector
  if (!(square > 0) || !Number.isFinite(square)) throw new Error('The model gave a vector without a direction.')
  const length = Math.sqrt(square)
  return vector.map((number) => number / length)
}
