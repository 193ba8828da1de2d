import { afterEach, describe, expect, test } from 'vitest'
import { AppError } from './errors.ts'
import { WorkerChannel, workerFile } from './worker-channel.ts'

const channels: WorkerChannel[] = []
afterEach(async () => {
  await Promise.all(channels.splice(0).map((channel) => channel.terminate()))
})

function open(maxPending = 10): WorkerChannel {
  const channel = new WorkerChannel(new URL('./testing/echo-worker.ts', import.meta.url), {}, { maxPending, name: 'The echo' })
  channels.push(channel)
  return channel
}

describe('a channel to a thread', () => {
  test('pairs answers with requests, in whatever order they finish', async () => {
    const channel = open()
    expect(await Promise.all([channel.call('wait', 60), channel.call('wait', 5), channel.call('echo', { a: [1, 'x'] })])).toEqual([
      60,
      5,
      { a: [1, 'x'] },
    ])
    expect(channel.pendingCount).toBe(0)
  })

  test('keeps the code, sentence and details of an expected error', async () => {
    const error: unknown = await open()
      .call('refuse', null)
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(AppError)
    expect(error).toMatchObject({ code: 'conflict', message: 'Not now.', details: { version: 3 }, retryable: false })
  })

  test('keeps a bug a bug', async () => {
    const error: unknown = await open()
      .call('break', null)
      .catch((thrown: unknown) => thrown)
    expect(error).not.toBeInstanceOf(AppError)
    expect(error).toMatchObject({ message: 'a bug', cause: expect.stringContaining('TypeError: a bug') as string })
  })

  test('refuses one request too many, and takes it later', async () => {
    const channel = open(2)
    const waiting = [channel.call('wait', 50), channel.call('wait', 50)]
    await expect(channel.call('echo', 1)).rejects.toMatchObject({
      code: 'unavailable',
      message: 'The echo has too much to do at the moment; try again in a second.',
    })
    await Promise.all(waiting)
    expect(await channel.call('echo', 1)).toBe(1)
  })

  test('what cannot cross fails alone, and leaves no place taken', async () => {
    const channel = open(2)
    for (let i = 0; i < 4; i += 1) await expect(channel.call('echo', () => undefined)).rejects.toThrow(/could not be cloned/)
    await expect(channel.call('answer-with-a-function', null)).rejects.toThrow(/could not be cloned/)
    expect([channel.pendingCount, await channel.call('echo', 'still there')]).toEqual([0, 'still there'])
  })

  test('moves a buffer instead of copying it', async () => {
    const buffer = new ArrayBuffer(8)
    expect(await open().call<ArrayBuffer>('echo', buffer, [buffer])).toHaveProperty('byteLength', 8)
    expect(buffer.byteLength).toBe(0)
  })
})

describe('the end of a thread', () => {
  test.each([
    ['a crash', 'crash', 'the thread fell over'],
    ['an exit', 'exit', undefined],
  ])('by %s fails everything that waits and everything after', async (_how, method, reason) => {
    const channel = open()
    const waiting = [channel.call('hang', null), channel.call(method, null)]
    for (const call of waiting) await expect(call).rejects.toMatchObject({ code: 'unavailable', message: 'The echo has stopped.' })
    expect((await channel.ended)?.message).toBe(reason)
    await expect(channel.call('echo', 1)).rejects.toMatchObject({ code: 'unavailable' })
    expect(channel.pendingCount).toBe(0)
  })

  test('asked for fails what waits, without a reason', async () => {
    const channel = open()
    const waiting = expect(channel.call('wait', 60_000)).rejects.toMatchObject({ code: 'unavailable' })
    await channel.terminate()
    await waiting
    expect(await channel.ended).toBeUndefined()
  })
})

test('a worker lies beside its module, as source and as built', () => {
  expect(workerFile('x-worker', 'file:///a/b/x.ts').href).toBe('file:///a/b/x-worker.ts')
  expect(workerFile('x-worker', 'file:///a/b/chunk-123.js').href).toBe('file:///a/b/x-worker.js')
})
