import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { findChromium } from '../resources/scripts/setup-test-machine.ts'
import { connectNamedWs } from './clients/mcp-clients.ts'
import { complaintsOf, openDashboard } from './screens/dashboard-page.ts'
import { expect, test } from './fixtures.ts'
import type { RunningServer } from './processes/server-process.ts'

test.skip(findChromium() === undefined, 'there is no Chromium on this machine')
test.skip(process.platform !== 'linux', 'the places of the programs are those of Linux')

const OFF = { TMWS_EMBEDDING_PROVIDER: 'off' }
/** Odd on purpose: what is not ours must come back byte for byte. */
const CLAUDE_BEFORE =
  '{\r\n\t"globalShortcut": "",\r\n\t"mcpServers": {\r\n\t\t"notes": { "command": "notes", "env": { "API_KEY": "k-123" } }\r\n\t}\r\n}'

function homeOf({ place }: RunningServer): string {
  return join(place.folder, 'home')
}

function claudeFile(server: RunningServer): string {
  return join(homeOf(server), '.config', 'Claude', 'claude_desktop_config.json')
}

function cursorFile(server: RunningServer): string {
  return join(homeOf(server), '.cursor', 'mcp.json')
}

function put(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

async function openConnect(page: Page, server: RunningServer): Promise<void> {
  await openDashboard(page, server)
  await page
    .getByRole('navigation', { name: 'Screens' })
    .getByRole('link', { name: /Connect/ })
    .click()
  await expect(page.getByRole('heading', { name: 'Connect', exact: true })).toBeVisible()
}

const rowOf = (page: Page, title: string) => page.getByRole('list', { name: 'Programs' }).getByRole('listitem', { name: title })

test('a person connects Claude Desktop, sees the change and the proof, and takes it back byte for byte', async ({
  page,
  startServer,
  closing,
}) => {
  const server = await startServer({ env: OFF })
  put(claudeFile(server), CLAUDE_BEFORE)
  const complaints = complaintsOf(page)
  await openConnect(page, server)
  await expect(page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: /Connect/ })).toContainText('0/1')
  const row = rowOf(page, 'Claude Desktop')
  await expect(row).toContainText('Not connected')
  await row.getByRole('button', { name: 'Connect Claude Desktop…' }).click()

  const sheet = page.getByRole('dialog', { name: 'Connect Claude Desktop' })
  await expect(sheet).toContainText(claudeFile(server))
  const diff = sheet.getByRole('group', { name: /^Change of / })
  await expect(diff).toContainText('"tmws"')
  await expect(diff, 'what others keep there is masked').not.toContainText('k-123')
  await expect(sheet).toContainText('A dated copy of the file')
  await expect(sheet).toContainText('tmws-bridge.cjs')
  expect(readFileSync(claudeFile(server), 'utf8'), 'nothing was touched yet').toBe(CLAUDE_BEFORE)

  await sheet.getByRole('button', { name: 'Apply this change' }).click()
  await expect(sheet.getByText(/^Verified: Claude Desktop’s command answered in .* with \d+ tools\.$/)).toBeVisible({ timeout: 30_000 })
  await expect(sheet).toContainText('It works as claude-desktop in default')
  await expect(sheet).toContainText('Quit Claude Desktop fully')
  const written = JSON.parse(readFileSync(claudeFile(server), 'utf8')) as { mcpServers: Record<string, unknown> }
  expect(Object.keys(written.mcpServers)).toEqual(['notes', 'tmws'])
  const [backup = ''] = readdirSync(dirname(claudeFile(server))).filter((name) => name.includes('.tmws-backup-'))
  expect(readFileSync(join(dirname(claudeFile(server)), backup), 'utf8')).toBe(CLAUDE_BEFORE)
  await sheet.getByRole('button', { name: 'Done', exact: true }).click()

  await expect(row).toContainText('Connected')
  await expect(page.getByRole('link', { name: /Connect/ })).toContainText('1/1')
  const agent = closing(await connectNamedWs(server, { agentId: 'claude-desktop' }))
  await expect(row).toContainText('1 session now')
  await agent.close()

  await row.getByRole('button', { name: 'Details of Claude Desktop…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Disconnect…' }).click()
  const undo = page.getByRole('dialog', { name: 'Disconnect Claude Desktop' })
  await expect(undo).toContainText('The file becomes what it was before, byte for byte.')
  await undo.getByRole('button', { name: 'Undo the connection' }).click()
  await expect(undo).toContainText('The entry of TMWS is out of Claude Desktop’s configuration.')
  expect(readFileSync(claudeFile(server), 'utf8')).toBe(CLAUDE_BEFORE)
  await undo.getByRole('button', { name: 'Done', exact: true }).click()
  await expect(row).toContainText('Not connected')
  expect(complaints).toEqual([])
})

test('a file that is broken, read-only or somebody else’s is left alone, and the page says why', async ({ page, startServer }) => {
  const server = await startServer({ env: OFF })
  const broken = '{\n  "mcpServers": {\n    "a": { "command": "a" \n'
  put(claudeFile(server), broken)
  const locked = '{ "mcpServers": {} }\n'
  put(cursorFile(server), locked)
  chmodSync(cursorFile(server), 0o444)
  const zed = join(homeOf(server), '.config', 'zed', 'settings.json')
  const foreign = '{ "context_servers": { "tmws": { "command": "my-own", "args": [], "env": {} } } }\n'
  put(zed, foreign)
  const complaints = complaintsOf(page)
  await openConnect(page, server)

  await expect(rowOf(page, 'Claude Desktop')).toContainText('File cannot be read')
  await expect(rowOf(page, 'Claude Desktop')).toContainText('line 4')
  await rowOf(page, 'Claude Desktop').getByRole('button', { name: 'Why Claude Desktop cannot be connected' }).click()
  const sheet = page.getByRole('dialog')
  await expect(sheet).toContainText('Nothing was touched')
  await expect(sheet.getByRole('button', { name: /Apply/ })).toHaveCount(0)
  writeFileSync(claudeFile(server), `${broken}}}}`)
  await sheet.getByRole('button', { name: 'Look again' }).click()
  await expect(sheet.getByRole('group', { name: /^Change of / }), 'mended by hand meanwhile').toContainText('"tmws"')
  await page.keyboard.press('Escape')

  await expect(rowOf(page, 'Cursor')).toContainText('File cannot be changed')
  await expect(rowOf(page, 'Cursor')).toContainText('read-only')
  await page.goto(`${server.apiUrl}/#/connect/cursor`)
  await expect(page.getByRole('dialog')).toContainText('Nothing was touched')
  await page.keyboard.press('Escape')
  expect(readFileSync(cursorFile(server), 'utf8')).toBe(locked)

  await rowOf(page, 'Zed').getByRole('button', { name: 'Connect Zed…' }).click()
  await expect(sheet).toContainText('Something that TMWS did not write stands under its name')
  await expect(sheet.getByRole('button', { name: 'Apply this change' })).toHaveCount(0)
  await sheet.getByRole('checkbox').check()
  await expect(sheet.getByRole('group', { name: /^Change of / })).toContainText('my-own')
  await sheet.getByRole('button', { name: 'Apply this change' }).click()
  await expect(sheet.getByText(/^Verified: Zed’s command/)).toBeVisible({ timeout: 30_000 })
  await sheet.getByRole('button', { name: 'Disconnect…' }).click()
  await sheet.getByRole('button', { name: 'Undo the connection' }).click()
  await expect(sheet).toContainText('The entry of TMWS is out of Zed’s configuration.')
  expect(readFileSync(zed, 'utf8')).toBe(foreign)
  expect(complaints).toEqual([])
})

test('an entry that was edited or is gone is seen and repaired, with names of one’s own', async ({ page, startServer }) => {
  const server = await startServer({ env: OFF })
  put(cursorFile(server), '{\n  // mine\n  "mcpServers": {}\n}\n')
  const complaints = complaintsOf(page)
  await openConnect(page, server)
  await rowOf(page, 'Cursor').getByRole('button').click()
  const sheet = page.getByRole('dialog')
  await sheet.getByText('Options').click()
  await sheet.getByLabel('Agent id').fill('my-cursor')
  await sheet.getByLabel('Namespace').fill('acme')
  await expect(sheet.getByRole('group', { name: /^Change of / })).toContainText('"TMWS_AGENT_NAMESPACE": "acme"')
  await sheet.getByRole('button', { name: 'Apply this change' }).click()
  await expect(sheet).toContainText('It works as my-cursor in acme', { timeout: 30_000 })
  await sheet.getByRole('button', { name: 'Done', exact: true }).click()

  const written = readFileSync(cursorFile(server), 'utf8')
  writeFileSync(cursorFile(server), written.replace('"my-cursor"', '"someone"'))
  await page.reload()
  await expect(rowOf(page, 'Cursor')).toContainText('Needs repair')
  await expect(rowOf(page, 'Cursor')).toContainText('edited by hand')
  await rowOf(page, 'Cursor').getByRole('button', { name: 'Repair Cursor…' }).click()
  const diff = sheet.getByRole('group', { name: /^Change of / })
  await expect(diff).toContainText('someone')
  await expect(diff).toContainText('my-cursor')
  await sheet.getByRole('button', { name: 'Repair it' }).click()
  await expect(sheet).toContainText('It works as my-cursor in acme', { timeout: 30_000 })
  expect(readFileSync(cursorFile(server), 'utf8')).toBe(written)
  await sheet.getByRole('button', { name: 'Done', exact: true }).click()
  await expect(rowOf(page, 'Cursor')).toContainText('Connected')

  writeFileSync(cursorFile(server), '{}')
  await page.reload()
  await expect(rowOf(page, 'Cursor')).toContainText('The entry that TMWS wrote is gone.')
  expect(complaints).toEqual([])
})

test('a connection whose server cannot be reached says what failed', async ({ page, startServer }) => {
  const server = await startServer({ env: OFF })
  put(cursorFile(server), '{}')
  await openConnect(page, server)
  // What the entry starts is taken away between the change and the trial.
  await page.route('**/clients/cursor/verify', (route) =>
    route.fulfill({
      json: { client: 'cursor', works: false, places: [{ file: cursorFile(server), works: false, problem: 'spawn ENOENT' }] },
    }),
  )
  await rowOf(page, 'Cursor').getByRole('button').click()
  await page.getByRole('button', { name: 'Apply this change' }).click()
  await expect(page.getByRole('dialog')).toContainText('Cursor’s command does not work yet')
  await expect(page.getByRole('dialog')).toContainText('spawn ENOENT')
})

test('other programs get the addresses of this server, the bundle comes as a file, and sign-in asks for a token', async ({
  page,
  startServer,
}) => {
  const server = await startServer({
    env: { ...OFF, TMWS_AUTH_ENABLED: 'true', TMWS_SECRET_KEY: 'an end-to-end secret of more than 32 characters' },
  })
  await page.goto(`${server.apiUrl}/#/connect`)
  await page.getByLabel('Access token').fill(server.ownerToken)
  await page.getByRole('button', { name: 'Sign in' }).click()
  const others = page.getByRole('region', { name: 'Any other program' })
  await expect(others).toContainText(server.wsUrl)
  await expect(others).toContainText(`${server.apiUrl}/mcp`)
  await expect(others).toContainText(`curl ${server.apiUrl}/api/v1/memory/search`)
  await expect(others).toContainText('TMWS_TOKEN')
  await expect(others).toContainText('This server asks every program for a token.')
  const download = page.waitForEvent('download')
  await others.getByRole('link', { name: 'Download tmws.mcpb' }).click()
  const file = await (await download).path()
  expect(readFileSync(file).subarray(0, 2).toString(), 'a packed file').toBe('PK')
  expect(existsSync(join(homeOf(server), '.config', 'Claude'))).toBe(false)
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`Connect can be used by everybody, in the ${colorScheme} theme`, async ({ page, startServer }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const server = await startServer({ env: OFF })
    put(claudeFile(server), CLAUDE_BEFORE)
    put(cursorFile(server), '{ broken')
    await openConnect(page, server)
    for (const path of ['connect', 'connect/claude-desktop', 'connect/cursor']) {
      await page.goto(`${server.apiUrl}/#/${path}`)
      if (path.endsWith('desktop')) await expect(page.getByRole('group', { name: /^Change of / })).toBeVisible()
      const { violations } = await new AxeBuilder({ page }).analyze()
      expect(
        violations.map(
          ({ id, nodes }) =>
            `${path}: ${id} at ${nodes.map(({ target, any }) => `${target.join(' ')}: ${any[0]?.message ?? ''}`).join(', ')}`,
        ),
      ).toEqual([])
    }
  })
}
