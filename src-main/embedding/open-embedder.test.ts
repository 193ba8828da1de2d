import { describe, expect, it, vi } from 'vitest'
import { silentLog } from '../base/log.ts'
import { EmbedderStatus } from './embedder-status.ts'
import { openEmbedder } from './open-embedder.ts'

describe('openEmbedder', () => {
  it('opens the embedder that the options name', async () => {
    const local = openEmbedder({ provider: 'local', modelFolder: '/nowhere', log: silentLog })
    expect(local).toMatchObject({ modelId: 'all-MiniLM-L6-v2-int8-fixed', dimensions: 384, state: { status: 'loading' } })
    await local.close()
    expect(openEmbedder({ provider: 'hash' }).modelId).toBe('hash-64')
    expect(openEmbedder({ provider: 'off' })).toMatchObject({ modelId: 'off', state: { status: 'off' } })
  })

  it('refuses every call when switched off, with what works instead', async () => {
    const off = openEmbedder({ provider: 'off' })
    const refusal = { code: 'unavailable', message: 'Search by meaning is switched off; search by keyword works.' }
    await expect(off.embedQuery('x')).rejects.toMatchObject(refusal)
    await expect(off.embedTexts(['x'])).rejects.toMatchObject(refusal)
    off.onStateChange(() => undefined)()
    await off.close()
  })
})

describe('the status of an embedder', () => {
  it('tells each listener once per change, also after one that throws, until it leaves', () => {
    const status = new EmbedderStatus({ status: 'loading' }, silentLog)
    const listener = vi.fn()
    status.onChange(() => {
      throw new Error('bad listener')
    })
    const leave = status.onChange(listener)
    status.set({ status: 'ready' })
    leave()
    status.set({ status: 'off' })
    expect(listener.mock.calls).toEqual([[{ status: 'ready' }]])
    expect(status.state).toEqual({ status: 'off' })
  })
})
