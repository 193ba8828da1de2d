import type { Page } from '@playwright/test'

/** A screen, or a part of one, as pictures and checks of all screens open it. */
export interface ScreenShot {
  readonly name: string
  /** Behind the origin. */
  readonly address: string
  /** Leads to what is to be seen. On an empty server there may be nothing to lead to. */
  readonly prepare?: (page: Page) => Promise<void>
}

export const SCREEN_SHOTS: readonly ScreenShot[] = [
  { name: 'overview', address: '#/overview' },
  { name: 'memories', address: '#/memories', prepare: openFirst('option') },
  {
    name: 'search',
    address: '#/memories',
    prepare: async (page) => {
      await page.keyboard.press('/')
      await page.keyboard.type('what did we decide about paying')
      await page.waitForTimeout(900)
    },
  },
  {
    name: 'bulk',
    address: '#/memories',
    prepare: async (page) => {
      if ((await page.getByRole('option').count()) === 0) return
      await page.getByRole('option').nth(0).hover()
      await page.locator('.tick').nth(0).click()
      await page
        .locator('.tick')
        .nth(3)
        .click({ modifiers: ['Shift'] })
      await page.waitForTimeout(300)
    },
  },
  {
    name: 'editor',
    address: '#/memories',
    prepare: async (page) => {
      if ((await page.getByRole('option').count()) === 0) return
      await page.getByRole('option').nth(1).click()
      await page.keyboard.press('e')
      await page.waitForTimeout(300)
    },
  },
  { name: 'map', address: '#/memories?view=map', prepare: untilDrawn },
  {
    name: 'graph',
    address: '#/memories',
    prepare: async (page) => {
      const memory = page.getByRole('option').filter({ hasText: 'the checkout waits three seconds' })
      if ((await memory.count()) === 0) return
      await memory.click()
      await page.getByRole('button', { name: /^(Graph|グラフ)$/ }).click()
      await page.waitForTimeout(1500)
    },
  },
  { name: 'agents', address: '#/agents', prepare: openFirst('row') },
  {
    name: 'tasks',
    address: '#/tasks',
    prepare: async (page) => {
      const card = page.getByRole('button', { name: /Announce the release/ })
      if ((await card.count()) > 0) await card.click()
      await page.waitForTimeout(500)
    },
  },
  { name: 'task-list', address: '#/tasks?view=list' },
  {
    name: 'workflows',
    address: '#/workflows',
    prepare: async (page) => {
      const workflow = page.getByRole('button', { name: /weekly-review/ })
      if ((await workflow.count()) === 0) return
      await workflow.click()
      await page.getByRole('row').nth(1).click()
      await page.waitForTimeout(700)
    },
  },
  { name: 'sessions', address: '#/sessions', prepare: openFirst('row') },
  { name: 'connect', address: '#/connect' },
  { name: 'settings', address: '#/settings' },
  { name: 'settings-tokens', address: '#/settings/tokens' },
  { name: 'settings-storage', address: '#/settings/storage' },
  { name: 'settings-server', address: '#/settings/server' },
  { name: 'audit', address: '#/audit', prepare: openFirst('row') },
  { name: 'settings-security', address: '#/settings/security' },
]

function openFirst(role: 'option' | 'row'): (page: Page) => Promise<void> {
  return async (page) => {
    // The first row of a table is its head.
    const first = page.getByRole(role).nth(role === 'row' ? 1 : 0)
    if ((await first.count()) === 0) return
    await first.click()
    await page.waitForTimeout(500)
  }
}

/** The map of a server that was never looked at is laid out first; an empty one has nothing to draw. */
async function untilDrawn(page: Page): Promise<void> {
  const canvas = page.locator('main canvas').first()
  await canvas.or(page.locator('main .face')).first().waitFor({ timeout: 60_000 })
  await canvas.waitFor({ timeout: 60_000 }).catch(() => undefined)
  await page.waitForTimeout(800)
}
