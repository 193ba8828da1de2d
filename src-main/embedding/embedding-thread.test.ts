import { afterEach, describe, expect, it } from 'vitest'
import { silentLog } from '../base/log.ts'
import type { EmbedderState } from './embedder.ts'
import { EmbeddingThread } from './embedding-thread.ts'

/** A thread that obeys: `query` says what it does. Written as text, since it stands in for a built file. */
function threadThat(onLoad: string, onQuery = 'answer(payload)'): URL {
  const source = `
    import { parentPort } from 'node:worker_threads'
    parentPort.on('message', ({ id, method, payload }) => {
      const answer = (result) => parentPort.postMessage({ id, result })
      const refuse = (error) => parentPort.postMessage({ id, error })
      if (method === 'load') { ${onLoad} }
      if (method === 'query') { ${onQuery} }
      if (method === 'close') { answer(); setImmediate(() => parentPort.close()) }
    })`
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`)
}

const opened: EmbeddingThread[] = []
function open(file: URL, firstRetryMs = 20): EmbeddingThread {
  const load = { modelFolder: '/secret/place', threads: 1, layout: 'built-in' as const, name: 'x' }
  const thread = new EmbeddingThread({ file, load, maxPending: 8, log: silentLog, firstRetryMs, maxRetryMs: 10_000 })
  opened.push(thread)
  return thread
}
afterEach(async () => {
  await Promise.all(opened.splice(0).map((thread) => thread.close()))
})

/** Resolves at the next state of that status. */
function next(thread: EmbeddingThread, status: EmbedderState['status']): Promise<EmbedderState> {
  return new Promise((resolve) => {
    const leave = thread.status.onChange((state) => {
      if (state.status !== status) return
      leave()
      resolve(state)
    })
  })
}

describe('the embedding thread', () => {
  it('refuses calls while it loads and answers them when ready', async () => {
    const thread = open(threadThat('setTimeout(answer, 50)'))
    expect(thread.status.state).toEqual({ status: 'loading' })
    await expect(thread.call('query', 1)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('still loading') as string,
    })
    await next(thread, 'ready')
    await expect(thread.call('query', 7)).resolves.toBe(7)
  })

  it('says why it cannot load, and waits longer each time', async () => {
    const thread = open(threadThat(`refuse({ code: 'unavailable', message: 'no model' })`), 30)
    const first = await next(thread, 'failed')
    const second = await next(thread, 'failed')
    const [a, b] = [first, second].map((state) => (state.status === 'failed' ? (state.retryAtMs ?? 0) : 0))
    expect(second).toMatchObject({ status: 'failed', message: 'no model' })
    expect((b ?? 0) - (a ?? 0)).toBeGreaterThan(55)
    await expect(thread.call('query', 1)).rejects.toMatchObject({ code: 'unavailable', message: 'no model' })
  })

  it('keeps what a bug says in the log', async () => {
    const thread = open(threadThat(`refuse({ message: 'cannot read /secret/place' })`))
    expect(await next(thread, 'failed')).toMatchObject({ message: 'The embedding model does not load; the log says why.' })
  })

  it('fails what waits when the thread dies, and starts another', async () => {
    const thread = open(
      threadThat('answer()', `if (payload === 'die') setImmediate(() => { throw new Error('boom') }); else answer(payload)`),
    )
    await next(thread, 'ready')
    const failed = next(thread, 'failed')
    const waiting = thread.call('query', 'die')
    await expect(waiting).rejects.toMatchObject({ code: 'unavailable' })
    expect(await failed).toMatchObject({ message: 'The embedding model stopped unexpectedly; it is started again.' })
    await next(thread, 'ready')
    await expect(thread.call('query', 'hello')).resolves.toBe('hello')
  })

  it('fails for a thread that dies while it loads, or that has no file', async () => {
    expect(await next(open(threadThat('process.exit(3)')), 'failed')).toMatchObject({ status: 'failed' })
    expect(await next(open(new URL('file:///nowhere/worker.js')), 'failed')).toMatchObject({ status: 'failed' })
  })

  it('goes on after a thread that died inside native code', async () => {
    const thread = open(threadThat('Atomics.store(new Int32Array(payload.gate), 0, 1); process.exit(1)'))
    await next(thread, 'failed')
    await next(thread, 'failed')
  })

  it('turns a bug on a request into unavailable, without its inner message', async () => {
    const thread = open(threadThat('answer()', `refuse({ message: 'inner' })`))
    await next(thread, 'ready')
    await expect(thread.call('query', 1)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.not.stringContaining('inner') as string,
    })
  })

  it('closes once, in any state, and does not start again', async () => {
    const loading = open(threadThat(''))
    const failing = open(threadThat(`refuse({ message: 'no' })`), 20)
    await next(failing, 'failed')
    const closed = loading.close()
    expect(loading.close()).toBe(closed)
    await Promise.all([closed, failing.close()])
    expect([loading.status.state, failing.status.state]).toEqual([{ status: 'off' }, { status: 'off' }])
    await expect(loading.call('query', 1)).rejects.toThrow('has been closed')
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(failing.status.state).toEqual({ status: 'off' })
  })

  it('ends a thread by force that does not end by itself', async () => {
    const thread = open(threadThat('answer()', 'for (;;) {}'))
    await next(thread, 'ready')
    const waiting = thread.call('query', 1)
    const outcome = expect(waiting).rejects.toMatchObject({ code: 'unavailable' })
    await thread.close()
    await outcome
  })
})
