import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findChromium } from '../resources/scripts/setup-test-machine.ts'
import { RestClient } from './clients/rest-client.ts'
import { complaintsOf, openDashboard } from './screens/dashboard-page.ts'
import { expect, test } from './fixtures.ts'
import type { RunningServer } from './processes/server-process.ts'

test.skip(findChromium() === undefined, 'there is no Chromium on this machine')

const OFF = { TMWS_EMBEDDING_PROVIDER: 'off' }
const settingsFile = ({ place }: RunningServer) => join(place.dataDir, 'settings.json')
const written = (server: RunningServer) => JSON.parse(readFileSync(settingsFile(server), 'utf8')) as Record<string, unknown>
const save = (page: Page) => page.getByRole('button', { name: 'Save', exact: true })
/** The control of a setting, beside which its button back to the default has the same words. */
const field = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true })
const messages = (page: Page) => page.getByRole('region', { name: 'Messages' })

async function openPart(page: Page, server: RunningServer, part: string): Promise<void> {
  await openDashboard(page, server)
  await page.goto(`${server.apiUrl}/#/settings/${part}`)
  await expect(page.getByRole('navigation', { name: 'Parts of the settings' })).toBeVisible()
}

test('a setting is changed, counts, and is kept over a restart; another waits for it', async ({ page, startServer }) => {
  const server = await startServer({ env: OFF })
  writeFileSync(settingsFile(server), '{\n  // kept by hand\n  "backup_keep": 3\n}\n')
  const complaints = complaintsOf(page)
  await openPart(page, server, 'storage')
  await expect(field(page, 'Backups to keep')).toHaveValue('3')
  await field(page, 'Days in the trash').fill('60')
  await expect(page.getByRole('group', { name: '1 unsaved change' })).toBeVisible()
  await save(page).click()
  await expect(messages(page)).toContainText('Saved')
  await expect(page.getByRole('group', { name: /unsaved/ })).toHaveCount(0)
  expect(readFileSync(settingsFile(server), 'utf8')).toBe('{\n  // kept by hand\n  "backup_keep": 3,\n  "trash_days": 60\n}\n')
  expect(statSync(settingsFile(server)).mode & 0o777).toBe(0o600)

  await page.goto(`${server.apiUrl}/#/settings/server`)
  await field(page, 'Time to resume').fill('120')
  await save(page).click()
  await expect(page.getByText('Counts after a restart; until then 600 seconds')).toBeVisible()
  await expect(page.getByText('Some settings count only after a restart of the server.')).toBeVisible()
  await server.stop()
  await server.place.start({ apiPort: server.apiPort, wsPort: server.wsPort, env: OFF })
  await page.reload()
  await expect(field(page, 'Time to resume')).toHaveValue('120')
  await expect(page.getByText('Some settings count only after a restart of the server.')).toHaveCount(0)
  await page.goto(`${server.apiUrl}/#/settings/storage`)
  await page.getByRole('button', { name: 'Days in the trash: back to the default' }).click()
  await save(page).click()
  await expect(field(page, 'Days in the trash')).toHaveValue('30')
  await expect(page.getByRole('group', { name: /unsaved/ })).toHaveCount(0)
  expect(readFileSync(settingsFile(server), 'utf8')).toBe('{\n  // kept by hand\n  "backup_keep": 3,\n  "session_resume_ttl": 120\n}\n')
  expect(complaints.filter((line) => !/WebSocket|ERR_CONNECTION/.test(line))).toEqual([])
})

test('what is not allowed is said beside its field, and nothing is written', async ({ page, startServer }) => {
  const server = await startServer({ env: OFF })
  await openPart(page, server, 'server')
  await field(page, 'Idle time').fill('0')
  await save(page).click()
  const idle = field(page, 'Idle time')
  await expect(idle).toHaveAttribute('aria-invalid', 'true')
  await expect(idle).toHaveAccessibleDescription(/but must be seconds from 1 to 2592000\./)
  await page.getByRole('button', { name: 'Discard' }).click()
  await field(page, 'REST address').fill('0.0.0.0')
  await save(page).click()
  await expect(field(page, 'REST address'), 'the rules of production, before they stop a start').toHaveAccessibleDescription(
    /TMWS_SECRET_KEY is not set, but sign-in is on/,
  )
  expect(existsSync(settingsFile(server))).toBe(false)
})

test('what a variable decides is locked, and names the variable', async ({ page, startServer }) => {
  const server = await startServer({
    env: { ...OFF, TMWS_TRASH_DAYS: '5', TMWS_SECRET_KEY: 'an end-to-end secret of more than 32 characters' },
  })
  await openPart(page, server, 'storage')
  await expect(page.getByText('Set by TMWS_TRASH_DAYS in the environment')).toBeVisible()
  await expect(field(page, 'Days in the trash')).toHaveCount(0)
  await expect(page.getByText('5 days')).toBeVisible()
  await page.goto(`${server.apiUrl}/#/settings/security`)
  await expect(page.getByText('Set by TMWS_SECRET_KEY in the environment')).toBeVisible()
  expect(await page.content()).not.toContain('an end-to-end secret')
})

test('unsaved changes outlive a walk through the page, and two windows do not write over each other', async ({ page, startServer }) => {
  const server = await startServer({ env: OFF })
  await openPart(page, server, 'storage')
  await field(page, 'Days in the trash').fill('7')
  const parts = page.getByRole('navigation', { name: 'Parts of the settings' })
  await parts.getByRole('link', { name: 'Security' }).click()
  await expect(parts.getByRole('link', { name: /Storage/ })).toContainText('has unsaved changes')
  await page.getByRole('link', { name: 'Overview' }).click()
  await expect(messages(page)).toContainText('Unsaved settings are kept')
  await page.goto(`${server.apiUrl}/#/settings/storage`)
  await expect(field(page, 'Days in the trash')).toHaveValue('7')
  const owner = new RestClient(server.apiUrl, { headers: { authorization: `Bearer ${server.ownerToken}` } })
  expect((await owner.patch('/settings', { changes: { backup_keep: 9 } })).status).toBe(200)
  await save(page).click()
  await expect(page.getByText('The settings were changed meanwhile.', { exact: false })).toBeVisible()
  await page.getByRole('button', { name: 'Load the present ones' }).click()
  await expect(field(page, 'Backups to keep')).toHaveValue('9')
  await expect(field(page, 'Days in the trash'), 'what was typed is still there').toHaveValue('7')
  await save(page).click()
  await expect(messages(page)).toContainText('Saved')
  expect(written(server)).toEqual({ backup_keep: 9, trash_days: 7 })
})

test('a token is made, shown once, used, moved to a new secret, and ended', async ({ page, startServer }) => {
  const server = await startServer({
    env: { ...OFF, TMWS_AUTH_ENABLED: 'true', TMWS_SECRET_KEY: 'an end-to-end secret of more than 32 characters' },
  })
  await page.goto(`${server.apiUrl}/#/settings/tokens`)
  await page.getByLabel('Access token').fill(server.ownerToken)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByText('No token yet')).toBeVisible()
  // From here on: that nobody was signed in is a complaint of the browser.
  const complaints = complaintsOf(page)
  await page.getByRole('button', { name: 'New token…' }).click()
  const form = page.getByRole('dialog', { name: 'New token' })
  await form.getByLabel('Name').first().fill('scripts on the laptop')
  await form.getByLabel('Agent id').fill('laptop')
  await form.getByLabel('Namespaces').fill('acme, lab')
  await form.getByRole('button', { name: /^It may/ }).click()
  await page.getByRole('menuitemradio', { name: 'read', exact: true }).click()
  await form.getByRole('button', { name: 'Create token' }).click()
  const shown = page.getByRole('dialog', { name: 'The secret of the token' })
  const secret = (await shown.getByRole('group', { name: 'the secret' }).textContent())?.trim() ?? ''
  expect(secret).toMatch(/^tmws_/)
  await shown.getByRole('button', { name: 'I have stored it' }).click()
  expect(await page.content(), 'it is nowhere any more').not.toContain(secret)

  const row = page.getByRole('row', { name: 'scripts on the laptop' })
  await expect(row).toContainText('laptop')
  await expect(row).toContainText('acme, lab')
  await expect(row).toContainText('not yet')
  const status = async (token: string, method: 'GET' | 'POST') =>
    (
      await fetch(`${server.apiUrl}/api/v1/memory`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(method === 'POST' && { body: '{"content":"x"}' }),
      })
    ).status
  expect([await status(secret, 'GET'), await status(secret, 'POST')]).toEqual([200, 403])

  await row.getByRole('button', { name: 'Rotate scripts on the laptop…' }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^The former secret works/ })
    .click()
  await page.getByRole('menuitemradio', { name: 'for an hour' }).click()
  await page.getByRole('button', { name: 'Make a new secret' }).click()
  const next = (await shown.getByRole('group', { name: 'the secret' }).textContent())?.trim() ?? ''
  await shown.getByRole('button', { name: 'I have stored it' }).click()
  expect([await status(secret, 'GET'), await status(next, 'GET')], 'both work for the grace').toEqual([200, 200])

  await row.getByRole('button', { name: 'Revoke scripts on the laptop…' }).click()
  await expect(page.getByRole('dialog')).toContainText('This cannot be undone.')
  await page.getByRole('button', { name: 'Revoke for good' }).click()
  await expect(row).toHaveCount(0)
  await expect.poll(() => status(next, 'GET')).toBe(401)
  expect(await status(secret, 'GET')).toBe(401)
  await page.getByRole('checkbox', { name: 'Show expired and revoked ones' }).check()
  await expect(row).toContainText('Revoked')
  expect(complaints).toEqual([])
})

test('the store is copied and listed; an export is downloaded, looked through and imported', async ({ page, startServer }) => {
  const server = await startServer({ env: OFF })
  const agent = new RestClient(server.apiUrl, { agentId: 'writer' })
  const { id } = (await agent.post('/memory', { content: 'Comes back by an import.' })).body['memory'] as { id: string }
  const complaints = complaintsOf(page)
  await openPart(page, server, 'storage')
  await page.getByRole('button', { name: 'Back up now' }).click()
  await expect(messages(page)).toContainText('Backed up')
  const copies = page.getByRole('region', { name: 'Copies of the store' })
  await expect(copies).toContainText('by you')
  await expect(copies).toContainText(`tmws restore ${join(server.place.dataDir, 'backups')}`)

  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download' }).click()
  const file = await (await download).path()
  expect(readFileSync(file, 'utf8')).toContain('Comes back by an import.')
  const other = await startServer({ env: OFF })
  await openPart(page, other, 'storage')
  await page
    .getByLabel('Choose a file…')
    .setInputFiles({ name: 'export.jsonl', mimeType: 'application/x-ndjson', buffer: readFileSync(file) })
  await page.getByRole('button', { name: 'Check it first' }).click()
  await expect(page.getByText('The file can be read:', { exact: false })).toBeVisible()
  const reader = new RestClient(other.apiUrl, { agentId: 'writer' })
  expect((await reader.get(`/memory/${id}`)).status, 'nothing was written yet').toBe(404)
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  await expect(page.getByText('Imported:', { exact: false })).toBeVisible()
  expect((await reader.get(`/memory/${id}`)).body).toMatchObject({ memory: { content: 'Comes back by an import.' } })
  await page
    .getByLabel('Choose a file…')
    .setInputFiles({ name: 'broken.jsonl', mimeType: 'application/x-ndjson', buffer: Buffer.from('{"format":"tmws-export"') })
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  await expect(page.getByText(/cut off|not a file|cannot be read|is not/i).first()).toBeVisible()
  expect(complaints).toEqual([])
})

test('a copy is restored beside the running server, after one has seen what that changes', async ({ page, startServer }) => {
  const server = await startServer({ env: OFF })
  const agent = new RestClient(server.apiUrl, { agentId: 'writer' })
  const owner = new RestClient(server.apiUrl, { headers: { authorization: `Bearer ${server.ownerToken}` } })
  const store = async (content: string) => ((await agent.post('/memory', { content })).body['memory'] as { id: string }).id
  const [erased, edited] = [await store('Erased by mistake.'), await store('Edited by mistake.')]
  const { name } = (await owner.post('/backups', {})).body['backup'] as { name: string }
  await owner.delete(`/memory/${erased}?permanent=true`)
  await agent.patch(`/memory/${edited}`, { content: 'Edited, and wrong.' })
  const since = await store('Made since.')
  const complaints = complaintsOf(page)
  await openPart(page, server, 'storage')
  const memories = page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: /Memories/ })
  await expect(memories).toContainText('2')
  const open = page.getByRole('row', { name }).getByRole('button', { name: /^Restore the copy made / })
  await open.click()
  const dialog = page.getByRole('dialog', { name: 'Restore this copy?' })
  await expect(dialog).toContainText(/Holds2 memories/)
  await expect(dialog).toContainText('Comes back1 memory')
  await expect(dialog).toContainText('Goes back1 memory')
  await expect(dialog).toContainText('What was made since the copy stays.')
  expect((await agent.get(`/memory/${erased}`)).status, 'nothing is done before one says so').toBe(404)
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => `${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)).toEqual([])

  await dialog.getByRole('button', { name: 'Restore', exact: true }).click()
  await expect(dialog.getByRole('status')).toContainText('Restored: 1 memory came back, 1 memory went back to what it was.')
  await expect(dialog).toContainText(/What was there before is kept as tmws-.*-before-restore\.(db|jsonl\.gz)/)
  const content = async (id: string) => ((await agent.get(`/memory/${id}`)).body['memory'] as { content?: string } | undefined)?.content
  expect([await content(erased), await content(edited), await content(since)]).toEqual([
    'Erased by mistake.',
    'Edited by mistake.',
    'Made since.',
  ])
  await dialog.getByRole('button', { name: 'Close' }).last().click()
  await expect(page.getByRole('region', { name: 'Copies of the store' })).toContainText('before a restore')
  await expect(memories, 'the page follows').toContainText('3')
  await open.click()
  await expect(dialog.getByRole('status')).toContainText('There is nothing to restore.')
  await expect(dialog.getByRole('button', { name: 'Restore', exact: true })).toHaveCount(0)
  await page.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0)
  await expect(open, 'back where one was').toBeFocused()
  const entries = (await owner.get('/audit?action=restore')).body['entries'] as { agent_id: string; facts: object }[]
  expect(entries.map(({ agent_id: who, facts }) => ({ who, facts }))).toMatchObject([
    { who: 'owner', facts: { dry_run: true } },
    { who: 'owner', facts: { dry_run: false, new: expect.any(Number), copy: name } },
    { who: 'owner', facts: { dry_run: true } },
  ])
  expect(complaints).toEqual([])
})

test('a copy that cannot be read is said to be so, and nothing is changed', async ({ page, startServer }) => {
  const server = await startServer({ env: OFF })
  const owner = new RestClient(server.apiUrl, { headers: { authorization: `Bearer ${server.ownerToken}` } })
  const { file } = (await owner.post('/backups', {})).body['backup'] as { file: string }
  const whole = readFileSync(file)
  writeFileSync(file, whole.subarray(0, whole.length / 2))
  await openPart(page, server, 'storage')
  await page.getByRole('button', { name: /^Restore the copy made / }).click()
  const dialog = page.getByRole('dialog', { name: 'Restore this copy?' })
  await expect(dialog.getByRole('status')).toContainText('cannot be read, and nothing was changed')
  await expect(dialog.getByRole('button', { name: 'Restore', exact: true })).toHaveCount(0)
})

test('the page speaks the language that one chooses', async ({ page, startServer }) => {
  const server = await startServer({ env: OFF })
  await openPart(page, server, 'general')
  await page.getByRole('button', { name: /^Language/ }).click()
  await page.getByRole('menuitemradio', { name: '日本語' }).click()
  await expect(page.getByRole('heading', { name: '設定' })).toBeVisible()
  await page.goto(`${server.apiUrl}/#/settings/security`)
  await expect(page.getByText('エージェントにトークンを求める', { exact: true })).toBeVisible()
  await expect(page.getByText('すべてのエージェントにトークンを求めるかどうかです。')).toBeVisible()
})

test('in the desktop app, starting with the computer and updates are the app’s own', async ({ page, startServer }) => {
  const server = await startServer({ env: OFF })
  // What the preload puts there; the app itself is tested in desktop-shell and desktop-updates.
  await page.addInitScript(() => {
    const asked: string[] = []
    let updates: Record<string, unknown> = { status: 'idle', checksByItself: false }
    let isOn = false
    const note = <T>(name: string, value: T): Promise<T> => (asked.push(name), Promise.resolve(value))
    Object.assign(window, {
      asked,
      desktop: {
        getAppInfo: () => Promise.resolve({ portNote: [{ of: 'api', wanted: 8000, used: 8123 }] }),
        getAutostart: () => Promise.resolve({ isOn, canChange: true }),
        setAutostart: (next: boolean) => note(`autostart ${next}`, { isOn: (isOn = next), canChange: true }),
        getUpdates: () => Promise.resolve(updates),
        setUpdateChecks: (next: boolean) => note(`checks ${next}`, (updates = { ...updates, checksByItself: next })),
        checkForUpdates: () => note('check', (updates = { ...updates, status: 'available', version: '9.9.9' })),
        downloadUpdate: () => note('download', (updates = { ...updates, status: 'ready' })),
        installUpdate: () => note('install', undefined),
        showDataFolder: () => note('folder', undefined),
        setTheme: (theme: string) => note(`theme ${theme}`, {}),
      },
    })
  })
  const complaints = complaintsOf(page)
  await openDashboard(page, server)
  await expect(page.getByText('Port 8000 for REST is taken by another program; 8123 is used instead.')).toBeVisible()
  await openPart(page, server, 'general')
  const autostart = page.getByRole('switch', { name: 'Start with this computer' })
  await autostart.click()
  await expect(autostart).toBeChecked()
  await page.getByRole('switch', { name: 'Look for updates' }).click()
  await page.getByRole('button', { name: 'Check now' }).click()
  await expect(page.getByText('Version 9.9.9 is there.')).toBeVisible()
  await page.getByRole('button', { name: 'Download' }).click()
  await page.getByRole('button', { name: 'Install and restart' }).click()
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await page
    .getByRole('button', { name: /^Theme: Follow system/ })
    .last()
    .click()
  await page.getByRole('menuitemradio', { name: 'Dark' }).click()
  expect(await page.evaluate(() => (window as unknown as { asked: string[] }).asked)).toEqual([
    'autostart true',
    'checks true',
    'check',
    'download',
    'install',
    'folder',
    'theme dark',
  ])
  expect(complaints).toEqual([])
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`Settings can be used by everybody, in the ${colorScheme} theme`, async ({ page, startServer }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const server = await startServer({ env: OFF })
    const owner = new RestClient(server.apiUrl, { headers: { authorization: `Bearer ${server.ownerToken}` } })
    await owner.post('/tokens', { name: 'a token', agent_id: 'somebody' })
    await owner.post('/backups', {})
    await owner.patch('/settings', { changes: { session_resume_ttl: 30 } })
    await openPart(page, server, 'general')
    for (const part of ['general', 'storage', 'embedding', 'server', 'security', 'tokens', 'about']) {
      await page.goto(`${server.apiUrl}/#/settings/${part}`)
      await expect(page.getByRole('link', { name: new RegExp(`^${part}`, 'i') }).last()).toHaveAttribute('aria-current', 'page')
      if (part === 'storage') await field(page, 'Days in the trash').fill('9')
      const { violations } = await new AxeBuilder({ page }).analyze()
      expect(
        violations.map(
          ({ id, nodes }) =>
            `${part}: ${id} at ${nodes.map(({ target, any }) => `${target.join(' ')}: ${any[0]?.message ?? ''}`).join(', ')}`,
        ),
      ).toEqual([])
    }
  })
}
