import { AxeBuilder } from '@axe-core/playwright'
import { expect, test } from '@playwright/test'
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { AppUnderTest } from './desktop/launch-app.ts'

let app: AppUnderTest
const open: AppUnderTest[] = []

test.afterEach(async () => {
  await app.dispose()
  for (const other of open.splice(0)) await other.dispose()
})

const DO = 'tmws-app://failure/do/'
/** The page that was shown last. */
const page = async (): Promise<string> => {
  await app.until('page')
  return String(app.all('page').at(-1)?.['html'])
}
const offers = (html: string): string[] =>
  [...html.matchAll(/href="tmws-app:\/\/failure\/do\/([a-z-]+)"/g)].map(([, action]) => action ?? '')
const follow = (action: string): Promise<unknown> => app.do('follow-link', DO + action)
const QUIT_ONLY = ['retry', 'data-folder', 'log', 'quit']

/** A data folder with a database that an app has written, and the number of backups wanted. */
async function usedFolder(backups = 0): Promise<string> {
  app = new AppUnderTest()
  const url = String((await app.until('shown'))['url'])
  const { cookie } = await app.until('cookie')
  const { name, value } = cookie as { name: string; value: string } // as our main process sets it
  for (let made = 0; made < backups; made++)
    expect((await fetch(`${url}api/v1/backups`, { method: 'POST', headers: { cookie: `${name}=${value}` } })).status).toBe(201)
  app.doLast('quit')
  expect(await app.exited).toBe(0)
  return app.folder
}

test('a wrong setting is shown on a page without scripts, in a window that can do nothing else', async () => {
  app = new AppUnderTest({ TMWS_LOG_LEVEL: 'loud<b>' })
  const html = await page()
  expect(html).toContain('A setting is not right')
  expect(html).toContain('TMWS_LOG_LEVEL is &quot;loud&lt;b&gt;&quot;')
  expect(html).not.toMatch(/<script|onclick|style=|<b>/)
  expect(offers(html)).toEqual(QUIT_ONLY)
  expect(String((await app.until('page'))['csp'])).toContain("default-src 'none'")
  expect((await app.until('window'))['options']).toMatchObject({
    webPreferences: { javascript: false, sandbox: true, contextIsolation: true, nodeIntegration: false, devTools: false },
  })
  expect((await app.until('window'))['options']).not.toHaveProperty('webPreferences.preload')
  for (const url of ['https://elsewhere.example/', 'file:///etc/passwd', `${DO}restore`, `${DO}retry`])
    expect(await app.do('judge', { partition: 'failure', permission: 'media', origin: 'tmws-app://failure', url })).toMatchObject({
      isGranted: false,
    })
  // Not offered, so not done.
  expect(await follow('restore')).toBe(false)
  await follow('data-folder')
  expect(await app.until('path')).toMatchObject({ path: join(app.folder, 'data') })
  await follow('log')
  await app.until('item')
  await follow('quit')
  expect(await app.exited).toBe(1)
  expect(existsSync(join(app.folder, 'runtime.json'))).toBe(false)
})

test('the page speaks Japanese, and closing it is quitting', async () => {
  app = new AppUnderTest({ TMWS_LOG_LEVEL: 'loud', TMWS_TEST_LOCALE: 'ja-JP' })
  const html = await page()
  expect(html).toContain('<html lang="ja">')
  expect(html).toContain('設定に誤りがあります')
  await app.do('close-window').catch(() => undefined)
  expect(await app.exited).toBe(1)
})

test('a damaged database is restored from its newest backup by one press, and the damaged one is kept', async () => {
  const folder = await usedFolder(2)
  writeFileSync(join(folder, 'data', 'tmws.db'), 'This is no database. '.repeat(500))
  app = new AppUnderTest({}, { folder })
  const html = await page()
  expect(html).toContain('The database is damaged')
  expect(offers(html)).toEqual(['restore', ...QUIT_ONLY])
  await follow('restore')
  expect((await app.until('shown', ({ url }) => String(url).startsWith('http')))['url']).toBeTruthy()
  expect(readdirSync(join(folder, 'data', 'backups')).filter((name) => name.includes('before-restore'))).toHaveLength(1)
})

test('a damaged database without a backup is left as it is', async () => {
  const folder = await usedFolder()
  writeFileSync(join(folder, 'data', 'tmws.db'), 'This is no database. '.repeat(500))
  app = new AppUnderTest({}, { folder })
  const html = await page()
  expect(html).toContain('The database is damaged, and there is no backup')
  expect(offers(html)).toEqual(QUIT_ONLY)
})

test('a database of a newer version is refused, and opens again when the person has brought the old one back', async () => {
  const folder = await usedFolder()
  const file = join(folder, 'data', 'tmws.db')
  const kept = `${file}.kept`
  copyFileSync(file, kept)
  const database = new DatabaseSync(file)
  database.exec('PRAGMA user_version = 9999')
  database.close()
  app = new AppUnderTest({}, { folder })
  expect(await page()).toContain('The data was written by a newer version')
  await follow('retry')
  await expect.poll(() => app.all('page').length).toBe(2)
  copyFileSync(kept, file)
  await follow('retry')
  await app.until('shown', ({ url }) => String(url).startsWith('http'))
  expect(await app.do('count-windows')).toBe(1)
})

test('a key that is missing or wrong, and a locked keychain, are told apart', async () => {
  const folder = await usedFolder()
  app = new AppUnderTest({ TMWS_DATABASE_KEY: 'a passphrase of this test' }, { folder })
  expect(await page()).toContain('The database does not open with this key')
  await app.kill()
  app = new AppUnderTest({ TMWS_TEST_KEYCHAIN: 'locked' }, { folder })
  expect(await page()).toContain('The secrets of the app cannot be read')
})

test('another TMWS on the same data is offered in the browser', async () => {
  const other = new AppUnderTest()
  open.push(other)
  const { url } = await other.until('shown')
  app = new AppUnderTest({}, { folder: other.folder })
  const html = await page()
  expect(html).toContain('Another TMWS already works on this data')
  expect(offers(html)).toEqual(['open-other', ...QUIT_ONLY])
  await follow('open-other')
  expect(await app.until('external')).toMatchObject({ url })
  other.doLast('quit')
  await other.exited
  await follow('retry')
  await app.until('shown', (told) => String(told['url']).startsWith('http'))
})

test('a store that dies while it is in use is said, and a new start is one press away', async () => {
  app = new AppUnderTest()
  await app.until('shown')
  await app.do('kill-thread', 'tmws-sqlite')
  const html = await page()
  expect(html).toContain('The database has stopped working')
  expect(offers(html)).toEqual(QUIT_ONLY)
  expect(await app.do('count-windows')).toBe(1)
  void follow('retry').catch(() => undefined)
  expect(await app.exited).toBe(0)
  expect(app.all('relaunch')).toHaveLength(1)
  expect(app.all('notification')).toEqual([])
})

test('a data folder that cannot be made is said, and a start follows when it can', async () => {
  const blocked = mkdtempSync(join(tmpdir(), 'tmws-blocked-'))
  const file = join(blocked, 'a-file')
  writeFileSync(file, 'where a folder should be')
  app = new AppUnderTest({ TMWS_DATA_DIR: join(file, 'data') })
  expect(await page()).toContain(join(file, 'data'))
  await follow('retry')
  await expect.poll(() => app.all('page').length).toBe(2)
  rmSync(file)
  await follow('retry')
  await app.until('shown', (told) => String(told['url']).startsWith('http'))
  await app.kill()
  rmSync(blocked, { recursive: true })
})

for (const [locale, look, retry] of [
  ['en-GB', 'light', 'Try again'],
  ['ja', 'dark', 'もう一度試す'],
] as const)
  test(`the page is readable, whole and accessible in a browser (${locale}, ${look})`, async ({ page: browser }) => {
    app = new AppUnderTest({ TMWS_LOG_LEVEL: 'loud', TMWS_TEST_LOCALE: locale })
    const html = await page()
    const { csp } = await app.until('page')
    const style = String(await app.do('fetch-page', 'tmws-app://failure/page.css'))
    await browser.route('http://failure.test/**', (route) =>
      route.request().url().endsWith('.css')
        ? route.fulfill({ body: style, contentType: 'text/css' })
        : route.fulfill({ body: html, contentType: 'text/html; charset=utf-8', headers: { 'content-security-policy': String(csp) } }),
    )
    await browser.emulateMedia({ colorScheme: look })
    await browser.setViewportSize({ width: 680, height: 480 })
    await browser.goto('http://failure.test/')
    const first = browser.getByRole('link', { name: retry })
    await expect(first).toBeVisible()
    expect(await first.evaluate((link) => getComputedStyle(link).borderRadius), 'the style counts').toBe('6px')
    const isWhole = await browser.evaluate(() => {
      const { scrollHeight, scrollWidth } = document.documentElement
      return scrollHeight <= innerHeight && scrollWidth <= innerWidth
    })
    expect(isWhole, 'nothing is to be scrolled').toBe(true)
    expect((await new AxeBuilder({ page: browser }).analyze()).violations).toEqual([])
    await browser.screenshot({ path: test.info().outputPath('failure.png') })
  })
