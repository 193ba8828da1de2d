/**
 * Vectors as they are kept: one signed byte per dimension after a float32 scale. A quarter of float32 in file and cache, and
 * a cosine is off by less than 0.002. Layout: scale (4 bytes, little endian), then the bytes.
 */
const SCALE_BYTES = 4

export function quantize(vector: Float32Array): Uint8Array {
  const bytes = new Uint8Array(SCALE_BYTES + vector.length)
  const peak = vector.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
  if (!(peak > 0) || !Number.isFinite(peak)) return bytes
  const values = new Int8Array(bytes.buffer, SCALE_BYTES)
  let norm = 0
  for (let i = 0; i < vector.length; i++) {
    const value = Math.round(((vector[i] ?? 0) / peak) * 127)
    values[i] = value
    norm += value * value
  }
  // The rounded vector is the one that gets length 1: its direction is then all that rounding can have changed.
  new DataView(bytes.buffer).setFloat32(0, 1 / Math.sqrt(norm), true)
  return bytes
}

/** The bytes of a kept vector: its direction. */
export function keptValues(kept: Uint8Array): Int8Array {
  return new Int8Array(kept.buffer, kept.byteOffset + SCALE_BYTES, kept.length - SCALE_BYTES)
}

/** What makes the bytes of a kept vector a unit vector. */
export function scaleOf(kept: Uint8Array): number {
  return new DataView(kept.buffer, kept.byteOffset, SCALE_BYTES).getFloat32(0, true)
}

/** The unit vector that was kept. `quantize` makes the same bytes of it again. */
export function unquantize(kept: Uint8Array): Float32Array {
  const scale = scaleOf(kept)
  return Float32Array.from(keptValues(kept), (value) => value * scale)
}

/** The vector with length 1; all zeros stays as it is. */
export function toUnit(vector: Float32Array): Float32Array {
  let norm = 0
  for (const value of vector) norm += value * value
  if (!(norm > 0) || Math.abs(norm - 1) < 1e-6) return vector
  const length = Math.sqrt(norm)
  return vector.map((value) => value / length)
}
