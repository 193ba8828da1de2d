import { expect, test } from '@playwright/test'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AppUnderTest } from './desktop/launch-app.ts'

let app: AppUnderTest

test.afterEach(async () => {
  await app.dispose()
})

const ID = '01890000-0000-7000-8000-0000000000ab'
const PACKAGED = { TMWS_TEST_PACKAGED: '1', TMWS_TEST_RESOURCES: '/nowhere' }

interface Item {
  readonly label?: string
  readonly role?: string
  readonly checked?: boolean
  readonly enabled?: boolean
  readonly submenu?: readonly Item[]
}

const labels = (items: readonly Item[]): string[] =>
  items.flatMap((item) => [item.label ?? '', ...labels(item.submenu ?? [])]).filter(Boolean)

test('the tray says how things stand, and leads everywhere', async () => {
  app = new AppUnderTest()
  const { url } = await app.until('shown')
  const menu = await app.until('tray-menu', ({ items }) => (items as Item[])[1]?.label === '0 sessions, 0 memories')
  expect(labels(menu['items'] as Item[])).toEqual([
    'Running',
    '0 sessions, 0 memories',
    'Open TMWS',
    'Copy address',
    'Open data folder',
    'Start with the system',
    'Check for updates…',
    'Quit TMWS',
  ])
  expect(existsSync(String((await app.until('tray'))['image']))).toBe(true)
  await app.do('tray-click', 'open')
  await app.until('focused')
  await app.do('tray-click', 'copy-address')
  expect(await app.until('copied')).toMatchObject({ text: String(url).replace(/\/$/, '') })
  await app.do('tray-click', 'data-folder')
  expect(await app.until('path')).toMatchObject({ path: join(app.folder, 'data') })
  await test.step('an app that runs from its sources has no updates, and does not start with the system', async () => {
    await expect(app.do('tray-click', 'updates')).rejects.toThrow('grey')
    const problem: unknown = expect.stringContaining('sources')
    expect(await app.call('setAutostart', true)).toEqual({ isOn: false, canChange: false, problem })
    expect(existsSync(join(app.folder, 'config', 'autostart'))).toBe(false)
  })
  await app.do('tray-click', 'quit').catch(() => undefined)
  expect(await app.exited).toBe(0)
})

test('tray and menus speak Japanese where the system does', async () => {
  app = new AppUnderTest({ TMWS_TEST_LOCALE: 'ja' })
  await app.until('shown')
  expect(labels((await app.until('tray-menu'))['items'] as Item[])).toContain('TMWS を終了')
  expect(labels((await app.until('menu'))['items'] as Item[])).toContain('データフォルダーを開く')
  expect(await app.call('getAppInfo')).toMatchObject({ language: 'ja' })
})

test('the menu has what a program has; developer tools only beside the sources', async () => {
  app = new AppUnderTest()
  const items = (await app.until('menu'))['items'] as Item[]
  expect(items.map(({ label }) => label)).toEqual(['File', 'Edit', 'View', 'Window', 'Help'])
  const roles = (of: readonly Item[]): string[] => of.flatMap((item) => [item.role ?? '', ...roles(item.submenu ?? [])]).filter(Boolean)
  expect(roles(items)).toEqual(expect.arrayContaining(['copy', 'paste', 'undo', 'reload', 'zoomIn', 'quit', 'about', 'toggleDevTools']))
  await app.do('menu-click', 'Show log')
  const { path } = await app.until('item')
  expect(existsSync(String(path))).toBe(true)
  await app.do('menu-click', 'API documentation')
  expect(String((await app.until('external'))['url'])).toMatch(/\/docs$/)
  await app.dispose()
  app = new AppUnderTest(PACKAGED)
  expect(roles((await app.until('menu'))['items'] as Item[])).not.toContain('toggleDevTools')
  expect((await app.until('window'))['options']).toMatchObject({ webPreferences: { devTools: false } })
})

test('a link to a memory starts the app there, and leads a running one there without loading its page again', async () => {
  app = new AppUnderTest(PACKAGED, { args: [`tmws://memory/${ID}`] })
  expect(await app.until('protocol-client')).toMatchObject({ scheme: 'tmws' })
  const { url } = await app.until('shown')
  expect(String(url)).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:\\d+/#/memories/${ID}$`))
  const other = ID.replace('ab', 'cd')
  await app.do('second-instance', ['tmws', '--flag', `TMWS://memory/${other.toUpperCase()}/`])
  expect(await app.until('loaded', (told) => String(told['url']).endsWith(`#/memories/${other}`))).toMatchObject({ isSamePage: true })
  await app.do('open-url', `tmws://memory/${ID}`)
  await expect.poll(() => app.all('loaded').length).toBe(3)
})

test('a hidden start shows no window until a link to a memory comes; no other link has any effect', async () => {
  app = new AppUnderTest({}, { args: ['--hidden'] })
  await app.until('tray-menu')
  for (const link of [
    `tmws://memory/${ID}?then=purge`,
    `tmws://memory/${ID}/../../settings`,
    `tmws://memory/${ID}#x`,
    `tmws://user@memory/${ID}`,
    `tmws://memory:80/${ID}`,
    'tmws://memory/../../etc',
    'tmws://settings/',
    `tmws:memory/${ID}`,
    `http://memory/${ID}`,
    `tmws://memory/${ID}\nX`,
  ])
    await app.do('open-url', link)
  await app.do('second-instance', ['tmws', '--hidden', 'tmws://settings'])
  expect([app.all('window'), app.all('external')]).toEqual([[], []])
  expect(existsSync(join(app.folder, 'runtime.json'))).toBe(true)
  await app.do('open-url', `tmws://memory/${ID}`)
  expect(String((await app.until('shown'))['url'])).toContain(ID)
})

test('starting with the system writes an entry that desktops read, and takes it away', async () => {
  const appImage = '/opt/My Apps/TMWS "1" $x 100%.AppImage'
  app = new AppUnderTest({ ...PACKAGED, APPIMAGE: appImage })
  await app.until('shown')
  expect(await app.call('getAutostart')).toEqual({ isOn: false, canChange: true })
  await app.do('tray-click', 'autostart')
  const file = join(app.folder, 'config', 'autostart', 'tmws.desktop')
  const entry = readFileSync(file, 'utf8')
  expect(entry).toContain('Exec="/opt/My Apps/TMWS \\\\"1\\\\" \\\\$x 100%%.AppImage" "--hidden"\n')
  expect(await app.call('getAutostart')).toEqual({ isOn: true, canChange: true })
  const checked = (): boolean | undefined =>
    (app.all('tray-menu').at(-1)?.['items'] as Item[]).find(({ label }) => label === 'Start with the system')?.checked
  expect(checked()).toBe(true)
  // As the tools of desktops switch it off.
  writeFileSync(file, `${entry}Hidden=true\n`)
  expect(await app.call('getAutostart')).toEqual({ isOn: false, canChange: true })
  expect(await app.call('setAutostart', true)).toEqual({ isOn: true, canChange: true })
  expect(await app.call('setAutostart', false)).toEqual({ isOn: false, canChange: true })
  expect(existsSync(file)).toBe(false)
  // A newer AppImage has another name.
  await app.call('setAutostart', true)
  const { folder } = app
  await app.kill()
  app = new AppUnderTest({ ...PACKAGED, APPIMAGE: '/opt/TMWS-2.AppImage' }, { folder })
  await app.until('shown')
  expect(readFileSync(file, 'utf8')).toContain('Exec="/opt/TMWS-2.AppImage" "--hidden"\n')
})
