import type { Page } from '@playwright/test'
import { expect } from '../fixtures.ts'
import type { RunningServer } from '../processes/server-process.ts'

/** Software drawing copies pictures back for screenshots, and Chromium says so once. */
const OF_THE_DRIVER = /GL Driver Message|Automatic fallback to software WebGL/

/** The map in a real browser. */
export class MapPage {
  readonly page: Page
  /** Everything the page complains about. */
  readonly complaints: string[] = []

  constructor(page: Page) {
    this.page = page
    page.on('console', (message) => {
      if (!OF_THE_DRIVER.test(message.text())) this.complaints.push(`${message.type()}: ${message.text()}`)
    })
    page.on('pageerror', (error) => this.complaints.push(`thrown: ${error.message}`))
    page.on('response', (response) => {
      if (response.status() >= 400) this.complaints.push(`${response.status()}: ${response.url()}`)
    })
  }

  async open(server: RunningServer, path = '#/memories?view=map'): Promise<void> {
    await this.page.goto(`${server.apiUrl}/${path}`)
    await expect(this.frame).toBeVisible()
  }

  get frame() {
    return this.page.getByRole('application')
  }

  get summary() {
    return this.page.locator('.map-summary')
  }

  get topics() {
    return this.page.getByRole('region', { name: 'Topics' }).getByRole('listitem')
  }

  get selection() {
    return this.page.getByRole('region', { name: 'Chosen memories' })
  }

  /** Draws a line around the middle of the map, so wide as a share of its smaller side. */
  async lasso(share: number): Promise<void> {
    const box = await this.frame.boundingBox()
    if (!box) throw new Error('There is no map on the page.')
    const [x, y, radius] = [box.x + box.width / 2, box.y + box.height / 2, (Math.min(box.width, box.height) * share) / 2]
    await this.#draw(Array.from({ length: 22 }, (_, i) => [x + radius * Math.cos(i * 0.3), y + radius * Math.sin(i * 0.3)] as const))
  }

  /** Draws a line around everything. */
  async lassoAll(): Promise<void> {
    const box = await this.frame.boundingBox()
    if (!box) throw new Error('There is no map on the page.')
    const [left, right, top, bottom] = [box.x + 3, box.x + box.width - 3, box.y + 3, box.y + box.height - 3]
    await this.#draw([
      [left, bottom],
      [right, bottom],
      [right, top],
      [left, top],
    ])
  }

  async #draw(line: readonly (readonly [number, number])[]): Promise<void> {
    const [first] = line
    if (!first) return
    await this.page.keyboard.down('Shift')
    await this.page.mouse.move(...first)
    await this.page.mouse.down()
    for (const spot of line) await this.page.mouse.move(...spot, { steps: 2 })
    await this.page.mouse.up()
    await this.page.keyboard.up('Shift')
  }

  /** Moves the pointer over the map until it is at a memory. Returns what its card says. */
  async hoverSome(): Promise<string> {
    const box = await this.frame.boundingBox()
    if (!box) throw new Error('There is no map on the page.')
    const card = this.page.locator('.map-card')
    for (let y = 0.2; y < 0.85; y += 0.015) {
      for (let x = 0.15; x < 0.85; x += 0.015) {
        await this.page.mouse.move(box.x + box.width * x, box.y + box.height * y)
        if ((await card.count()) === 0) continue
        await expect(card.locator('p')).toBeVisible()
        return (await card.locator('p').textContent()) ?? ''
      }
    }
    throw new Error('No memory was found under the pointer.')
  }

  /** How many pixels of the map are not the background, names and marks hidden. */
  async paintedPixels(): Promise<number> {
    await this.#showOverlays('hidden')
    // Hiding the caret would take a style sheet, which the page's policy forbids.
    const picture = await this.page.locator('canvas.map-points').screenshot({ caret: 'initial' })
    await this.#showOverlays('')
    return this.page.evaluate(
      async (source) => {
        const image = new Image()
        image.src = source
        await image.decode()
        const canvas = document.createElement('canvas')
        canvas.width = image.width
        canvas.height = image.height
        const context = canvas.getContext('2d')
        context?.drawImage(image, 0, 0)
        const { data } = context?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: new Uint8ClampedArray() }
        let painted = 0
        for (let i = 0; i < data.length; i += 4)
          if (Math.abs((data[i] ?? 0) - (data[0] ?? 0)) + Math.abs((data[i + 2] ?? 0) - (data[2] ?? 0)) > 24) painted += 1
        return painted
      },
      `data:image/png;base64,${picture.toString('base64')}`,
    )
  }

  /** By the object model, for the same reason. */
  async #showOverlays(visibility: '' | 'hidden'): Promise<void> {
    await this.page.locator('.map-labels, .map-marks, .map-tools, .map-summary').evaluateAll((elements, value) => {
      for (const element of elements) (element as HTMLElement).style.visibility = value
    }, visibility)
  }
}
