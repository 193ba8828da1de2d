import { expect, test } from '@playwright/test'
import { existsSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AppInfo } from '../src-main/contract/ipc.ts'
import { AppUnderTest } from './desktop/launch-app.ts'

let app: AppUnderTest

test.afterEach(async () => {
  await app.dispose()
})

test('the app serves its dashboard and opens it in a sandboxed window, with its own folder for what Chromium keeps', async () => {
  app = new AppUnderTest()
  const { url } = await app.until('shown')
  expect((await fetch(String(url))).status).toBe(200)
  const { options } = await app.until('window')
  expect(options).toMatchObject({ webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false } })
  expect(existsSync(join(app.folder, 'runtime.json'))).toBe(true)
  await app.until('sandbox')
  expect(await app.until('path-set')).toMatchObject({ name: 'userData', path: join(app.folder, 'data', 'desktop') })
})

test('the app lets nobody in without a token, and signs its own window in as the person', async () => {
  app = new AppUnderTest()
  const url = String((await app.until('shown'))['url'])
  const page = await fetch(url)
  expect([page.status, page.headers.get('set-cookie')]).toEqual([200, null])
  expect((await fetch(`${url}api/v1/memory`, { headers: { 'x-agent-id': 'stranger' } })).status).toBe(401)
  expect((await fetch(`${url}mcp`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })).status).toBe(401)
  const { cookie } = await app.until('cookie')
  expect(cookie).toMatchObject({ name: 'tmws_owner', httpOnly: true, sameSite: 'strict' })
  const { name, value } = cookie as { name: string; value: string }
  const me = await fetch(`${url}api/v1/agents/current`, { headers: { cookie: `${name}=${value}` } })
  expect(await me.json()).toMatchObject({ is_owner: true })
})

test('closing the window keeps the server, says so once in the life of the app, and a second start brings the window back', async () => {
  app = new AppUnderTest()
  const { url } = await app.until('shown')
  await app.do('close-window')
  expect((await fetch(`${String(url)}health/live`)).ok).toBe(true)
  expect(await app.until('notification')).toMatchObject({ title: 'TMWS keeps running' })
  await app.do('second-instance', ['/usr/bin/tmws', '--allow-file-access-from-files'])
  await expect.poll(() => app.all('shown').length).toBe(2)
  await app.do('second-instance', ['/usr/bin/tmws'])
  await app.until('focused')
  await app.do('close-window')
  const { folder } = app
  app.doLast('quit')
  expect(await app.exited).toBe(0)
  app = new AppUnderTest({}, { folder })
  await app.until('shown')
  await app.do('close-window')
  await app.do('second-instance', ['/usr/bin/tmws'])
  await expect.poll(() => app.all('shown').length).toBe(2)
  expect(app.all('notification')).toEqual([])
})

test('a second start on the same data ends by itself, without a window', async () => {
  app = new AppUnderTest({ TMWS_TEST_IS_SECOND: '1' })
  expect(await app.exited).toBe(0)
  expect(app.all('window')).toEqual([])
})

for (const [way, end] of [
  ['quitting', () => app.doLast('quit')],
  ['the end of the system', () => app.doLast('shutdown')],
  ['the end of the session of Windows', () => app.doLast('end-session')],
  ['a signal', () => app.signal('SIGTERM')],
] as const)
  test(`${way} stops the server cleanly and removes the discovery file`, async () => {
    app = new AppUnderTest()
    await app.until('shown')
    end()
    expect(await app.exited).toBe(0)
    expect(existsSync(join(app.folder, 'runtime.json'))).toBe(false)
    expect(app.all('tray-gone')).toHaveLength(1)
  })

test('quitting lets calls finish that are under way', async () => {
  app = new AppUnderTest()
  const url = String((await app.until('shown'))['url'])
  const { cookie } = await app.until('cookie')
  const { name, value } = cookie as { name: string; value: string } // as our main process sets it
  const headers = { cookie: `${name}=${value}`, 'content-type': 'application/json' }
  const calls = Array.from({ length: 40 }, (_, number) =>
    fetch(`${url}api/v1/memory`, { method: 'POST', headers, body: JSON.stringify({ content: `Note ${number} of a busy minute.` }) }).then(
      (response) => response.status,
      () => 'no answer',
    ),
  )
  await Promise.race(calls)
  app.doLast('quit')
  const acknowledged = (await Promise.all(calls)).filter((status) => status === 201).length
  expect(await app.exited).toBe(0)
  app = new AppUnderTest({}, { folder: app.folder })
  await app.until('shown')
  await expect.poll(async () => trayCount(), { timeout: 20_000 }).toBeGreaterThanOrEqual(acknowledged)

  /** What the tray says of memories. */
  async function trayCount(): Promise<number> {
    await app.until('tray-menu')
    const items = app.all('tray-menu').at(-1)?.['items'] as { label?: string }[] // the stand-in's
    return Number(/(\d+) memor/.exec(items[1]?.label ?? '')?.[1])
  }
})

test('taken ports are no obstacle: the app takes free ones and can say which', async () => {
  const [api, ws] = [await occupy(), await occupy()]
  app = new AppUnderTest({ TMWS_API_PORT: String(api.port), TMWS_WS_PORT: String(ws.port) })
  const { url } = await app.until('shown')
  expect((await fetch(`${String(url)}health/live`)).ok).toBe(true)
  const info = (await app.call('getAppInfo')) as AppInfo // the contract's
  const used = (of: string | undefined) => Number(new URL(of ?? '').port)
  expect(info.portNote).toEqual([
    { of: 'api', wanted: api.port, used: used(info.apiUrl) },
    { of: 'ws', wanted: ws.port, used: used(info.wsUrl) },
  ])
  expect([api.port, ws.port]).not.toContain(used(info.apiUrl))
  for (const { server } of [api, ws]) server.close()
})

async function occupy(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, port: (server.address() as AddressInfo).port } // it listens on a port
}

test('flags of the command line count as for the server', async () => {
  app = new AppUnderTest({}, { args: ['--data-dir', join(tmpdir(), `tmws flags ${process.pid}`), '--api-port=0', '--unknown-to-us'] })
  await app.until('shown')
  const { dataFolder } = (await app.call('getAppInfo')) as AppInfo // the contract's
  expect(dataFolder).toBe(join(tmpdir(), `tmws flags ${process.pid}`))
  await app.kill()
  rmSync(dataFolder, { recursive: true, force: true })
})
