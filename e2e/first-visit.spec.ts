import type { Locator, Page } from '@playwright/test'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { findChromium } from '../resources/scripts/setup-test-machine.ts'
import { connectNamedWs } from './clients/mcp-clients.ts'
import { call, untilIndexed } from './clients/tool-calls.ts'
import { NOTES } from './data/notes.ts'
import { expect, test } from './fixtures.ts'
import { complaintsOf, openDashboard, toast } from './screens/dashboard-page.ts'

test.skip(findChromium() === undefined, 'there is no Chromium on this machine')
test.skip(process.platform !== 'linux', 'the places of the programs are those of Linux')

const CLAUDE_BEFORE = '{\n  "globalShortcut": "",\n  "mcpServers": {}\n}'

/** Counts what the hand does, and keeps a picture of each step with the report of the run. */
class Visit {
  clicks = 0
  readonly #page: Page
  #step = 0

  constructor(page: Page) {
    this.#page = page
  }

  async click(target: Locator): Promise<void> {
    this.clicks += 1
    await target.click()
  }

  /** What was reached, and in how many clicks since the step before. */
  async reached(what: string, most: number): Promise<void> {
    this.#step += 1
    await test
      .info()
      .attach(`${this.#step} ${what} (${this.clicks} clicks)`, { body: await this.#page.screenshot(), contentType: 'image/png' })
    expect(this.clicks, what).toBeLessThanOrEqual(most)
    this.clicks = 0
  }
}

test('who has never seen it finds, edits and undoes a memory, sees who read it, and connects a program and takes that back', async ({
  page,
  startServer,
}) => {
  const server = await (await startServer()).untilHealthy()
  const claude = join(server.place.folder, 'home', '.config', 'Claude', 'claude_desktop_config.json')
  mkdirSync(dirname(claude), { recursive: true })
  writeFileSync(claude, CLAUDE_BEFORE)
  const writer = await connectNamedWs(server, { agentId: 'writer', namespace: 'workshop' })
  for (const { content, tags } of NOTES) await call(writer, 'store_memory', { content, tags: [...tags], access_level: 'team' })
  await untilIndexed(writer)
  await writer.close()
  const reader = await connectNamedWs(server, { agentId: 'colleague', namespace: 'workshop' })
  await call(reader, 'recall_memory', { query: 'who is allergic to peanuts', limit: 1 })
  await reader.close()

  const complaints = complaintsOf(page)
  const visit = new Visit(page)
  await openDashboard(page, server)
  await visit.reached('the page is there', 0)

  await visit.click(page.getByRole('link', { name: /Memories/ }))
  await visit.click(page.getByLabel('Search memories'))
  await page.keyboard.type('food to avoid when we eat out together')
  const hit = page.getByRole('option').filter({ hasText: 'peanuts' })
  await visit.click(hit)
  const pane = page.getByRole('complementary', { name: 'Memory', exact: true })
  await expect(pane).toContainText('allergic to peanuts')
  await visit.reached('a memory is found by its meaning', 3)

  const readers = pane.getByRole('region', { name: 'Read by' })
  await expect(readers).toContainText('colleague')
  await visit.reached('who read it is seen', 0)

  const before = await pane.locator('.memory-text').innerText()
  await visit.click(pane.getByRole('button', { name: 'Edit', exact: true }))
  await pane.getByRole('textbox', { name: 'Text' }).fill('Nobody is allergic to anything.')
  await visit.click(pane.getByRole('button', { name: 'Save' }))
  await expect(pane.getByText('Nobody is allergic to anything.', { exact: true })).toBeVisible()
  await visit.reached('it is edited', 2)
  await visit.click(toast(page).getByRole('button', { name: 'Undo' }))
  await expect(pane.getByText(before, { exact: true })).toBeVisible()
  await visit.reached('the edit is undone', 1)

  await visit.click(page.getByRole('link', { name: /Connect/ }))
  await visit.click(page.getByRole('button', { name: 'Connect Claude Desktop…' }))
  const sheet = page.getByRole('dialog', { name: 'Connect Claude Desktop' })
  await expect(sheet.getByRole('group', { name: /^Change of / })).toContainText('"tmws"')
  await visit.click(sheet.getByRole('button', { name: 'Apply this change' }))
  await expect(sheet.getByText(/^Verified: Claude Desktop’s command answered/)).toBeVisible({ timeout: 30_000 })
  await visit.click(sheet.getByRole('button', { name: 'Done', exact: true }))
  await visit.reached('Claude Desktop is connected', 4)

  await visit.click(page.getByRole('button', { name: 'Details of Claude Desktop…' }))
  await visit.click(page.getByRole('dialog').getByRole('button', { name: 'Disconnect…' }))
  await visit.click(page.getByRole('dialog').getByRole('button', { name: 'Undo the connection' }))
  await expect(page.getByRole('dialog')).toContainText('is out of Claude Desktop’s configuration')
  await visit.reached('and is not any more', 3)
  expect(readFileSync(claude, 'utf8')).toBe(CLAUDE_BEFORE)
  expect(complaints).toEqual([])
})
