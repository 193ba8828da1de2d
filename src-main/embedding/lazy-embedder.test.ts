import { expect, test } from 'vitest'
import type { Embedder, EmbedderState } from './embedder.ts'
import { createHashEmbedder } from './hash-embedder.ts'
import { createLazyEmbedder } from './lazy-embedder.ts'

test('is opened once, by the first question about it, and not by listening or closing', async () => {
  const opened: Embedder[] = []
  const make = () =>
    createLazyEmbedder(() => {
      opened.push(createHashEmbedder())
      return opened.at(-1)!
    })
  await make().close()
  const lazy = make()
  lazy.onStateChange(() => undefined)()
  expect(opened).toEqual([])
  expect(lazy.state).toEqual({ status: 'ready' })
  expect([lazy.modelId, lazy.dimensions]).toEqual(['hash-64', 64])
  expect(await lazy.embedQuery('x')).toEqual(await opened[0]?.embedQuery('x'))
  expect(opened).toHaveLength(1)
})

test('tells of changes to those who listened before it was opened, until they stop', () => {
  let tell: (state: EmbedderState) => void = () => undefined
  const lazy = createLazyEmbedder(() => ({
    ...createHashEmbedder(),
    onStateChange: (listener) => {
      tell = listener
      return () => undefined
    },
  }))
  const heard: string[] = []
  const stop = lazy.onStateChange(({ status }) => heard.push(status))
  expect(lazy.dimensions).toBe(64)
  tell({ status: 'loading' })
  stop()
  tell({ status: 'ready' })
  expect(heard).toEqual(['loading'])
})
