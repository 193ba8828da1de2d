import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readRuntimeFile, writeRuntimeFile } from '../base/runtime-files.ts'
import { silentLog } from '../base/log.ts'
import { dataPaths } from '../config/paths.ts'
import { createHashEmbedder } from '../embedding/hash-embedder.ts'
import { MemoryServer } from './memory-server.ts'
import { testConfig, TestServer } from './testing/start-test-server.ts'

let folder: string
const servers: MemoryServer[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tmws-server-'))
})
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()))
  rmSync(folder, { recursive: true, force: true })
})

async function start(settings: Record<string, string> = {}): Promise<MemoryServer> {
  const server = await MemoryServer.start(testConfig(folder, settings), silentLog)
  servers.push(server)
  return server
}

/** A port that somebody else listens on. */
async function takenPort(): Promise<{ port: number; free: () => void }> {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  return { port: (other.address() as AddressInfo).port, free: () => other.close() }
}

describe('a start', () => {
  test('writes the discovery file for this user only, and the stop removes it', async () => {
    const config = testConfig(folder)
    const server = await start()
    expect(readRuntimeFile(config.runtimeFile)).toEqual({
      api_url: server.addresses.apiUrl,
      ws_url: server.addresses.wsUrl,
      pid: process.pid,
      version: expect.any(String) as string,
      started_at: expect.any(String) as string,
      token: server.context.ownerToken,
      isAlive: true,
    })
    expect(statSync(config.runtimeFile).mode & 0o777).toBe(0o600)
    expect(readRuntimeFile(dataPaths(config.dataDir).ownerFile)?.token).toBeUndefined()
    await server.stop()
    expect([existsSync(config.runtimeFile), existsSync(dataPaths(config.dataDir).ownerFile)]).toEqual([false, false])
  })

  test('goes on when the discovery file cannot be written', async () => {
    writeFileSync(join(folder, 'home'), 'a file where a folder should be')
    const server = await start()
    expect((await fetch(`${server.addresses.apiUrl}/health/live`)).status).toBe(200)
  })

  test('without the WebSocket port names none', async () => {
    const server = await start({ TMWS_WS_ENABLED: 'false' })
    expect([server.addresses.wsUrl, readRuntimeFile(testConfig(folder).runtimeFile)?.ws_url]).toEqual([undefined, undefined])
  })

  test('on a folder that has a server says where that one runs', async () => {
    const first = await start()
    await expect(start()).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(
        `TMWS already runs on this data folder, at ${first.addresses.apiUrl} (process ${process.pid}). Use that one,`,
      ) as string,
    })
    expect((await fetch(`${first.addresses.apiUrl}/health`)).status).toBe(200)
    expect(readRuntimeFile(testConfig(folder).runtimeFile)?.api_url).toBe(first.addresses.apiUrl)
  })

  test('on a folder whose server does not answer says that', async () => {
    await start()
    const { dataDir } = testConfig(folder)
    writeRuntimeFile(dataPaths(dataDir).ownerFile, { api_url: 'http://127.0.0.1:1', pid: process.pid, version: '1', started_at: '' })
    await expect(start()).rejects.toThrow(
      /at http:\/\/127\.0\.0\.1:1 \(process \d+\), but does not answer\. End that process, then start again\.$/,
    )
  })

  test.each([
    ['TMWS_API_PORT', 'REST', 'TMWS_API_PORT or --api-port'],
    ['TMWS_WS_PORT', 'WebSocket', 'TMWS_WS_PORT or --ws-port'],
  ])('on a taken port (%s) says so, and leaves nothing behind', async (setting, what, change) => {
    const { port, free } = await takenPort()
    const config = testConfig(folder)
    await expect(start({ [setting]: String(port) })).rejects.toMatchObject({
      code: 'conflict',
      message: `The ${what} port ${port} on 127.0.0.1 is taken by another program. Stop it, or choose another port with ${change} (0 picks a free one).`,
    })
    expect([existsSync(config.runtimeFile), existsSync(dataPaths(config.dataDir).ownerFile)]).toEqual([false, false])
    free()
    const server = await start()
    expect((await fetch(`${server.addresses.apiUrl}/health`)).status).toBe(200)
  })

  test('with an address that is not of this machine says so', async () => {
    await expect(start({ TMWS_API_HOST: '192.0.2.1', TMWS_SECRET_KEY: 'k8Jd02mPqx7ZtVw5Lr9Yh3Bn6Gf1Sa4Q' })).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('192.0.2.1') as string,
    })
  })

  test('with a data folder that cannot be made says so', async () => {
    writeFileSync(join(folder, 'data'), '')
    await expect(start()).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('cannot be made') as string })
  })

  test('that keeps nothing needs no folder, and any number may run', async () => {
    const [one, two] = [await start({ TMWS_DATABASE_URL: 'volatile:' }), await start({ TMWS_DATABASE_URL: 'volatile:' })]
    expect(one.addresses.apiUrl).not.toBe(two.addresses.apiUrl)
    expect(existsSync(testConfig(folder).dataDir)).toBe(false)
  })
})

describe('a stop', () => {
  test('is one, however often it is asked for', async () => {
    const server = await start()
    const stops = [server.stop(), server.stop()]
    expect(stops[0]).toBe(stops[1])
    await Promise.all(stops)
    await server.stop()
    await expect(fetch(`${server.addresses.apiUrl}/health`)).rejects.toThrow()
  })

  test('leaves the discovery file of a server that started since', async () => {
    const server = await start()
    const { runtimeFile } = testConfig(folder)
    const other = { api_url: 'http://127.0.0.1:2', pid: process.ppid, version: '1', started_at: '' }
    writeRuntimeFile(runtimeFile, other)
    await server.stop()
    expect(readRuntimeFile(runtimeFile)).toMatchObject(other)
  })

  test('keeps what was stored for the next start', async () => {
    const first = await start()
    const body = JSON.stringify({ content: 'kept over a restart' })
    await fetch(`${first.addresses.apiUrl}/api/v1/memory`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-agent-id': 'alice' },
      body,
    })
    await first.stop()
    const second = await start()
    const answer = await fetch(`${second.addresses.apiUrl}/api/v1/memory`, { headers: { 'x-agent-id': 'alice' } })
    expect(await answer.json()).toMatchObject({ total: 1, memories: [{ content: 'kept over a restart' }] })
  })
})

describe('health', () => {
  test('tells of a model that does not work, and stays up', async () => {
    await using server = await TestServer.start(
      {},
      { embedder: { ...createHashEmbedder(), state: { status: 'failed', message: 'The model is damaged.' } } },
    )
    const { status, body } = await server.rest<unknown>('GET', '//health')
    expect([status, body]).toMatchObject([
      200,
      { status: 'degraded', checks: { embedding: { status: 'degraded', message: 'The model is damaged. Search matches words only.' } } },
    ])
    expect((await server.rest('GET', '//health/ready')).status).toBe(200)
  })

  test('is 503 when the store does not work, without saying why to the world', async () => {
    await using server = await TestServer.start()
    await server.server.context.store.close()
    const { status, body } = await server.rest<{ status: string; checks: { storage: unknown } }>('GET', '//health')
    expect([status, body.status, body.checks.storage]).toMatchObject([503, 'unhealthy', { status: 'unhealthy' }])
    expect((await server.rest('GET', '//health/ready')).status).toBe(503)
    expect((await server.rest('GET', '//health/live')).status).toBe(200)
    const failed = await server.rest('GET', '/memory', { agent: 'alice' })
    expect([failed.status, failed.body.error.code]).toEqual([503, 'unavailable'])
  })
})
