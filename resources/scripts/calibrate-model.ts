// `node resources/scripts/calibrate-model.ts`: between which numbers lies what the embedding model multiplies with its weights? Written to
// onnx-ranges.ts, from which the model is built. To be run again if the model is to be another; its result is part of the source.
import { globSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Tokenizer } from '@huggingface/tokenizers'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { LOCAL_MODEL } from '../../src-main/embedding/model-manifest.ts'
import { TOKENIZER_FILE, WEIGHTS_FILE } from './build-model.ts'
import { encodeMiniLm } from './onnx-minilm.ts'
import type { Range } from './onnx-quantise.ts'
import { readWeights } from './onnx-weights.ts'
import { Notes } from './scale/notes.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
/** Of the texts' extremes so many are left out at either end: a freak text shall not make the steps of all others coarser. */
const LEFT_OUT = 0.01
/**
 * What goes into the wide part of a layer has a few channels of 384 that are far louder than the others, so all others would have coarse
 * steps: each such channel is divided down to this. Against 32-bit floats the mean cosine is 0.990 without, 0.993 with 4, 6 or 8.
 */
const LOUD = 6
const MAY_BE_LOUD = /intermediate/
/**
 * What comes out of it has one such channel, at the marks around each text. It is cut off: the mean cosine is 0.993 without, 0.994 with
 * 0.5 or 0.7, 0.993 with 0.35.
 */
const CUT = 0.6
const IS_CUT = /layer\.\d+\.output/
const PIECE_CHARACTERS = 900
const ODD_TEXTS = [
  'a',
  'ok',
  'What did I say about the deadline?',
  'dark mode',
  '日本語の文章です。これは試験です。',
  '东京的天气很好。',
  'مرحبا بالعالم שלום',
  'Ünïcödé straße, naïve café',
  '🙂🙂🙂',
  '1234567890 0x00ff 3.14159 2026-05-03T10:00:00Z',
  'SELECT * FROM memories WHERE namespace = $1;',
  '????!!!!....',
  '\n\n\t',
  'x'.repeat(300),
]

interface Found {
  /** The least and the greatest number in each text. */
  readonly ofTexts: Range[]
  /** The greatest distance from zero in each channel. */
  readonly ofChannels: Float32Array
}

const texts = [...notes(400), ...pieces('src-main/**/*.ts', 150), ...pieces('resources/docs/**/*.md', 60), ...ODD_TEXTS]
await writeFile(new URL('onnx-ranges.ts', import.meta.url), source(await extremesOf(texts)))
console.log(`Wrote onnx-ranges.ts from ${texts.length} texts; \`npm run build\` builds the model anew.`)

function notes(count: number): string[] {
  const made = new Notes(count)
  return Array.from({ length: count }, (_, number) => made.note(number).text)
}

/** A piece of each of so many files. */
function pieces(pattern: string, count: number): string[] {
  const files = globSync(pattern, { cwd: ROOT }).sort()
  return files.slice(0, count).map((file) => readFileSync(`${ROOT}${file}`, 'utf8').slice(0, PIECE_CHARACTERS))
}

/** By the name of the weights. */
async function extremesOf(texts: readonly string[]): Promise<Map<string, Found>> {
  const graph = encodeMiniLm(readWeights(readFileSync(WEIGHTS_FILE)), 'fp32', { tellsInputs: true })
  const session = await InferenceSession.create(graph, { intraOpNumThreads: 1 })
  const config = JSON.parse(readFileSync(TOKENIZER_FILE, 'utf8')) as Record<string, unknown>
  const tokenizer = new Tokenizer({ ...config, truncation: null, padding: null }, {})
  const extremes = new Map<string, Found>()
  for (const text of texts) {
    const { ids } = tokenizer.encode(text)
    const window = [...ids.slice(0, LOCAL_MODEL.maxTokens - 1), ids.at(-1) ?? 0]
    const told = await session.run({ input_ids: new Tensor('int64', BigInt64Array.from(window, BigInt), [1, window.length]) })
    for (const [name, { data, dims }] of Object.entries(told)) {
      if (name !== 'embedding') extremes.set(name, withText(extremes.get(name), data as Float32Array, dims[2] ?? 0))
    }
  }
  await session.release()
  return extremes
}

function withText(found: Found | undefined, numbers: Float32Array, width: number): Found {
  const { ofTexts, ofChannels } = found ?? { ofTexts: [], ofChannels: new Float32Array(width) }
  let low = 0
  let high = 0
  for (const [i, number] of numbers.entries()) {
    low = Math.min(low, number)
    high = Math.max(high, number)
    ofChannels[i % width] = Math.max(ofChannels[i % width] ?? 0, Math.abs(number))
  }
  return { ofTexts: [...ofTexts, [low, high]], ofChannels }
}

function rangeOf(name: string, { ofTexts }: Found): Range {
  const at = Math.floor(ofTexts.length * LEFT_OUT)
  const low = ofTexts.map((range) => range[0]).sort((a, b) => a - b)[at] ?? 0
  const high = ofTexts.map((range) => range[1]).sort((a, b) => b - a)[at] ?? 0
  if (MAY_BE_LOUD.test(name)) return [Math.max(low, -LOUD), Math.min(high, LOUD)]
  return [low, IS_CUT.test(name) ? high * CUT : high]
}

/** How many times too loud a channel is. */
function loudOf(name: string, { ofChannels }: Found): [number, number][] {
  if (!MAY_BE_LOUD.test(name)) return []
  return [...ofChannels.entries()].filter(([, distance]) => distance > LOUD).map(([channel, distance]) => [channel, distance / LOUD])
}

function source(extremes: ReadonlyMap<string, Found>): string {
  const entries = [...extremes].map(([name, found]) => {
    const range = rangeOf(name, found).map(rounded).join(', ')
    const loud = loudOf(name, found).map(([channel, times]) => `${channel}: ${rounded(times)}`)
    return `  '${name}': { range: [${range}], loud: { ${loud.join(', ')} } },`
  })
  return `import type { Range } from './onnx-quantise.ts'

/** What is multiplied with weights, as it is found in texts. */
export interface InputRange {
  /** Between which numbers it lies, loud channels divided by what they are too loud. */
  readonly range: Range
  /** Channels that are louder than the others, and how many times. */
  readonly loud: Readonly<Record<number, number>>
}

/**
 * By the name of the weights. Written by calibrate-model.ts. The ends hardly differ from text to text (the marks around each have the
 * extremes), so that fixed ranges are as good as those of each text.
 */
export const INPUT_RANGES: Readonly<Record<string, InputRange>> = {
${entries.join('\n')}
}
`
}

function rounded(number: number): number {
  return Math.round(number * 1_000) / 1_000
}
