import { HttpProblem } from './http-problem.ts'

/** How one kind of server is asked for vectors, and what its answer means. */
export interface EmbeddingWire {
  readonly url: string
  body(texts: readonly string[]): unknown
  /** One list of numbers per text, in their order. Throws HttpProblem `invalid` for an answer that is none. */
  read(answer: unknown, count: number): Float32Array[]
  /** Tries another way of asking after the server has rejected the first; false if there is none. */
  fallBack(): boolean
}

export interface WireOptions {
  /** Without a slash at its end. */
  readonly url: string
  readonly model: string
  readonly dimensions?: number
}

/** `POST …/embeddings` of the OpenAI API, which most servers and gateways speak. */
export function openAiWire({ url, model, dimensions }: WireOptions): EmbeddingWire {
  // A quarter of the bytes; servers that know only numbers either ignore it or reject it.
  let format: 'base64' | 'float' = 'base64'
  return {
    url: openAiUrl(url),
    body: (texts) => ({ model, input: texts, encoding_format: format, ...(dimensions !== undefined && { dimensions }) }),
    read(answer, count) {
      const { data } = asRecord(answer)
      if (!Array.isArray(data) || data.length !== count) throw invalid(`it gave ${describeCount(data)} for ${count} texts`)
      const vectors: Float32Array[] = []
      for (const [place, item] of data.entries()) {
        const { index = place, embedding } = asRecord(item)
        if (typeof index !== 'number' || !Number.isInteger(index) || index < 0 || index >= count || vectors[index])
          throw invalid('it numbers the vectors wrongly')
        vectors[index] = numbersOf(embedding)
      }
      return vectors
    },
    fallBack: () => {
      const wasBase64 = format === 'base64'
      format = 'float'
      return wasBase64
    },
  }
}

/** `POST /api/embed` of Ollama. */
export function ollamaWire({ url, model, dimensions }: WireOptions): EmbeddingWire {
  return {
    url: `${url}/api/embed`,
    // It would cut long texts silently; refused, they are cut by us, and nothing is lost.
    body: (texts) => ({ model, input: texts, truncate: false, ...(dimensions !== undefined && { dimensions }) }),
    read(answer, count) {
      const { embeddings } = asRecord(answer)
      if (!Array.isArray(embeddings) || embeddings.length !== count)
        throw invalid(`it gave ${describeCount(embeddings)} for ${count} texts`)
      return embeddings.map(numbersOf)
    },
    fallBack: () => false,
  }
}

function openAiUrl(url: string): string {
  if (url.endsWith('/embeddings')) return url
  return new URL(url).pathname === '/' ? `${url}/v1/embeddings` : `${url}/embeddings`
}

function numbersOf(value: unknown): Float32Array {
  const numbers = typeof value === 'string' ? fromBase64(value) : value
  if (!Array.isArray(numbers) && !(numbers instanceof Float32Array)) throw invalid('a vector is no list of numbers')
  // Checked one by one below.
  const vector = Float32Array.from(numbers as readonly number[])
  if (vector.length === 0 || !vector.every(Number.isFinite)) throw invalid('a vector holds something that is no finite number')
  return vector
}

/** 32-bit floats, little endian. */
function fromBase64(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length === 0 || bytes.length % 4 !== 0) throw invalid('a vector is no base64 of 32-bit floats')
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(i * 4))
}

function asRecord(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw invalid('it is no JSON object')
  return value as Record<string, unknown> // an object
}

function describeCount(list: unknown): string {
  return Array.isArray(list) ? `${list.length} vectors` : 'no list of vectors'
}

function invalid(what: string): HttpProblem {
  return new HttpProblem('invalid', `the answer of the embedding server cannot be used: ${what}`)
}
