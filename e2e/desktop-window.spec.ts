import { expect, test } from '@playwright/test'
import { writeFileSync } from 'node:fs'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { IPC_CHANNELS } from '../src-main/contract/ipc.ts'
import { AppUnderTest } from './desktop/launch-app.ts'

let app: AppUnderTest

test.afterEach(async () => {
  await app.dispose()
})

const ELSEWHERE = 'https://elsewhere.example/'

test('the page can neither leave the server nor open windows or webviews, and only links of the web go to the browser', async () => {
  app = new AppUnderTest()
  const own = String((await app.until('shown'))['url'])
  const nothing = { mayNavigate: false, mayNavigateFrames: false, mayBeRedirected: false, mayOpen: false, mayAttach: false }
  for (const url of [
    ELSEWHERE,
    'mailto:ada@example.com',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'tmws://memory/x',
    'smb://host/share',
    'https://user:secret@elsewhere.example/',
    'not a url',
    own.replace('127.0.0.1', 'localhost'),
  ])
    expect(await app.do('probe', url), url).toEqual(nothing)
  expect(await app.do('probe', `${own}#/memories`)).toEqual({
    ...nothing,
    mayNavigate: true,
    mayNavigateFrames: true,
    mayBeRedirected: true,
  })
  const opened = app.all('external').map(({ url }) => url)
  expect(opened).toEqual([ELSEWHERE, 'mailto:ada@example.com', own.replace('127.0.0.1', 'localhost'), `${own}#/memories`])
  await test.step('it reaches the server only, may copy only, and downloads from the server only', () => judgeSession(new URL(own)))
})

async function judgeSession(own: URL): Promise<void> {
  const judge = (permission: string, origin: string, url: string) =>
    app.do('judge', { partition: 'persist:dashboard', permission, origin, url })
  const yes = { isGranted: true, isChecked: true, isCancelled: false, mayDownload: true }
  const no = { isGranted: false, isChecked: false, isCancelled: true, mayDownload: false }
  expect(await judge('clipboard-sanitized-write', own.origin, `${own.origin}/api/v1/export`)).toEqual(yes)
  expect(await judge('clipboard-sanitized-write', own.origin, `ws://${own.host}/api/v1/events`)).toMatchObject({ isCancelled: false })
  expect(await judge('clipboard-read', own.origin, ELSEWHERE)).toEqual(no)
  expect(await judge('media', own.origin, 'wss://elsewhere.example/')).toEqual(no)
  expect(await judge('clipboard-sanitized-write', 'https://elsewhere.example', 'file:///etc/passwd')).toEqual(no)
  expect(await app.until('spell-checker')).toMatchObject({ isOn: false })
}

test('the page gets exactly the functions of the contract, which answer it alone: no other page, no frame, no wrong argument', async () => {
  app = new AppUnderTest()
  const own = String((await app.until('shown'))['url'])
  expect(await app.until('exposed')).toMatchObject({ key: 'desktop', names: Object.keys(IPC_CHANNELS).sort() })
  expect(await app.do('channels')).toEqual(Object.values(IPC_CHANNELS).sort())
  expect(await app.call('getAppInfo')).toMatchObject({
    platform: process.platform,
    language: 'en',
    secretProtection: 'keychain',
    portNote: [],
  })
  const refused = { error: 'This page may not use the desktop functions.' }
  for (const channel of Object.values(IPC_CHANNELS)) {
    expect(await app.do('invoke-as', { channel, args: [], url: ELSEWHERE }), channel).toEqual(refused)
    expect(await app.do('invoke-as', { channel, args: [], url: own }), `${channel}, another window`).toEqual(refused)
    expect(await app.do('invoke-as', { channel, args: [], url: own, isFrame: true }), `${channel}, in a frame`).toEqual(refused)
  }
  for (const [name, ...args] of [
    ['setAutostart', 'true'],
    ['setAutostart'],
    ['setTheme', 'blue'],
    ['getAppInfo', 1],
    ['exportToFile', { file: '/etc/passwd' }],
    ['importChosenFile', '/etc/passwd', { dry_run: 1 }],
    ['saveBackupAs', { name: 'x' }],
  ] as const)
    await expect(app.call(name, ...args), name).rejects.toThrow(`${name} was called with arguments that it does not take`)
})

test('the window opens where it was left, in the look that was chosen, and on a screen that is still there', async () => {
  app = new AppUnderTest()
  await app.until('shown')
  await app.do('move-window', { x: 240, y: 160, width: 1400, height: 850 })
  expect(await app.call('getTheme')).toEqual({ choice: 'system', isDark: false })
  expect(await app.call('setTheme', 'dark')).toEqual({ choice: 'dark', isDark: true })
  await app.do('close-window')
  await app.do('second-instance', ['tmws'])
  await expect.poll(() => app.all('window').length).toBe(2)
  expect(app.all('window')[1]?.['options']).toMatchObject({ x: 240, y: 160, width: 1400, height: 850, backgroundColor: '#17181a' })
  const { folder } = app
  await app.kill()
  app = new AppUnderTest({ TMWS_TEST_SCREEN: '3000,0,1440,900' }, { folder })
  const { options } = await app.until('window')
  expect(options).toMatchObject({ width: 1280, height: 800, backgroundColor: '#17181a' })
  expect(options).not.toHaveProperty('x')
  await test.step('a damaged memory of all that is a first start, not a failure', async () => {
    await app.until('shown')
    await app.kill()
    writeFileSync(join(folder, 'data', 'desktop.json'), '{"window": {"x": "left"}, "theme": "blue"')
    app = new AppUnderTest({}, { folder })
    expect((await app.until('window'))['options']).toMatchObject({ width: 1280, height: 800, backgroundColor: '#fafafa' })
  })
})

test('a page that crashes is loaded again, and after the third time the person is asked', async () => {
  app = new AppUnderTest()
  const { url } = await app.until('shown')
  for (let times = 1; times <= 3; times++) {
    await app.do('crash-page')
    await expect.poll(() => app.all('reloaded').length).toBe(times)
  }
  await app.do('answer', { response: 1 })
  await app.do('crash-page')
  expect(await app.until('dialog')).toMatchObject({ options: { message: 'The window has crashed several times.' } })
  expect(await app.until('external')).toMatchObject({ url })
  await expect.poll(() => app.do('count-windows')).toBe(0)
  expect(app.all('reloaded')).toHaveLength(3)
})

test('a page that hangs is asked about, and loaded again when the person wants it; one with changes is not left unasked', async () => {
  app = new AppUnderTest()
  await app.until('shown')
  expect(await app.do('leave-page')).toBe(false)
  await app.do('answer', { response: 1 })
  expect(await app.do('leave-page')).toBe(true)
  expect(app.all('dialog').map(({ options }) => (options as { message: string }).message)).toEqual(
    Array(2).fill('There are changes that are not saved.'),
  )
  await app.do('hang-page')
  await app.until('dialog', ({ options }) => (options as { message: string }).message === 'The window does not answer.')
  await app.do('answer', { response: 1 })
  await app.do('hang-page')
  await app.until('crash-forced')
  await app.until('reloaded')
})

test('files go where the person chose, and no further: export, import by ticket, copies of backups', async () => {
  app = new AppUnderTest()
  const url = String((await app.until('shown'))['url'])
  const outside = join(app.folder, 'my files')
  mkdirSync(outside)
  const { cookie } = await app.until('cookie')
  const { name, value } = cookie as { name: string; value: string } // as our main process sets it
  const headers = { cookie: `${name}=${value}`, 'content-type': 'application/json' }
  await fetch(`${url}api/v1/memory`, { method: 'POST', headers, body: JSON.stringify({ content: 'The key is under the third pot.' }) })

  expect(await app.call('exportToFile')).toEqual({ outcome: 'cancelled' })
  const file = join(outside, 'all.jsonl')
  await app.do('answer', { canceled: false, filePath: file })
  expect(await app.call('exportToFile', { history: false })).toEqual({
    outcome: 'written',
    name: 'all.jsonl',
    bytes: readFileSync(file).length,
  })
  expect(readFileSync(file, 'utf8')).toContain('under the third pot')

  await expect(app.call('importChosenFile', 'no-ticket')).rejects.toThrow('no longer chosen')
  await app.do('answer', { canceled: false, filePaths: [file] })
  const chosen = (await app.call('chooseImportFile')) as { ticket: string } // of the contract
  expect(chosen).toMatchObject({ outcome: 'chosen', name: 'all.jsonl' })
  expect(JSON.stringify(chosen)).not.toContain(outside)
  expect(await app.call('importChosenFile', chosen.ticket, { dry_run: true })).toMatchObject({
    dry_run: true,
    kinds: { memory: { unchanged: 1 } },
  })

  const made = (await (await fetch(`${url}api/v1/backups`, { method: 'POST', headers: { cookie: `${name}=${value}` } })).json()) as {
    backup: { name: string; bytes: number }
  } // our own answer
  await app.do('answer', { canceled: false, filePath: join(outside, 'copy.db') })
  expect(await app.call('saveBackupAs', made.backup.name)).toEqual({ outcome: 'written', name: 'copy.db', bytes: made.backup.bytes })
  for (const bad of ['../tmws.db', join(app.folder, 'data', 'tmws.db'), 'secrets.json'])
    await expect(app.call('saveBackupAs', bad), bad).rejects.toThrow('There is no backup')
})
