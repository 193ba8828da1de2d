import { describe, expect, it } from 'vitest'
import { createHashEmbedder } from './hash-embedder.ts'

const embedder = createHashEmbedder()
const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, number, i) => sum + number * (b[i] ?? 0), 0)

describe('the hash embedder', () => {
  it('is ready at once and names its vectors', () => {
    expect(embedder).toMatchObject({ modelId: 'hash-64', dimensions: 64, state: { status: 'ready' } })
  })

  it('gives the same text the same unit vector, as a query and as a text', async () => {
    const [[vector]] = (await embedder.embedTexts(['The cat sat.'])) as [[Float32Array]]
    expect(await embedder.embedQuery('the CAT sat')).toEqual(vector)
    expect(vector).toHaveLength(64)
    expect(Math.hypot(...vector)).toBeCloseTo(1, 5)
  })

  it('puts texts that share words nearer than strangers', async () => {
    const query = await embedder.embedQuery('the red house by the lake')
    const near = await embedder.embedQuery('a red house near the lake')
    const far = await embedder.embedQuery('quarterly budget numbers for sales')
    expect(cosine(query, near)).toBeGreaterThan(cosine(query, far) + 0.2)
  })

  it.each(['', '   ', '\u0000\u0007', '🙂', '日本語'])('gives %j a unit vector', async (text) => {
    expect(Math.hypot(...(await embedder.embedQuery(text)))).toBeCloseTo(1, 5)
  })

  it('cuts a long text into overlapping windows', async () => {
    const counts = await embedder.embedTexts([200, 201, 375, 376].map((words) => 'word '.repeat(words)))
    expect(counts.map((windows) => windows.length)).toEqual([1, 2, 2, 3])
  })

  it('rejects with the reason of an aborted signal', async () => {
    await expect(embedder.embedQuery('x', AbortSignal.abort(new Error('left')))).rejects.toThrow('left')
    await expect(embedder.embedTexts(['x'], AbortSignal.abort(new Error('left')))).rejects.toThrow('left')
  })
})
