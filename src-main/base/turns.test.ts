import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Turns } from './turns.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const never = new AbortController().signal

function setUp(most: number) {
  const turns = new Turns(most, () => Date.now())
  const begun: string[] = []
  const take = async (key: string, name: string) => {
    const end = await turns.take(key, never)
    begun.push(name)
    return end
  }
  return { turns, begun, take, pass: (ms: number) => vi.advanceTimersByTimeAsync(ms) }
}

test('one that is alone works on all at once, in the order of asking; another does not wait for it', async () => {
  const { begun, take, pass } = setUp(2)
  const first = await take('flood', 'a')
  const second = await take('flood', 'b')
  const third = take('flood', 'c')
  const other = await take('quiet', 'q')
  expect(begun).toEqual(['a', 'b', 'q'])
  // Two share now, one each; and the one that asks much lets the other go first.
  second()
  second()
  first()
  await pass(0)
  expect(begun).toEqual(['a', 'b', 'q'])
  other()
  await pass(0)
  expect(begun).toEqual(['a', 'b', 'q', 'c'])
  const end = await third
  end()
})

test('its patience ends, so that work of others without a break does not keep it out', async () => {
  const { begun, take, pass } = setUp(2)
  const quiet = await take('quiet', 'q')
  const first = await take('flood', 'a')
  const second = take('flood', 'b')
  first()
  await pass(49)
  expect(begun).toEqual(['q', 'a'])
  await pass(60)
  expect(begun).toEqual(['q', 'a', 'b'])
  const end = await second
  end()
  quiet()
})

test('who has not asked for a second no longer counts, and what waits goes on', async () => {
  const { begun, take, pass } = setUp(2)
  const quiet = await take('quiet', 'q')
  const first = await take('flood', 'a')
  const rest = [take('flood', 'b'), take('flood', 'c'), take('flood', 'd')]
  quiet()
  await pass(1100)
  first()
  await pass(0)
  expect(begun).toEqual(['q', 'a', 'b', 'c'])
  const end = await rest[0]!
  end()
  await pass(0)
  expect(begun.at(-1)).toBe('d')
})

test('who gives up while waiting leaves the line, and the others move on', async () => {
  const { turns, pass } = setUp(1)
  const end = await turns.take('a', never)
  const leaving = new AbortController()
  const left = turns.take('a', leaving.signal)
  const next = turns.take('a', never)
  leaving.abort()
  await expect(left).rejects.toMatchObject({ code: 'unavailable' })
  end()
  await pass(0)
  const endNext = await next
  await expect(turns.take('a', AbortSignal.abort())).rejects.toMatchObject({ code: 'unavailable' })
  endNext()
  await expect(turns.take('a', AbortSignal.abort())).resolves.toBeTypeOf('function')
})
