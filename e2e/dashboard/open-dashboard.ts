import { expect } from '@playwright/test'
import type { Page } from '@playwright/test'
import type { RunningServer } from '../processes/server-process.ts'

/** Everything the page complains about; a test that opens it expects nothing. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`${message.type()}: ${message.text()}`)
  })
  page.on('pageerror', (error) => complaints.push(`thrown: ${error.message}`))
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
