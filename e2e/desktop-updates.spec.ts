import { expect, test } from '@playwright/test'
import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppUnderTest } from './desktop/launch-app.ts'
import { ReleaseFeed } from './desktop/release-feed.ts'

test.skip(process.platform !== 'linux', 'the updater that runs here is the one of AppImages')

/** In the place of the id by which electron-updater would tell installations apart. */
const NOBODY = '00000000-0000-0000-0000-000000000000'
let app: AppUnderTest
let feed: ReleaseFeed
let folder: string
let appImage: string

test.beforeEach(async () => {
  feed = await ReleaseFeed.open()
  folder = mkdtempSync(join(tmpdir(), 'tmws-updates-'))
  appImage = join(folder, 'TMWS.AppImage')
  writeFileSync(appImage, 'the program of now')
  chmodSync(appImage, 0o755)
})
test.afterEach(async () => {
  await app.dispose()
  feed.close()
  rmSync(folder, { recursive: true, force: true })
})

const start = async (): Promise<void> => {
  app = new AppUnderTest({
    TMWS_TEST_PACKAGED: '1',
    TMWS_TEST_RESOURCES: feed.installInto(folder),
    APPIMAGE: appImage,
    XDG_CACHE_HOME: join(folder, 'cache'),
  })
  await app.until('shown')
}

test('a copy without an address for updates says so, and asks nobody', async () => {
  app = new AppUnderTest({ TMWS_TEST_PACKAGED: '1', TMWS_TEST_RESOURCES: folder })
  await app.until('shown')
  expect(await app.call('checkForUpdates')).toEqual({
    status: 'unavailable',
    checksByItself: false,
    problem: 'This copy of TMWS was made without an address for updates.',
  })
  expect(await app.call('setUpdateChecks', true)).toMatchObject({ status: 'unavailable', checksByItself: false })
})

test('nothing is asked until the person does, nothing is downloaded until the person says so, and it is installed at the end', async () => {
  await start()
  expect(await app.call('getUpdates')).toEqual({ status: 'idle', checksByItself: false })
  expect(feed.asked).toEqual([])
  expect(await app.call('checkForUpdates')).toMatchObject({ status: 'current', checkedAt: expect.stringMatching(/^20.*Z$/) })
  feed.version = '0.2.0'
  expect(await app.call('checkForUpdates')).toMatchObject({ status: 'available', version: '0.2.0' })
  expect(feed.asked.every((path) => path === '/latest-linux.yml')).toBe(true)
  expect(new Set(feed.ids), 'every installation asks the same').toEqual(new Set([JSON.stringify([NOBODY, null, 'electron-builder'])]))
  await expect(app.call('installUpdate')).rejects.toThrow('There is no downloaded version')
  expect(await app.call('downloadUpdate')).toMatchObject({ status: 'downloading', version: '0.2.0' })
  await expect.poll(() => app.call('getUpdates')).toMatchObject({ status: 'ready', version: '0.2.0' })
  expect(readFileSync(appImage, 'utf8')).toBe('the program of now')
  app.doLast('quit')
  expect(await app.exited).toBe(0)
  const programs = readdirSync(folder).filter((name) => name.endsWith('.AppImage'))
  expect(programs.map((name) => readFileSync(join(folder, name), 'utf8'))).toEqual(['a program that is newer'])
})

test('a download that is not what was announced is thrown away', async () => {
  await start()
  feed.version = '0.2.0'
  feed.sha512 = Buffer.from('another content').toString('base64')
  await app.call('checkForUpdates')
  await app.call('downloadUpdate')
  await expect.poll(() => app.call('getUpdates')).toMatchObject({ status: 'failed', problem: expect.stringContaining('checksum') })
  app.doLast('quit')
  expect(await app.exited).toBe(0)
  expect(readFileSync(appImage, 'utf8')).toBe('the program of now')
})

test('trouble is quiet until somebody asks, and a dialog leads from the tray to the download', async () => {
  await start()
  feed.isDown = true
  await app.do('tray-click', 'updates')
  expect(await app.until('dialog')).toMatchObject({ options: { message: 'It could not be found out whether there is a newer version.' } })
  expect(app.all('error-box')).toEqual([])
  feed.isDown = false
  feed.version = '0.3.0'
  feed.content = Buffer.from(`#!/bin/sh\ntouch '${join(folder, 'started')}'\n`)
  await app.do('answer', { response: 0 })
  await app.do('tray-click', 'updates')
  await app.until('dialog', ({ options }) => JSON.stringify(options).includes('TMWS 0.3.0 is available.'))
  await expect.poll(() => app.call('getUpdates')).toMatchObject({ status: 'ready' })
  await test.step('installing at once stops the server first, and starts the new program', async () => {
    const started = join(folder, 'started')
    await app.call('installUpdate').catch(() => undefined)
    expect(await app.exited).toBe(0)
    expect(existsSync(join(app.folder, 'runtime.json'))).toBe(false)
    await expect.poll(() => existsSync(started)).toBe(true)
  })
})

test('whether it looks by itself is kept', async () => {
  await start()
  expect(await app.call('setUpdateChecks', true)).toMatchObject({ checksByItself: true })
  const kept = app.folder
  await app.kill()
  app = new AppUnderTest({ TMWS_TEST_PACKAGED: '1', TMWS_TEST_RESOURCES: feed.installInto(folder), APPIMAGE: appImage }, kept)
  await app.until('shown')
  expect(await app.call('getUpdates')).toMatchObject({ checksByItself: true })
})
