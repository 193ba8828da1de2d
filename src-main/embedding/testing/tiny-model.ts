import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { OnnxGraph } from '../../../resources/scripts/onnx-graph.ts'

const WORDS = ['roses', 'garden', 'postgres', 'billing', 'lunch', 'noon', 'train', 'sea', 'query', ':', 'the', 'a', 'in', 'number']
export const TINY_DIMENSIONS = 24

export interface TinyModelOptions {
  readonly pooling?: 'mean' | 'cls' | 'lasttoken' | 'max'
  readonly graphFile?: string
  /** Another number, other vectors. */
  readonly seed?: number
  readonly prompts?: Readonly<Record<string, string>>
  readonly extraFiles?: Readonly<Record<string, unknown>>
}

/**
 * Writes a model in the layout of the hub that looks its words up in a table and does nothing else: a vector per token, so that
 * pooling is left to whoever runs it.
 */
export async function writeTinyModel(folder: string, options: TinyModelOptions = {}): Promise<void> {
  const { pooling = 'mean', graphFile = 'onnx/model.onnx', seed = 1, prompts, extraFiles = {} } = options
  const vocab = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', ...WORDS]
  const graph = new OnnxGraph()
  const table = Float32Array.from({ length: vocab.length * TINY_DIMENSIONS }, (_, i) => Math.sin(seed * 1.7 * i * i + i))
  graph.add('Gather', [graph.floats('words', table, [vocab.length, TINY_DIMENSIONS]), 'input_ids'], { output: 'last_hidden_state' })
  const port = (name: string) => ({ name, type: 'int64' as const, shape: ['batch', 'tokens'] })
  const bytes = graph.encode(
    'tiny',
    [port('input_ids'), port('attention_mask'), port('token_type_ids')],
    [{ name: 'last_hidden_state', type: 'float', shape: ['batch', 'tokens', TINY_DIMENSIONS] }],
  )
  const files: Record<string, unknown> = {
    'config.json': { model_type: 'bert', max_position_embeddings: 64 },
    'tokenizer.json': tokenizerOf(vocab),
    'tokenizer_config.json': { model_max_length: 1e30 },
    '1_Pooling/config.json': { word_embedding_dimension: TINY_DIMENSIONS, [poolingKey(pooling)]: true },
    ...(prompts && { 'config_sentence_transformers.json': { prompts } }),
    ...extraFiles,
  }
  await put(folder, graphFile, bytes)
  for (const [name, content] of Object.entries(files)) await put(folder, name, JSON.stringify(content))
}

function poolingKey(pooling: string): string {
  if (pooling === 'mean') return 'pooling_mode_mean_tokens'
  if (pooling === 'cls') return 'pooling_mode_cls_token'
  return pooling === 'max' ? 'pooling_mode_max_tokens' : 'pooling_mode_lasttoken'
}

function tokenizerOf(vocab: readonly string[]): unknown {
  const special = (id: string) => ({ SpecialToken: { id, type_id: 0 } })
  const known = (id: string) => ({ id, ids: [vocab.indexOf(id)], tokens: [id] })
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [0, 1, 2, 3].map((id) => ({
      id,
      content: vocab[id],
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [special('[CLS]'), { Sequence: { id: 'A', type_id: 0 } }, special('[SEP]')],
      pair: [
        special('[CLS]'),
        { Sequence: { id: 'A', type_id: 0 } },
        special('[SEP]'),
        { Sequence: { id: 'B', type_id: 1 } },
        special('[SEP]'),
      ],
      special_tokens: { '[CLS]': known('[CLS]'), '[SEP]': known('[SEP]') },
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(vocab.map((word, id) => [word, id])),
    },
  }
}

async function put(folder: string, name: string, content: string | Uint8Array): Promise<void> {
  const path = join(folder, ...name.split('/'))
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
}
