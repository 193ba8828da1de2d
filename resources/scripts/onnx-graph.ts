import onnxProto from 'onnx-proto'

const { onnx } = onnxProto
type OnnxNode = InstanceType<typeof onnx.NodeProto>
type OnnxTensor = InstanceType<typeof onnx.TensorProto>

/** The name of a value that flows between operators. */
export type Value = string

/** A list of whole numbers, one whole number, or one real number. */
export type Attribute = readonly number[] | number | { readonly float: number }

export interface Port {
  readonly name: string
  readonly type: 'int64' | 'float'
  /** A word stands for a size that is known only when the model runs. */
  readonly shape: readonly (number | string)[]
}

const TYPES = onnx.TensorProto.DataType
const ATTRIBUTE_TYPES = onnx.AttributeProto.AttributeType
/** Value of the `to` attribute of the Cast operator. */
export const FLOAT = TYPES.FLOAT

/** Operator set 18 is the first with ReduceL2 taking its axes as an input; ir_version 9 is what goes with it. */
const OPERATOR_SET = 18
const IR_VERSION = 9
/** Operators that only ONNX Runtime has: MatMulIntegerToFloat, QAttention, Gelu. */
export const RUNTIME_DOMAIN = 'com.microsoft'

/** Writes an ONNX model operator by operator. Names are counted, so the same calls give the same bytes. */
export class OnnxGraph {
  readonly #nodes: OnnxNode[] = []
  readonly #constants: OnnxTensor[] = []

  floats(name: string, data: Float32Array, shape: readonly number[]): Value {
    return this.#constant(name, data, shape, TYPES.FLOAT)
  }

  bytes(name: string, data: Int8Array | Uint8Array, shape: readonly number[]): Value {
    return this.#constant(name, data, shape, data instanceof Int8Array ? TYPES.INT8 : TYPES.UINT8)
  }

  integers(name: string, values: readonly number[]): Value {
    return this.#constant(name, BigInt64Array.from(values, BigInt), [values.length], TYPES.INT64)
  }

  /** Adds an operator and returns its output; `output` names it, else it is named after the operator. */
  add(
    type: string,
    inputs: readonly Value[],
    options: { attributes?: Record<string, Attribute>; domain?: string; output?: Value } = {},
  ): Value {
    const name = this.#nextName(type)
    const output = options.output ?? name
    const attribute = Object.entries(options.attributes ?? {}).map(([key, value]) => attributeOf(key, value))
    this.#nodes.push(
      onnx.NodeProto.create({ name, opType: type, domain: options.domain ?? '', input: [...inputs], output: [output], attribute }),
    )
    return output
  }

  encode(name: string, inputs: readonly Port[], outputs: readonly Port[]): Uint8Array {
    const model = onnx.ModelProto.create({
      irVersion: IR_VERSION,
      opsetImport: [
        { domain: '', version: OPERATOR_SET },
        { domain: RUNTIME_DOMAIN, version: 1 },
      ],
      producerName: 'tmws',
      graph: { name, node: this.#nodes, initializer: this.#constants, input: inputs.map(portOf), output: outputs.map(portOf) },
    })
    return onnx.ModelProto.encode(model).finish()
  }

  #nextName(type: string): string {
    return `${type}_${this.#nodes.length}`
  }

  #constant(name: string, data: Float32Array | Int8Array | Uint8Array | BigInt64Array, shape: readonly number[], dataType: number): Value {
    const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    this.#constants.push(onnx.TensorProto.create({ name, dims: [...shape], dataType, rawData }))
    return name
  }
}

function attributeOf(name: string, value: Attribute): InstanceType<typeof onnx.AttributeProto> {
  if (typeof value === 'number') return onnx.AttributeProto.create({ name, type: ATTRIBUTE_TYPES.INT, i: value })
  if ('float' in value) return onnx.AttributeProto.create({ name, type: ATTRIBUTE_TYPES.FLOAT, f: value.float })
  return onnx.AttributeProto.create({ name, type: ATTRIBUTE_TYPES.INTS, ints: [...value] })
}

function portOf({ name, type, shape }: Port) {
  const dim = shape.map((size) => (typeof size === 'string' ? { dimParam: size } : { dimValue: size }))
  return { name, type: { tensorType: { elemType: type === 'int64' ? TYPES.INT64 : TYPES.FLOAT, shape: { dim } } } }
}
