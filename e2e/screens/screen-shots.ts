import type { Page } from '@playwright/test'

/** A screen, or a part of one, as pictures and checks of all screens open it. */
export interface ScreenShot {
  readonly name: string
  /** Behind the origin. */
  readonly address: string
  /** Leads to what is to be seen of the seeded team; fails when it is not there. */
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
      await page.getByRole('option').nth(1).click()
      await page.keyboard.press('e')
      await page.waitForTimeout(300)
    },
  },
  {
    name: 'links',
    address: '#/memories',
    prepare: async (page) => {
      await openCheckout(page)
      await page.getByRole('button', { name: /^(Add link|リンクを追加)$/ }).click()
      await page.getByRole('button', { name: /^(Kind of the link|リンクの種類)/ }).click()
      await page.getByRole('menuitemradio').nth(1).click()
      await page.getByRole('combobox', { name: /^(The other memory|相手のメモリー)$/ }).fill('the release')
      await page.waitForTimeout(500)
    },
  },
  {
    name: 'sharing',
    address: '#/memories',
    prepare: async (page) => {
      await openCheckout(page)
      const sharing = page.getByRole('region', { name: /^(Who sees it|見られる相手)$/ })
      // By way of private, which takes back the grants of the last time.
      for (const level of [/(Private|非公開)$/, /(Shared|共有)$/]) {
        const choice = sharing.getByRole('button', { name: /^(Visibility|公開範囲)/ })
        await choice.click()
        await page.getByRole('menuitemradio', { name: level }).click()
        await choice.filter({ hasText: level }).waitFor()
      }
      for (const agent of ['release-bot', 'claude-code']) {
        await sharing.getByRole('combobox').fill(agent)
        await sharing.getByRole('option').first().click()
        await sharing.getByRole('listitem').filter({ hasText: agent }).waitFor()
      }
      await sharing
        .getByRole('button', { name: /release-bot/ })
        .nth(1)
        .click()
      await page.getByRole('menuitemradio').last().click()
      await sharing.getByRole('combobox').fill('re')
      await page.waitForTimeout(500)
    },
  },
  { name: 'map', address: '#/memories?view=map', prepare: untilDrawn },
  {
    name: 'graph',
    address: '#/memories',
    prepare: async (page) => {
      await openCheckout(page)
      await page.getByRole('button', { name: /^(Graph|グラフ)$/ }).click()
      await page.waitForTimeout(1500)
    },
  },
  { name: 'agents', address: '#/agents', prepare: openFirst('row') },
  {
    name: 'tasks',
    address: '#/tasks',
    prepare: async (page) => {
      await page.getByRole('button', { name: /Announce the release/ }).click()
      await page.waitForTimeout(500)
    },
  },
  { name: 'task-list', address: '#/tasks?view=list' },
  {
    name: 'workflows',
    address: '#/workflows',
    prepare: async (page) => {
      await page.getByRole('button', { name: /weekly-review/ }).click()
      await page.getByRole('row').nth(1).click()
      await page.waitForTimeout(700)
    },
  },
  { name: 'sessions', address: '#/sessions', prepare: openFirst('row') },
  { name: 'connect', address: '#/connect' },
  { name: 'settings', address: '#/settings' },
  { name: 'settings-tokens', address: '#/settings/tokens' },
  { name: 'settings-storage', address: '#/settings/storage' },
  {
    name: 'restore',
    address: '#/settings/storage',
    prepare: async (page) => {
      await page.evaluate(makeCopyAndChangeWhatItHolds)
      await page.reload()
      await page
        .getByRole('button', { name: /^Restore the copy|の写しを復元/ })
        .first()
        .click()
      await page
        .getByRole('dialog')
        .getByText(/^(Goes back|当時に戻る)$/)
        .waitFor()
      await page.waitForTimeout(500)
    },
  },
  { name: 'settings-server', address: '#/settings/server' },
  { name: 'audit', address: '#/audit', prepare: openFirst('row') },
  { name: 'settings-security', address: '#/settings/security' },
]

function openFirst(role: 'option' | 'row'): (page: Page) => Promise<void> {
  return async (page) => {
    // The first row of a table is its head.
    await page
      .getByRole(role)
      .nth(role === 'row' ? 1 : 0)
      .click()
    await page.waitForTimeout(500)
  }
}

/** In the page: of what a new copy holds, one memory is erased then and one is changed. */
async function makeCopyAndChangeWhatItHolds(): Promise<void> {
  const ask = async (method: string, path: string, body?: object): Promise<{ memory: { id: string } }> => {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`/api/v1${path}`, { method, ...(body && { headers, body: JSON.stringify(body) }) })
    return answer.json() as Promise<{ memory: { id: string } }>
  }
  const [erased, changed] = [
    await ask('POST', '/memory', { content: `Erased later, ${Date.now()}.` }),
    await ask('POST', '/memory', { content: `Changed later, ${Date.now()}.` }),
  ]
  await ask('POST', '/backups')
  await ask('DELETE', `/memory/${erased.memory.id}?permanent=true`)
  await ask('PATCH', `/memory/${changed.memory.id}`, { tags: ['changed'] })
}

/** The memory of the seeded team that has links. */
async function openCheckout(page: Page): Promise<void> {
  await page.keyboard.press('/')
  await page.keyboard.type('the checkout waits three seconds')
  await page.getByRole('option').filter({ hasText: 'the checkout waits three seconds' }).click()
}

/** The map of a server that was never looked at is laid out first. */
async function untilDrawn(page: Page): Promise<void> {
  await page.locator('main canvas').first().waitFor({ timeout: 60_000 })
  await page.waitForTimeout(800)
}
