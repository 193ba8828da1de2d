import { openOnnxEngine } from '../../src-main/embedding/onnx-engine.ts'
import type { OnnxEngine } from '../../src-main/embedding/onnx-engine.ts'
import { builtInSpec } from '../../src-main/embedding/model-spec.ts'

/** Three texts of which the first two mean the same, almost without a common word. */
const QUESTION = 'How do I sign in when I forgot my password?'
const ANSWER = 'Resetting lost login credentials'
const STRANGER = 'The recipe needs three eggs and a cup of flour.'
/** Far below what the model gives (about 0.6 apart), far above what a broken graph gives. */
const LEAST_GAP = 0.3

/** Loads a freshly built model and asks it something whose answer is known. Throws when it is wrong. */
export async function checkModel(folder: string): Promise<void> {
  const engine = await openOnnxEngine(builtInSpec(folder))
  try {
    const question = await vectorOf(engine, QUESTION)
    const answer = await vectorOf(engine, ANSWER)
    const stranger = await vectorOf(engine, STRANGER)
    const length = Math.sqrt(cosine(question, question))
    if (Math.abs(length - 1) > 1e-3) throw new Error(`The built embedding model gives vectors of length ${length} instead of 1.`)
    const gap = cosine(question, answer) - cosine(question, stranger)
    if (!(gap > LEAST_GAP)) throw new Error(`The built embedding model does not tell meanings apart (gap ${gap.toFixed(3)}).`)
  } finally {
    await engine.close()
  }
}

/** Of a text that fits into one window. */
export async function vectorOf(engine: OnnxEngine, text: string): Promise<Float32Array> {
  const [vector] = await engine.embed([engine.tokenize(text)], 'text')
  if (!vector) throw new Error('The built embedding model gives no vector.')
  return vector
}

/** Of unit vectors: the sum of the products. */
export function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, number, i) => sum + number * (b[i] ?? 0), 0)
}
