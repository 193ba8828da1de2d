/** What the local embedder and its thread say to each other. */

/** Answered when the model can be used; rejected with why not. */
export interface LoadRequest {
  readonly modelFolder: string
  /** Threads within one run of the model. */
  readonly threads: number
  /** Of a `NativeGate`. */
  readonly gate: SharedArrayBuffer
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
