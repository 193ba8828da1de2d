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
  { name: 'agents', address: '#/agents', prepare: openFirst('row') },
  { name: 'sessions', address: '#/sessions', prepare: openFirst('row') },
  { name: 'audit', address: '#/audit', prepare: openFirst('row') },
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
