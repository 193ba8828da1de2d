import { seededRandom } from './sample-text.ts'

const CENTRES = 500
const CENTRE_PEAK = 90
const NOISE_PEAK = 37
const NOISE_VALUES = 65_521

/**
 * A vector as an export holds it (float32 scale, then a signed byte a dimension), the same for the same number. Nothing is embedded:
 * there are 500 random centres, and a vector is the one of its number with a stretch of a long table of noise added. So there are
 * neighbourhoods, as with texts, and making one costs next to nothing.
 */
export function sampleVector(number: number, dimensions: number): Buffer {
  const centre = centres(dimensions)[number % CENTRES] ?? new Int8Array(dimensions)
  const offset = Math.imul(number + 1, 2_654_435_761) >>> 0
  const bytes = Buffer.alloc(4 + dimensions)
  let norm = 0
  for (let at = 0; at < dimensions; at += 1) {
    const value = (centre[at] ?? 0) + (noise()[(offset + at * 31) % NOISE_VALUES] ?? 0)
    bytes.writeInt8(value, 4 + at)
    norm += value * value
  }
  bytes.writeFloatLE(1 / Math.sqrt(norm), 0)
  return bytes
}

const centresOf = new Map<number, Int8Array[]>()
let noiseTable: Int8Array | undefined

function centres(dimensions: number): readonly Int8Array[] {
  const known = centresOf.get(dimensions)
  if (known) return known
  const made = Array.from({ length: CENTRES }, (_, index) => randomBytes(index + 1, dimensions, CENTRE_PEAK))
  centresOf.set(dimensions, made)
  return made
}

function noise(): Int8Array {
  return (noiseTable ??= randomBytes(7_919, NOISE_VALUES, NOISE_PEAK))
}

function randomBytes(seed: number, length: number, peak: number): Int8Array {
  const random = seededRandom(seed)
  return Int8Array.from({ length }, () => Math.round((random() * 2 - 1) * peak))
}
