import AxeBuilder from '@axe-core/playwright'
import { expect } from '@playwright/test'
import type { Locator, Page } from '@playwright/test'
import type { RunningServer } from '../processes/server-process.ts'

/** Everything the page complains about; a test that opens it expects nothing. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = []
  page.on('console', (message) => {
    // What the software renderer of a machine without a graphics card says of itself.
    if (message.text().includes('GL Driver Message')) return
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`${message.type()}: ${message.text()}`)
  })
  page.on('pageerror', (error) => complaints.push(`thrown: ${error.message}`))
  page.on('requestfailed', (request) => {
    // What a newer question or another screen made needless.
    const reason = request.failure()?.errorText ?? ''
    if (reason !== 'net::ERR_ABORTED') complaints.push(`failed: ${request.url()} ${reason}`)
  })
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()}: ${response.url()}`)
  })
  return complaints
}

/** The dashboard, when it hears its server. */
export async function openDashboard(page: Page, server: RunningServer): Promise<void> {
  await page.goto(`${server.apiUrl}/`)
  await expect(page.getByRole('status').filter({ hasText: 'Live' })).toBeVisible()
}

/** Opens a screen and waits until the page is live. */
export async function openScreen(page: Page, server: RunningServer, address: string): Promise<void> {
  await page.goto(`${server.apiUrl}/${address}`)
  await expect(page.locator('.sidebar .live.live')).toBeVisible()
  // A screen that is fetched when one goes there has its name once it is there.
  await expect(page.locator('main h1')).toBeAttached()
}

/** What a check for accessibility finds, one line for each rule. */
export async function obstaclesOn(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations.map(
    ({ id, nodes }) => `${id} at ${nodes.map((node) => `${node.target.join(' ')}: ${node.any[0]?.message ?? ''}`).join(', ')}`,
  )
}

/** Elements whose text is cut where nothing says that it goes on: overflow hidden, and no ellipsis. */
export function cutTexts(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('button, a, h1, h2, h3, dt, th, [role=columnheader], label')].flatMap((element) => {
      const { overflow, textOverflow, clipPath } = getComputedStyle(element)
      if (clipPath !== 'none') return []
      const isCut = element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0 && overflow !== 'visible'
      return isCut && textOverflow !== 'ellipsis' ? [element.textContent] : []
    }),
  )
}

export function toast(page: Page): Locator {
  return page.getByRole('region', { name: /Messages|メッセージ/ })
}
