import { chromium } from '@playwright/test'
import type { Page } from '@playwright/test'
import { findChromium } from '../../../resources/scripts/setup-test-machine.ts'
import type { BenchServer } from './bench-server.ts'
import type { Row } from './report.ts'
import { summarize } from './statistics.ts'

const STEPS = 120
const SIZE = { width: 1280, height: 800 }

/** Opens the map in a Chromium that draws by the processor, and moves it: how long until it is seen, frames, the pointer, and the heap. */
export async function drawMap(server: BenchServer): Promise<{ readonly rows: Row[]; readonly facts: Readonly<Record<string, unknown>> }> {
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Error('There is no Chromium on this machine.')
  const args = ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--enable-precise-memory-info']
  const browser = await chromium.launch({ executablePath, args })
  try {
    const page = await browser.newPage({ viewport: SIZE })
    await page.goto(`${server.apiUrl}/#/memories`)
    await page.locator('.memory-row').first().waitFor()
    const paint = await firstPaint(page)
    const opened = performance.now()
    await page.getByRole('button', { name: 'Map' }).click()
    await page.locator('.map-label').first().waitFor()
    const shown = performance.now() - opened
    const panning = await frames(page, () => move(page, true))
    const pointing = await frames(page, () => move(page, false))
    const zooming = await frames(page, () => wheel(page))
    const row = (what: string, values: readonly number[], aim?: number): Row => ({
      what,
      unit: 'ms',
      summary: summarize(values),
      ...(aim !== undefined && { aim }),
    })
    return {
      rows: [
        row('first paint of the dashboard', [paint], 1_000),
        row('from the click to the map', [shown]),
        row('frame while panning', panning, 100),
        row('frame while pointing', pointing, 100),
        row('frame while zooming', zooming, 100),
      ],
      facts: { heap_mib: await heapMib(page), drawn_by: 'SwiftShader (no graphics chip)' },
    }
  } finally {
    await browser.close()
  }
}

function firstPaint(page: Page): Promise<number> {
  return page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN)
}

async function move(page: Page, isHeld: boolean): Promise<void> {
  const box = await page.locator('.map-frame').boundingBox()
  if (!box) throw new Error('There is no map on the page.')
  const at = (step: number) =>
    [box.x + box.width * (0.3 + 0.4 * (step / STEPS)), box.y + box.height * (0.5 + 0.2 * Math.sin(step / 9))] as const
  await page.mouse.move(...at(0))
  if (isHeld) await page.mouse.down()
  for (let step = 1; step <= STEPS; step += 1) await page.mouse.move(...at(step))
  if (isHeld) await page.mouse.up()
}

async function wheel(page: Page): Promise<void> {
  for (let step = 0; step < STEPS / 4; step += 1) await page.mouse.wheel(0, step < STEPS / 8 ? -60 : 60)
}

/** Times between two frames while something is done, in milliseconds. */
async function frames(page: Page, work: () => Promise<void>): Promise<number[]> {
  await page.evaluate(() => {
    const times: number[] = []
    let last = performance.now()
    let isOn = true
    const tick = () => {
      const now = performance.now()
      times.push(now - last)
      last = now
      if (isOn) requestAnimationFrame(tick)
    }
    requestAnimationFrame(tick)
    Object.assign(globalThis, { stopFrames: () => ((isOn = false), times) })
  })
  await work()
  return page.evaluate(() => (globalThis as unknown as { stopFrames: () => number[] }).stopFrames()) // set above
}

async function heapMib(page: Page): Promise<number> {
  const client = await page.context().newCDPSession(page)
  await client.send('HeapProfiler.collectGarbage')
  const { usedSize } = await client.send('Runtime.getHeapUsage')
  return Math.round(usedSize / 2 ** 20)
}
