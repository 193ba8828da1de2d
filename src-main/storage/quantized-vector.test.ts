import { expect, it } from 'vitest'
import { keptValues, quantize, scaleOf, toUnit } from './quantized-vector.ts'

const random = (seed: number) => toUnit(Float32Array.from({ length: 384 }, (_, i) => Math.sin(seed * 1000 + i * i) * Math.cos(i + seed)))

const cosine = (question: Float32Array, kept: Uint8Array) =>
  keptValues(kept).reduce((sum, value, i) => sum + value * (question[i] ?? 0), 0) * scaleOf(kept)

it('keeps a cosine within 0.002', () => {
  for (let seed = 1; seed < 200; seed++) {
    const [a, b] = [random(seed), random(seed + 500)]
    const exact = a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)
    expect(Math.abs(cosine(a, quantize(b)) - exact)).toBeLessThan(0.002)
    expect(cosine(b, quantize(b))).toBeGreaterThan(0.9995)
  }
})

it('reads vectors from anywhere in a larger buffer', () => {
  const kept = quantize(random(3))
  const shifted = Buffer.concat([Buffer.alloc(3), kept]).subarray(3)
  expect(cosine(random(3), shifted)).toBe(cosine(random(3), kept))
})

it('takes vectors of any length for directions, and nothing for nothing', () => {
  const long = random(1).map((value) => value * 40)
  expect(cosine(random(1), quantize(long))).toBeCloseTo(1, 3)
  expect(toUnit(long)[0]).toBeCloseTo(random(1)[0] ?? 0, 6)
  const zero = new Float32Array(384)
  expect(cosine(random(1), quantize(zero))).toBe(0)
  expect(toUnit(zero)).toEqual(zero)
  expect(cosine(random(1), quantize(zero.fill(Number.NaN)))).toBe(0)
})
