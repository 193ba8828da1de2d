import { FLOAT, OnnxGraph, RUNTIME_DOMAIN } from './onnx-graph.ts'
import type { Value } from './onnx-graph.ts'
import { FULL_RANGE, quantiseRows, SAFE_RANGE, transposeInto } from './onnx-quantise.ts'
import type { Tensor, Weights } from './onnx-weights.ts'

/** `fp32` is the yardstick that `int8` is held against; only `int8` is shipped. */
export type Precision = 'fp32' | 'int8'

/** The shape of all-MiniLM-L6-v2, from its config.json. */
const LAYERS = 6
const WIDTH = 384
const HEADS = 12
const HEAD_WIDTH = WIDTH / HEADS
const NORM_EPSILON = 1e-12
/** One text at a time, so nothing is padded. */
const NO_MASK = ''

/**
 * all-MiniLM-L6-v2 as an ONNX model: `input_ids` of texts of the same length in, unit vectors out. Mean pooling and normalisation
 * are inside, as sentence-transformers does them, so that what runs it needs no arithmetic of its own.
 */
export function encodeMiniLm(weights: Weights, precision: Precision): Uint8Array {
  const graph = new OnnxGraph()
  const network = new MiniLm(graph, weights, precision)
  let hidden = network.embeddings()
  for (let layer = 0; layer < LAYERS; layer++) hidden = network.layer(hidden, `encoder.layer.${layer}`)
  network.pool(hidden, 'embedding')
  return graph.encode(
    'all-MiniLM-L6-v2',
    [{ name: 'input_ids', type: 'int64', shape: ['batch', 'tokens'] }],
    [{ name: 'embedding', type: 'float', shape: ['batch', WIDTH] }],
  )
}

class MiniLm {
  readonly #graph: OnnxGraph
  readonly #weights: Weights
  readonly #precision: Precision

  constructor(graph: OnnxGraph, weights: Weights, precision: Precision) {
    this.#graph = graph
    this.#weights = weights
    this.#precision = precision
    graph.floats('score-scale', new Float32Array([1 / Math.sqrt(HEAD_WIDTH)]), [1])
    for (const number of [0, 1, 2]) graph.integers(String(number), [number])
    for (const number of [0, 1, 2, 3]) graph.integers(`width-${number}`, [number * WIDTH])
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
    const length = graph.add('Slice', [graph.add('Shape', ['input_ids']), '1', '2', '0'])
    const positions = graph.add('Slice', ['positions', '0', length, '0'])
    return this.#normalise(graph.add('Add', [this.#words(), positions]), 'embeddings.LayerNorm')
  }

  layer(input: Value, prefix: string): Value {
    const mixed = this.#precision === 'int8' ? this.#attention(input, prefix) : this.#exactAttention(input, prefix)
    const attended = this.#addAndNormalise(input, mixed, `${prefix}.attention.output`)
    const inner = this.#graph.add('Gelu', [this.#linear(attended, `${prefix}.intermediate.dense`)], { domain: RUNTIME_DOMAIN })
    return this.#addAndNormalise(attended, inner, `${prefix}.output`)
  }

  /** The mean of the token vectors, at length 1. */
  pool(hidden: Value, output: Value): void {
    const graph = this.#graph
    const mean = graph.add('ReduceMean', [hidden, '1'], { attributes: { keepdims: 0 } })
    const length = graph.add('ReduceL2', [mean, '1'], { attributes: { keepdims: 1 } })
    graph.add('Div', [mean, length], { output })
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
   * The mix of values by how well their keys answer the queries, in one operator: the input is made bytes once for queries, keys and values,
   * and their products are written where the heads read them.
   */
  #attention(input: Value, prefix: string): Value {
    const { weight, bias } = this.#questions(prefix)
    const { values, scales } = quantiseRows(weight, SAFE_RANGE)
    const { bytes, scale, zero } = this.#graph.quantise(input)
    const name = `${prefix}.attention.self`
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
    const bias = graph.floats(`${prefix}.bias`, offset.data, offset.shape)
    if (this.#precision === 'fp32') {
      const turned = transposeInto(new Float32Array(weight.data.length), weight.data, weight.shape)
      const product = graph.add('MatMul', [input, graph.floats(`${prefix}.weight`, turned, [inputs, outputs])])
      return graph.add('Add', [product, bias])
    }
    const { values, scales } = quantiseRows(weight, SAFE_RANGE)
    const turned = transposeInto(new Int8Array(values.length), values, weight.shape)
    const operands = [
      graph.bytes(`${prefix}.weight`, turned, [inputs, outputs]),
      graph.floats(`${prefix}.scale`, scales, [outputs]),
      graph.bytes(`${prefix}.zero`, new Int8Array(outputs), [outputs]),
      bias,
    ]
    return graph.add('DynamicQuantizeMatMul', [input, ...operands], { domain: RUNTIME_DOMAIN })
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
