// `npm run bench:dashboard [-- --memories 50000 --loads 5]`: the dashboard in Chromium over a store of many memories: the first paint of a cold
// page, and how long each kind of action takes until the next frame shows it (Event Timing of the browser: in steps of 8 ms, below 16 as 16).
import { chromium } from '@playwright/test'
import type { Page } from '@playwright/test'
import { openAsBlob, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findChromium } from '../../resources/scripts/setup-test-machine.ts'
import { asRuntimeFile } from '../../src-main/contract/runtime-file.ts'
import { BenchServer } from './lib/bench-server.ts'
import { numberFlag, report } from './lib/report.ts'
import type { Row } from './lib/report.ts'
import { writeSampleExport } from './lib/sample-export.ts'
import { summarize } from './lib/statistics.ts'

/** What a person does on the screen of the memories, each ten times. */
const ACTIONS: readonly (readonly [what: string, act: (page: Page, index: number) => Promise<void>])[] = [
  [
    'choose a memory',
    (page, index) =>
      page
        .getByRole('option')
        .nth(index % 8)
        .click(),
  ],
  ['next memory by the keyboard', (page) => page.keyboard.press('j')],
  [
    'type in the search',
    async (page, index) => {
      await page.getByLabel('Search memories').click()
      await page.keyboard.type('memory'[index % 6] ?? 'm')
    },
  ],
  [
    'empty the search',
    async (page) => {
      await page.getByLabel('Search memories').fill('')
    },
  ],
  ['scroll a screen', (page) => page.mouse.wheel(0, 700)],
  [
    'choose a facet',
    (page, index) =>
      page
        .getByRole('button', { name: /^(Private|Team)$/ })
        .nth(index % 2)
        .click(),
  ],
  ['go to another screen', (page, index) => page.getByRole('link', { name: index % 2 === 0 ? /Overview/ : /Memories/ }).click()],
]

const memories = numberFlag('memories', 50_000)
const loads = numberFlag('loads', 5)
const executablePath = findChromium()
if (executablePath === undefined) throw new Error('There is no Chromium on this machine; `npm test` installs one where it can.')

const server = await BenchServer.start({ TMWS_EMBEDDING_PROVIDER: 'off', TMWS_IMPORT_MAX_SIZE: String(4 * 2 ** 30) })
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
try {
  await fill()
  const paints: number[] = []
  for (let load = 0; load < loads; load += 1) paints.push(await firstPaint())
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  await page.addInitScript(watchEvents)
  await page.goto(`${server.apiUrl}/#/memories`)
  await page.getByRole('option').first().waitFor()
  const rows: Row[] = [{ what: 'first paint of a cold page', unit: 'ms', summary: summarize(paints), aim: 1000 }]
  for (const [what, act] of ACTIONS) rows.push({ what, unit: 'ms', summary: summarize(await durations(page, act)), aim: 100 })
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('HeapProfiler.collectGarbage')
  const { usedSize } = await cdp.send('Runtime.getHeapUsage')
  report('dashboard', rows, { memories, heap_mib: Math.round(usedSize / 2 ** 20) })
} finally {
  await browser.close()
  await server.stop()
}

async function fill(): Promise<void> {
  const file = join(tmpdir(), `tmws-bench-dashboard-${process.pid}.jsonl`)
  await writeSampleExport(file, { memories, dimensions: 0 })
  const token = asRuntimeFile(JSON.parse(readFileSync(join(server.folder, 'runtime.json'), 'utf8')))?.token ?? ''
  const response = await fetch(`${server.apiUrl}/api/v1/import`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
    body: await openAsBlob(file),
  })
  if (!response.ok) throw new Error(`The import was refused: ${await response.text()}`)
  await rm(file)
}

async function firstPaint(): Promise<number> {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(`${server.apiUrl}/#/memories`)
  await page.getByRole('option').first().waitFor()
  const at = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN)
  await context.close()
  return at
}

/** In the page: keeps how long each event took until the next paint. */
function watchEvents(): void {
  const kept: number[] = []
  Object.assign(globalThis, { eventDurations: kept })
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) kept.push(duration)
  }).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit)
}

/** The longest event of each time; 16 where the browser noted none. */
async function durations(page: Page, act: (page: Page, index: number) => Promise<void>): Promise<number[]> {
  const longest: number[] = []
  for (let index = 0; index < 10; index += 1) {
    await page.evaluate(() => void (globalThis as unknown as { eventDurations: number[] }).eventDurations.splice(0))
    await act(page, index)
    await page.waitForTimeout(350)
    const kept = await page.evaluate(() => (globalThis as unknown as { eventDurations: number[] }).eventDurations)
    longest.push(Math.max(16, ...kept))
  }
  return longest
}
