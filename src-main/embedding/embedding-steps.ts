import { LIMITS } from '../contract/protocol.ts'
import type { OnnxEngine } from './onnx-engine.ts'
import { slicesOf, windowsOf } from './text-windows.ts'
import type { Steps } from './work-lanes.ts'

/** Ids shared by neighbouring windows: about two sentences. */
const OVERLAP_TOKENS = 32
/** Tokenized at once: a few milliseconds of work, less than a window takes to embed. */
const SLICE_CHARACTERS = 4_000

/** The vector of a question: of its first window, which no honest question fills. */
export async function* embedQuerySteps(engine: OnnxEngine, text: string): Steps<Float32Array> {
  const ids = engine.tokenize(text.slice(0, LIMITS.queryCharacters))
  yield undefined
  return engine.embed(ids.slice(0, engine.windowTokens), 'query')
}

/** For each text the vectors of its windows. Beyond the limit of a memory's content a text is not read. */
export async function* embedTextsSteps(engine: OnnxEngine, texts: readonly string[]): Steps<Float32Array[][]> {
  const vectors: Float32Array[][] = []
  for (const text of texts) {
    const ids: number[] = []
    for (const slice of slicesOf(text.slice(0, LIMITS.contentCharacters), SLICE_CHARACTERS)) {
      for (const id of engine.tokenize(slice)) ids.push(id)
      yield undefined
    }
    const ofText: Float32Array[] = []
    for (const window of windowsOf(ids, engine.windowTokens, Math.min(OVERLAP_TOKENS, engine.windowTokens >> 2))) {
      ofText.push(await engine.embed(window, 'text'))
      yield undefined
    }
    vectors.push(ofText)
  }
  return vectors
}
