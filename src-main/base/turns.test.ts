import { expect, test } from 'vitest'
import { Turns } from './turns.ts'

const never = new AbortController().signal

test('one key works on so much at once, in the order of asking; another key does not wait for it', async () => {
  const turns = new Turns(2)
  const begun: string[] = []
  const take = async (name: string) => {
    const end = await turns.take('flood', never)
    begun.push(name)
    return end
  }
  const first = await take('a')
  const second = await take('b')
  const third = take('c')
  const fourth = take('d')
  const other = await turns.take('quiet', never)
  expect(begun).toEqual(['a', 'b'])
  second()
  second()
  const endThird = await third
  expect(begun).toEqual(['a', 'b', 'c'])
  first()
  const endFourth = await fourth
  expect(begun).toEqual(['a', 'b', 'c', 'd'])
  endThird()
  endFourth()
  other()
})

test('who gives up while waiting leaves the line, and the others move on', async () => {
  const turns = new Turns(1)
  const end = await turns.take('a', never)
  const leaving = new AbortController()
  const left = turns.take('a', leaving.signal)
  const next = turns.take('a', never)
  leaving.abort()
  await expect(left).rejects.toMatchObject({ code: 'unavailable' })
  end()
  const endNext = await next
  endNext()
  await expect(turns.take('a', AbortSignal.abort())).resolves.toBeTypeOf('function')
  await expect(turns.take('a', AbortSignal.abort())).rejects.toMatchObject({ code: 'unavailable' })
})
