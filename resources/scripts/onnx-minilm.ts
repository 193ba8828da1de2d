import { FLOAT, OnnxGraph, RUNTIME_DOMAIN } from './onnx-graph.ts'
import type { Port, Value } from './onnx-graph.ts'
import { bytesFor, FULL_RANGE, quantiseRows, SAFE_RANGE, transposeInto } from './onnx-quantise.ts'
import { INPUT_RANGES } from './onnx-ranges.ts'
import type { InputRange } from './onnx-ranges.ts'
import type { Tensor, Weights } from './onnx-weights.ts'

/** `fp32` is the yardstick that `int8` is held against; only `int8` is shipped. */
export type Precision = 'fp32' | 'int8'

/** The shape of all-MiniLM-L6-v2, from its config.json. */
const LAYERS = 6
const WIDTH = 384
const HEADS = 12
const HEAD_WIDTH = WIDTH / HEADS
const NORM_EPSILON = 1e-12
/** Texts that run together are of the same length, so nothing is padded. */
const NO_MASK = ''
/** What a text may have at most, from its config.json. */
const MAX_TOKENS = 512

/**
 * all-MiniLM-L6-v2 as an ONNX model: `input_ids` of texts of the same length in, unit vectors out. Mean pooling and normalisation
 * are inside, as sentence-transformers does them, so that what runs it needs no arithmetic of its own. No number of a text depends on
 * the texts beside it, so it has the same vector to the bit alone and among others. With `tellsInputs` whatever is multiplied with
 * weights is an output as well, named after them.
 */
export function encodeMiniLm(weights: Weights, precision: Precision, { tellsInputs = false } = {}): Uint8Array {
  const graph = new OnnxGraph()
  const network = new MiniLm(graph, weights, precision)
  let hidden = network.embeddings()
  for (let layer = 0; layer < LAYERS; layer++) hidden = network.layer(hidden, `encoder.layer.${layer}`)
  network.pool(hidden, 'embedding')
  const outputs: Port[] = [{ name: 'embedding', type: 'float', shape: ['batch', WIDTH] }]
  if (tellsInputs) {
    for (const [name, { value, width }] of network.inputs) {
      graph.add('Identity', [value], { output: name })
      outputs.push({ name, type: 'float', shape: ['batch', 'tokens', width] })
    }
  }
  return graph.encode('all-MiniLM-L6-v2', [{ name: 'input_ids', type: 'int64', shape: ['batch', 'tokens'] }], outputs)
}

class MiniLm {
  readonly #graph: OnnxGraph
  readonly #weights: Weights
  readonly #precision: Precision
  #length: Value | undefined
  /** What has been multiplied with weights, by the name of the weights. */
  readonly inputs = new Map<string, { readonly value: Value; readonly width: number }>()

  constructor(graph: OnnxGraph, weights: Weights, precision: Precision) {
    this.#graph = graph
    this.#weights = weights
    this.#precision = precision
    graph.floats('score-scale', new Float32Array([1 / Math.sqrt(HEAD_WIDTH)]), [1])
    for (const number of [0, 1, 2]) graph.integers(String(number), [number])
    for (const number of [0, 1, 2, 3]) graph.integers(`width-${number}`, [number * WIDTH])
    graph.floats('ones', new Float32Array(MAX_TOKENS).fill(1), [1, MAX_TOKENS])
    graph.integers('split-heads', [0, 0, HEADS, HEAD_WIDTH])
    graph.integers('join-heads', [0, 0, WIDTH])
  }

  /** Word plus position plus sentence kind (always the first), normalised. */
  embeddings(): Value {
    const graph = this.#graph
    const kinds = this.#weights.tensor('embeddings.token_type_embeddings.weight').data
    const { data, shape } = this.#weights.tensor('embeddings.position_embeddings.weight')
    graph.floats(
      'positions',
      data.map((number, i) => number + (kinds[i % WIDTH] ?? 0)),
      shape,
    )
    const positions = graph.add('Slice', ['positions', '0', this.#tokens(), '0'])
    return this.#normalise(graph.add('Add', [this.#words(), positions]), 'embeddings.LayerNorm')
  }

  layer(input: Value, prefix: string): Value {
    const mixed = this.#precision === 'int8' ? this.#attention(input, prefix) : this.#exactAttention(input, prefix)
    const attended = this.#addAndNormalise(input, mixed, `${prefix}.attention.output`)
    const inner = this.#graph.add('Gelu', [this.#linear(attended, `${prefix}.intermediate.dense`)], { domain: RUNTIME_DOMAIN })
    return this.#addAndNormalise(attended, inner, `${prefix}.output`)
  }

  /**
   * The sum of the token vectors, at length 1: where their mean points. As a product, because ReduceMean adds in another order when there
   * are several texts, and its last bits differ.
   */
  pool(hidden: Value, output: Value): void {
    const graph = this.#graph
    const ones = graph.add('Slice', ['ones', '0', this.#tokens(), '1'])
    const sum = graph.add('Squeeze', [graph.add('MatMul', [ones, hidden]), '1'])
    const length = graph.add('ReduceL2', [sum, '1'], { attributes: { keepdims: 1 } })
    graph.add('Div', [sum, length], { output })
  }

  /** How many tokens the texts have. */
  #tokens(): Value {
    const graph = this.#graph
    this.#length ??= graph.add('Slice', [graph.add('Shape', ['input_ids']), '1', '2', '0'])
    return this.#length
  }

  #words(): Value {
    const graph = this.#graph
    const words = this.#weights.tensor('embeddings.word_embeddings.weight')
    if (this.#precision === 'fp32') return graph.add('Gather', [graph.floats('words', words.data, words.shape), 'input_ids'])
    const { values, scales } = quantiseRows(words, FULL_RANGE)
    const rows = graph.add('Gather', [graph.bytes('words', values, words.shape), 'input_ids'])
    const rowScales = graph.add('Gather', [graph.floats('word-scales', scales, [scales.length, 1]), 'input_ids'])
    return graph.add('Mul', [graph.add('Cast', [rows], { attributes: { to: FLOAT } }), rowScales])
  }

  /**
   * The mix of values by how well their keys answer the queries, in one operator: queries, keys and values are one product, written where
   * the heads read it.
   */
  #attention(input: Value, prefix: string): Value {
    const { weight, bias } = this.#questions(prefix)
    const { values, scales } = quantiseRows(weight, SAFE_RANGE)
    const name = `${prefix}.attention.self`
    const { bytes, scale, zero } = this.#asBytes(input, name)
    const operands = [
      bytes,
      this.#graph.bytes(`${name}.weight`, transposeInto(new Int8Array(values.length), values, weight.shape), [WIDTH, 3 * WIDTH]),
      this.#graph.floats(`${name}.bias`, bias.data, bias.shape),
      scale,
      this.#graph.floats(`${name}.scale`, scales, [3 * WIDTH]),
      NO_MASK,
      zero,
      this.#graph.bytes(`${name}.zero`, new Int8Array(3 * WIDTH), [3 * WIDTH]),
    ]
    return this.#graph.add('QAttention', operands, { domain: RUNTIME_DOMAIN, attributes: { num_heads: HEADS } })
  }

  #exactAttention(input: Value, prefix: string): Value {
    const graph = this.#graph
    const { weight, bias } = this.#questions(prefix)
    const all = this.#product(input, `${prefix}.attention.self`, weight, bias)
    const part = (from: number, perm: readonly number[]): Value => {
      const slice = graph.add('Slice', [all, `width-${from}`, `width-${from + 1}`, '2'])
      return graph.add('Transpose', [graph.add('Reshape', [slice, 'split-heads'])], { attributes: { perm } })
    }
    const scores = graph.add('Mul', [graph.add('MatMul', [part(0, [0, 2, 1, 3]), part(1, [0, 2, 3, 1])]), 'score-scale'])
    const shares = graph.add('Softmax', [scores], { attributes: { axis: -1 } })
    const mixed = graph.add('Transpose', [graph.add('MatMul', [shares, part(2, [0, 2, 1, 3])])], { attributes: { perm: [0, 2, 1, 3] } })
    return graph.add('Reshape', [mixed, 'join-heads'])
  }

  /** What makes queries, keys and values of a token, one after the other. */
  #questions(prefix: string): { readonly weight: Tensor; readonly bias: Tensor } {
    const names = ['query', 'key', 'value'].map((name) => `${prefix}.attention.self.${name}`)
    return {
      weight: joined(names.map((name) => this.#weights.tensor(`${name}.weight`))),
      bias: joined(names.map((name) => this.#weights.tensor(`${name}.bias`))),
    }
  }

  #linear(input: Value, prefix: string): Value {
    return this.#product(input, prefix, this.#weights.tensor(`${prefix}.weight`), this.#weights.tensor(`${prefix}.bias`))
  }

  #product(input: Value, prefix: string, weight: Tensor, offset: Tensor): Value {
    const graph = this.#graph
    const [outputs = 0, inputs = 0] = weight.shape
    this.inputs.set(prefix, { value: input, width: inputs })
    const bias = graph.floats(`${prefix}.bias`, offset.data, offset.shape)
    if (this.#precision === 'fp32') {
      const turned = transposeInto(new Float32Array(weight.data.length), weight.data, weight.shape)
      const product = graph.add('MatMul', [input, graph.floats(`${prefix}.weight`, turned, [inputs, outputs])])
      return graph.add('Add', [product, bias])
    }
    const { values, scales } = quantiseRows(withLoudChannels(weight, inputRange(prefix).loud), SAFE_RANGE)
    const turned = transposeInto(new Int8Array(values.length), values, weight.shape)
    const { bytes, scale, zero } = this.#asBytes(input, prefix)
    const operands = [
      bytes,
      graph.bytes(`${prefix}.weight`, turned, [inputs, outputs]),
      scale,
      graph.floats(`${prefix}.scale`, scales, [outputs]),
      zero,
      graph.bytes(`${prefix}.zero`, new Int8Array(outputs), [outputs]),
      bias,
    ]
    return graph.add('MatMulIntegerToFloat', operands, { domain: RUNTIME_DOMAIN })
  }

  /** What is to be multiplied with the weights of that name, as bytes. */
  #asBytes(input: Value, name: string): { readonly bytes: Value; readonly scale: Value; readonly zero: Value } {
    const graph = this.#graph
    const { range, loud } = inputRange(name)
    const shares = new Float32Array(WIDTH).fill(1)
    for (const [channel, times] of Object.entries(loud)) shares[Number(channel)] = 1 / times
    const isEven = Object.keys(loud).length === 0
    const even = isEven ? input : graph.add('Mul', [input, graph.floats(`${name}.input-shares`, shares, [WIDTH])])
    const fit = bytesFor(range)
    const scale = graph.floats(`${name}.input-scale`, new Float32Array([fit.scale]), [])
    const zero = graph.bytes(`${name}.input-zero`, new Uint8Array([fit.zero]), [])
    return { bytes: graph.add('QuantizeLinear', [even, scale, zero]), scale, zero }
  }

  #addAndNormalise(before: Value, inner: Value, prefix: string): Value {
    const sum = this.#graph.add('Add', [this.#linear(inner, `${prefix}.dense`), before])
    return this.#normalise(sum, `${prefix}.LayerNorm`)
  }

  #normalise(input: Value, prefix: string): Value {
    const operands = [input, this.#constant(`${prefix}.weight`), this.#constant(`${prefix}.bias`)]
    return this.#graph.add('LayerNormalization', operands, { attributes: { axis: -1, epsilon: { float: NORM_EPSILON } } })
  }

  #constant(name: string): Value {
    const { data, shape }: Tensor = this.#weights.tensor(name)
    return this.#graph.floats(name, data, shape)
  }
}

/** The rows of tensors of one width, one after the other. */
function joined(tensors: readonly Tensor[]): Tensor {
  const data = new Float32Array(tensors.reduce((sum, tensor) => sum + tensor.data.length, 0))
  let end = 0
  for (const tensor of tensors) {
    data.set(tensor.data, end)
    end += tensor.data.length
  }
  const rows = tensors.reduce((sum, { shape: [some = 0] }) => sum + some, 0)
  return { data, shape: [rows, ...(tensors[0]?.shape.slice(1) ?? [])] }
}

function inputRange(name: string): InputRange {
  const found = INPUT_RANGES[name]
  if (!found) throw new Error(`onnx-ranges.ts has nothing for ${name}; run \`node resources/scripts/calibrate-model.ts\`.`)
  return found
}

/** Weights that make up for channels of their input having been divided. */
function withLoudChannels({ data, shape }: Tensor, loud: InputRange['loud']): Tensor {
  const [, inputs = 1] = shape
  return { data: data.map((number, i) => number * (loud[i % inputs] ?? 1)), shape }
}
