import type { Range } from './onnx-quantise.ts'

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
  'encoder.layer.0.attention.self': { range: [-2.8, 6.335], loud: {} },
  'encoder.layer.0.attention.output.dense': { range: [-3.289, 2.168], loud: {} },
  'encoder.layer.0.intermediate.dense': { range: [-6, 6], loud: { 63: 1.881, 99: 4.76, 157: 1.135, 267: 1.309, 303: 1.087 } },
  'encoder.layer.0.output.dense': { range: [-0.17, 14.723], loud: {} },
  'encoder.layer.1.attention.self': { range: [-4.761, 8.134], loud: {} },
  'encoder.layer.1.attention.output.dense': { range: [-2.333, 2.916], loud: {} },
  'encoder.layer.1.intermediate.dense': { range: [-6, 6], loud: { 63: 1.461, 99: 5.059, 157: 1.395, 223: 1.372, 267: 1.244, 338: 1.005 } },
  'encoder.layer.1.output.dense': { range: [-0.17, 12.23], loud: {} },
  'encoder.layer.2.attention.self': { range: [-5.157, 7.993], loud: {} },
  'encoder.layer.2.attention.output.dense': { range: [-2.491, 2.325], loud: {} },
  'encoder.layer.2.intermediate.dense': { range: [-6, 6], loud: { 63: 1.337, 99: 4.622, 157: 1.328, 223: 2.446, 338: 1.077 } },
  'encoder.layer.2.output.dense': { range: [-0.17, 10.508], loud: {} },
  'encoder.layer.3.attention.self': { range: [-5.25, 9.66], loud: {} },
  'encoder.layer.3.attention.output.dense': { range: [-2.176, 2.82], loud: {} },
  'encoder.layer.3.intermediate.dense': { range: [-6, 6], loud: { 63: 1.731, 99: 4.812, 157: 1.271, 223: 2.84, 338: 1.031 } },
  'encoder.layer.3.output.dense': { range: [-0.17, 8.218], loud: {} },
  'encoder.layer.4.attention.self': { range: [-6.127, 10.522], loud: {} },
  'encoder.layer.4.attention.output.dense': { range: [-2.7, 2.626], loud: {} },
  'encoder.layer.4.intermediate.dense': { range: [-6, 6], loud: { 63: 1.541, 99: 3.603, 127: 2.276, 157: 1.22, 223: 2.514 } },
  'encoder.layer.4.output.dense': { range: [-0.17, 4.864], loud: {} },
  'encoder.layer.5.attention.self': { range: [-5.769, 9.897], loud: {} },
  'encoder.layer.5.attention.output.dense': { range: [-3.066, 3.071], loud: {} },
  'encoder.layer.5.intermediate.dense': { range: [-6, 6], loud: { 99: 2.251, 127: 1.276, 223: 2.208, 319: 1.719 } },
  'encoder.layer.5.output.dense': { range: [-0.17, 5.714], loud: {} },
}
