import { LIMITS } from '../contract/protocol.ts'
import type { OnnxEngine } from './onnx-engine.ts'
import { sameLengths, slicesOf, windowsOf } from './text-windows.ts'
import type { Steps } from './work-lanes.ts'

/** Ids shared by neighbouring windows: about two sentences. */
const OVERLAP_TOKENS = 32
/** Tokenized at once: a few milliseconds of work, less than a window takes to embed. */
const SLICE_CHARACTERS = 4_000

/** Through the model at once: no more work than one long window, which a question may have to wait for anyway. */
const TOKENS_AT_ONCE = 256

/** The vector of a question: of its first window, which no honest question fills. */
export async function* embedQuerySteps(engine: OnnxEngine, text: string): Steps<Float32Array> {
  const ids = engine.tokenize(text.slice(0, LIMITS.queryCharacters))
  yield undefined
  return one(await engine.embed([ids.slice(0, engine.windowTokens)], 'query'))
}

/**
 * For each text the vectors of its windows. Beyond the limit of a memory's content a text is not read. Windows of the same length go
 * through the model together where it allows: four of 47 tokens take a fifth less time so, of 20 tokens a third.
 */
export async function* embedTextsSteps(engine: OnnxEngine, texts: readonly string[]): Steps<Float32Array[][]> {
  const windows: { readonly text: number; readonly at: number; readonly ids: readonly number[] }[] = []
  for (const [text, content] of texts.entries()) {
    const ids: number[] = []
    for (const slice of slicesOf(content.slice(0, LIMITS.contentCharacters), SLICE_CHARACTERS)) {
      for (const id of engine.tokenize(slice)) ids.push(id)
      yield undefined
    }
    const overlap = Math.min(OVERLAP_TOKENS, engine.windowTokens >> 2)
    for (const [at, ofWindow] of windowsOf(ids, engine.windowTokens, overlap).entries()) windows.push({ text, at, ids: ofWindow })
  }
  const vectors = texts.map((): Float32Array[] => [])
  for (const group of sameLengths(windows, engine.runsTogether ? TOKENS_AT_ONCE : 0)) {
    const ofGroup = await engine.embed(
      group.map(({ ids }) => ids),
      'text',
    )
    for (const [i, { text, at }] of group.entries()) {
      const ofText = vectors[text]
      const vector = ofGroup[i]
      if (ofText && vector) ofText[at] = vector
    }
    yield undefined
  }
  return vectors
}

function one([vector]: readonly Float32Array[]): Float32Array {
  if (!vector) throw new Error('The model gave no vector.')
  return vector
}
