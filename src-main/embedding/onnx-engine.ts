import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Tokenizer } from '@huggingface/tokenizers'
import type * as OnnxRuntime from 'onnxruntime-node'
import { AppError } from '../base/errors.ts'
import { LOCAL_MODEL, MODEL_FILES } from './model-manifest.ts'

/** The model itself: a tokenizer and a session of ONNX Runtime. Blocks its thread while it works, so it lives on a worker. */
export interface OnnxEngine {
  /** Token ids of `text`, without the marks of beginning and end. Any string will do. */
  tokenize(text: string): number[]
  /**
   * The unit vector of one window of token ids, at most `WINDOW_TOKENS` of them.
   *
   * One at a time, not in batches: the int8 operators scale their inputs over the whole batch, so a text's vector would
   * depend on its neighbours (cosine down to 0.96 against the text alone). Alone, the same text always has the same vector,
   * nothing is padded and memory stays small; on one thread a batch of 18 short texts would gain 12%, of long ones nothing.
   */
  embed(ids: readonly number[]): Promise<Float32Array>
  close(): Promise<void>
}

export interface OnnxEngineOptions {
  /** Threads within one run of the model. Defaults to 1: the machine has other work, and short texts gain nothing from more. */
  readonly threads?: number
}

/** Token ids of a window, without the two marks around them. */
export const WINDOW_TOKENS = LOCAL_MODEL.maxTokens - 2

/** Of ONNX Runtime: errors only. Its warnings are about the graph's optimisation, nothing a person can act on. */
const LOG_ERRORS_ONLY = 3

/** Opens the model in `folder`, whose files are taken as verified. Throws `unavailable` when this platform cannot run it. */
export async function openOnnxEngine(folder: string, { threads = 1 }: OnnxEngineOptions = {}): Promise<OnnxEngine> {
  const tokenizer = await openTokenizer(join(folder, MODEL_FILES.tokenizer))
  const { InferenceSession, Tensor } = await loadRuntime()
  const session = await InferenceSession.create(join(folder, MODEL_FILES.graph), {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // With one window at a time the arena is small (13 MB) and spares what malloc would fragment: after texts of all lengths
    // the process measured 124 MB with it and 185 MB without.
    enableCpuMemArena: true,
    logSeverityLevel: LOG_ERRORS_ONLY,
  })
  const begin = idOf(tokenizer, '[CLS]')
  const end = idOf(tokenizer, '[SEP]')

  return {
    tokenize: (text) => tokenizer.encode(text, { add_special_tokens: false }).ids,
    async embed(ids) {
      const window = BigInt64Array.from([begin, ...ids, end], BigInt)
      const shape = [1, window.length]
      const { embedding } = await session.run({
        input_ids: new Tensor('int64', window, shape),
        attention_mask: new Tensor('int64', new BigInt64Array(window.length).fill(1n), shape),
      })
      if (!(embedding?.data instanceof Float32Array)) throw new Error('The model gave no vector.')
      return embedding.data
    },
    close: () => session.release(),
  }
}

async function openTokenizer(path: string): Promise<Tokenizer> {
  // Verified by checksum: the shape is the one it was built with.
  const config = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
  // The file asks for cutting and padding to 128 tokens; windows are cut here, to the length the model was trained for.
  return new Tokenizer({ ...config, truncation: null, padding: null }, {})
}

/** Imported late: on a platform without a native library the import itself fails, and that is a state, not a crash. */
async function loadRuntime(): Promise<typeof OnnxRuntime> {
  return import('onnxruntime-node').catch((error: unknown) => {
    const platform = `${process.platform}-${process.arch}`
    throw new AppError('unavailable', `ONNX Runtime, which runs the embedding model, does not start on ${platform}.`, { cause: error })
  })
}

function idOf(tokenizer: Tokenizer, token: string): number {
  const id = tokenizer.token_to_id(token)
  if (id === undefined) throw new Error(`The tokenizer does not know ${token}.`)
  return id
}
