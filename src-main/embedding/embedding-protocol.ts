import type { PromptPrefixes } from './prompt-prefixes.ts'

/** What the local embedder and its thread say to each other. */

/** Answered with a `LoadedModel` when the model can be used; rejected with why not. */
export interface LoadRequest {
  readonly modelFolder: string
  /** `built-in`: as `npm run build` makes it. `hugging-face`: as models lie on the hub. */
  readonly layout: 'built-in' | 'hugging-face'
  /** What a model of the hub is called; its id depends on it. */
  readonly name: string
  /** Of the graph within the folder, when it is not the usual one. */
  readonly file?: string
  /** In place of those the model is known to need. */
  readonly prefixes?: Partial<PromptPrefixes>
  /** Threads within one run of the model. */
  readonly threads: number
  /** Of a `NativeGate`. */
  readonly gate: SharedArrayBuffer
}

export interface LoadedModel {
  readonly modelId: string
  readonly dimensions: number
}

export interface QueryRequest {
  readonly job: number
  readonly text: string
}

export interface TextsRequest {
  readonly job: number
  readonly texts: readonly string[]
}

export interface CancelRequest {
  readonly job: number
}

/** Vectors of several texts in one block: cheaper to send than many small arrays. */
export interface PackedVectors {
  readonly data: Float32Array
  /** How many vectors each text has. */
  readonly counts: readonly number[]
}

export function packVectors(vectors: readonly (readonly Float32Array[])[]): PackedVectors {
  const all = vectors.flat()
  const data = new Float32Array(all.reduce((sum, vector) => sum + vector.length, 0))
  let offset = 0
  for (const vector of all) {
    data.set(vector, offset)
    offset += vector.length
  }
  return { data, counts: vectors.map((ofText) => ofText.length) }
}

/** Each vector is a copy of its own, so that whoever keeps one does not keep the block. */
export function unpackVectors({ data, counts }: PackedVectors, dimensions: number): Float32Array[][] {
  let offset = 0
  return counts.map((count) =>
    Array.from({ length: count }, () => {
      const vector = data.slice(offset, offset + dimensions)
      offset += dimensions
      return vector
    }),
  )
}
