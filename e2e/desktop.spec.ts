import { expect, test } from '@playwright/test'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { AppUnderTest } from './desktop/launch-app.ts'

let app: AppUnderTest

test.afterEach(async () => {
  await app.dispose()
})

test('the app serves its dashboard and opens it in a sandboxed window', async () => {
  app = new AppUnderTest()
  const { url } = await app.until('shown')
  expect((await fetch(String(url))).status).toBe(200)
  const { options } = await app.until('window')
  expect(options).toMatchObject({ webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false } })
  expect(existsSync(join(app.folder, 'runtime.json'))).toBe(true)
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

test('closing the window keeps the server, and a second start brings the window back', async () => {
  app = new AppUnderTest()
  const { url } = await app.until('shown')
  await app.do('close-window')
  expect((await fetch(`${String(url)}health/live`)).ok).toBe(true)
  await app.do('second-instance')
  await expect.poll(() => app.told.filter((told) => told.type === 'shown').length).toBe(2)
  await app.do('second-instance')
  await app.until('focused')
})

test('quitting stops the server cleanly and removes the discovery file', async () => {
  app = new AppUnderTest()
  await app.until('shown')
  app.doLast('quit')
  expect(await app.exited).toBe(0)
  expect(existsSync(join(app.folder, 'runtime.json'))).toBe(false)
})

test('a taken port is no obstacle: the app takes a free one', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const taken = (other.address() as AddressInfo).port
  app = new AppUnderTest({ TMWS_API_PORT: String(taken) })
  const { url } = await app.until('shown')
  expect(new URL(String(url)).port).not.toBe(String(taken))
  expect((await fetch(`${String(url)}health/live`)).ok).toBe(true)
  other.close()
})

test('the page can neither leave the server nor open windows, and web links go to the browser', async () => {
  app = new AppUnderTest()
  await app.until('shown')
  expect(await app.do('probe', 'https://elsewhere.example/')).toEqual({ mayNavigate: false, mayOpen: false })
  expect(await app.until('external')).toMatchObject({ url: 'https://elsewhere.example/' })
})

test('desktop functions answer the dashboard and refuse every other page', async () => {
  app = new AppUnderTest()
  await app.until('shown')
  expect(await app.do('invoke', 'app:get-info')).toHaveProperty('version')
  await expect(app.do('invoke-as-stranger', 'app:get-info')).rejects.toThrow('may not use the desktop functions')
})

test('a start that fails says why in a box and ends', async () => {
  app = new AppUnderTest({ TMWS_LOG_LEVEL: 'loud' })
  const { content } = await app.until('error-box')
  expect(content).toContain('TMWS_LOG_LEVEL is "loud"')
  expect(await app.exited).toBe(1)
})
