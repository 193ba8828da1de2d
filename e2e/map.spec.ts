import AxeBuilder from '@axe-core/playwright'
import { findChromium } from '../resources/scripts/setup-test-machine.ts'
import type { MapProgress, MemoryMap } from '../src-main/contract/map.ts'
import { RestClient } from './clients/rest-client.ts'
import { AGENTS, subjectNote } from './data/subjects.ts'
import { expect, test } from './fixtures.ts'
import { MapPage } from './map/map-page.ts'
import type { RunningServer, ServerPlace } from './processes/server-process.ts'

const chromium = findChromium()
test.skip(chromium === undefined, 'there is no Chromium on this machine')
test.describe.configure({ mode: 'serial' })
test.use({
  launchOptions: {
    ...(chromium !== undefined && { executablePath: chromium }),
    // Without a graphics chip, WebGL is drawn by the processor.
    args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--no-first-run', '--disable-background-networking'],
  },
})

const MEMORIES = 2_000
const AT_ONCE = 16
const HTML = '<img src=x onerror="document.title=\'broken in\'"><script>document.title="broken in"</script> a **note** in HTML'

let place: ServerPlace
let server: RunningServer
let owner: RestClient
test.beforeAll(async ({ newPlace }) => {
  test.setTimeout(180_000)
  place = newPlace()
  server = await (await place.start({ env: { TMWS_RATE_LIMIT_ENABLED: 'false' } })).untilHealthy()
  owner = new RestClient(server.apiUrl, { headers: { authorization: `Bearer ${server.ownerToken}` } })
  for (let from = 0; from < MEMORIES; from += AT_ONCE) await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => store(from + i)))
  await untilPlaced()
})
test.afterAll(() => place.remove())

async function store(index: number): Promise<void> {
  const { agent, namespace, content, tags } = subjectNote(index)
  const answer = await new RestClient(server.apiUrl, { agentId: agent, namespace }).post('/memory', { content, tags: [...tags] })
  expect(answer.status).toBe(201)
}

async function untilPlaced(): Promise<void> {
  await expect
    .poll(
      async () => {
        const { state, waiting } = (await owner.get('/map/progress')).body as unknown as MapProgress // our own server's answer
        return `${state} ${waiting}`
      },
      { timeout: 120_000 },
    )
    .toBe('ready 0')
}

async function wholeMap(): Promise<MemoryMap> {
  return (await owner.get('/map')).body as unknown as MemoryMap // our own server's answer
}

test('the map shows every memory, without a word on the console, and its own parts only when one goes there', async ({ page }) => {
  const map = new MapPage(page)
  const scripts: string[] = []
  page.on('response', (response) => scripts.push(new URL(response.url()).pathname))
  await page.goto(`${server.apiUrl}/#/memories`)
  await expect(page.getByRole('status').filter({ hasText: '2,000 memories' })).toBeVisible()
  expect(scripts.filter((script) => /map-panel|graph-panel/.test(script))).toEqual([])
  await page.getByRole('group', { name: 'View' }).getByRole('button', { name: 'Map' }).click()
  await expect(map.summary).toHaveText('2,000 memories by meaning')
  expect(scripts.some((script) => script.includes('map-panel'))).toBe(true)
  await expect.poll(() => map.paintedPixels()).toBeGreaterThan(2_000)
  expect(await map.topics.count()).toBeGreaterThan(5)
  await expect(page.getByRole('region', { name: 'Legend' }).getByRole('button', { name: /claude-code/ })).toBeVisible()
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
  expect(map.complaints).toEqual([])
})

test('what is drawn around is chosen, listed with its texts, and opens beside', async ({ page }) => {
  const map = new MapPage(page)
  await map.open(server)
  await expect(map.summary).toHaveText('2,000 memories by meaning')
  await map.lasso(0.7)
  const title = map.selection.getByRole('status')
  await expect(title).toHaveText(/^[\d,]+ memories chosen$/)
  const some = Number((await title.textContent())?.replace(/\D/g, ''))
  expect(some).toBeGreaterThan(100)
  expect(some).toBeLessThan(MEMORIES)
  // What it holds is what lies within the line, by the answer of the server.
  const { points } = await wholeMap()
  const box = (await map.frame.boundingBox())!
  const radius = (0.7 / 2) * Math.min(box.width, box.height)
  const scale = (Math.min(box.width, box.height) - 48) / 65_535
  const within = points.id.filter((_, i) => Math.hypot((points.x[i]! - 32_767.5) * scale, (points.y[i]! - 32_767.5) * scale) < radius)
  expect(Math.abs(within.length - some)).toBeLessThan(within.length * 0.06)
  const rows = map.selection.getByRole('listitem')
  await expect(rows.first()).toContainText(/says|より/)
  const text = (await rows.nth(1).locator('.truncate').first().textContent()) ?? ''
  await rows.nth(1).getByRole('button').click()
  await expect(page.getByRole('complementary', { name: 'Memory' })).toContainText(text.slice(0, 40))
  await expect(page.locator('.map-marks .open')).toBeVisible()
  expect(page.url()).toContain('view=map')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await expect(map.selection).toHaveCount(0)
  expect(map.complaints).toEqual([])
})

test('pointing at a memory tells what it says, filters dim the others, and a topic chooses its own', async ({ page }) => {
  const map = new MapPage(page)
  await map.open(server)
  expect(await map.hoverSome()).toMatch(/says|より/)
  const all = await map.paintedPixels()
  const filters = page.getByRole('complementary', { name: 'Filters' })
  await filters.getByRole('button', { name: 'cursor' }).click()
  const own = Array.from({ length: MEMORIES }, (_, i) => subjectNote(i)).filter(({ agent }) => agent === 'cursor').length
  await expect(map.summary).toHaveText(`${own} of 2,000 shown`)
  // They are dimmed, not gone.
  expect(await map.paintedPixels()).toBeGreaterThan(all * 0.5)
  await filters.getByRole('button', { name: 'cursor' }).click()
  const [topic] = await map.topics.getByRole('button').all()
  const figure = await topic!.locator('.figures').textContent()
  await topic!.click()
  await expect(map.selection.getByRole('status')).toHaveText(`${figure} memories chosen`)
  expect(map.complaints).toEqual([])
})

test('keys and buttons move and zoom it, and colours follow what one asks for', async ({ page }) => {
  const map = new MapPage(page)
  await map.open(server)
  const spotOf = () => page.locator('.map-label').first().getAttribute('style')
  const before = await spotOf()
  await map.frame.focus()
  await page.keyboard.press('ArrowRight')
  expect(await spotOf()).not.toBe(before)
  await page.keyboard.press('0')
  expect(await spotOf()).toBe(before)
  await page.getByRole('button', { name: 'Zoom in (+)' }).click()
  await page.keyboard.press('+')
  await expect.poll(() => page.locator('.map-label').count()).toBeGreaterThan(0)
  await page.getByRole('button', { name: 'Show all (0)' }).click()
  const legend = page.getByRole('region', { name: 'Legend' })
  for (const [mode, line] of [
    ['namespace', /home/],
    ['tag', /Other or no tag/],
    ['level', /Private/],
    ['age', /Today/],
  ] as const) {
    await legend.getByRole('button', { name: /^Colour by/ }).click()
    await page.getByRole('menuitemradio', { name: mode, exact: true }).click()
    await expect(legend.getByRole('button', { name: line })).toBeVisible()
  }
  expect(map.complaints).toEqual([])
})

test('it is the same map the second time, and new memories appear on it while one looks', async ({ page }) => {
  const map = new MapPage(page)
  const before = await wholeMap()
  await map.open(server)
  await expect(map.summary).toHaveText('2,000 memories by meaning')
  await new RestClient(server.apiUrl, { agentId: AGENTS[0] }).post('/memory', { content: HTML })
  await expect(map.summary).toHaveText('2,001 memories by meaning', { timeout: 20_000 })
  await expect(page.locator('.map-marks .fresh')).toHaveCount(1)
  const after = await wholeMap()
  const placeOf = ({ points }: MemoryMap) => new Map(points.id.map((id, i) => [id, `${points.x[i]} ${points.y[i]}`]))
  const places = placeOf(after)
  for (const [id, spot] of placeOf(before)) expect(places.get(id)).toBe(spot)
  await page.reload()
  await expect(map.summary).toHaveText('2,001 memories by meaning')
  expect(map.complaints).toEqual([])
})

test('HTML in a memory is text, on the map as in the graph', async ({ page }) => {
  const map = new MapPage(page)
  const newest = (await owner.get('/memory?limit=1')).body as unknown as { readonly memories: readonly { readonly id: string }[] }
  const id = newest.memories[0]!.id
  await map.open(server)
  await map.lassoAll()
  await expect(map.selection.getByRole('listitem').first()).toContainText('<img src=x onerror=')
  await page.goto(`${server.apiUrl}/#/memories/${id}?view=graph`)
  await expect(page.getByRole('heading', { name: 'No links yet' })).toBeVisible()
  expect(await page.title()).not.toBe('broken in')
  expect(map.complaints).toEqual([])
})

test('it comes back after the graphics chip was taken away', async ({ page }) => {
  const map = new MapPage(page)
  await map.open(server)
  await expect.poll(() => map.paintedPixels()).toBeGreaterThan(1_000)
  await page.locator('canvas.map-points').evaluate(async (element) => {
    const lose = (element as HTMLCanvasElement).getContext('webgl2')?.getExtension('WEBGL_lose_context')
    lose?.loseContext()
    await new Promise((resolve) => setTimeout(resolve, 100))
    lose?.restoreContext()
  })
  await page.waitForTimeout(300)
  await page.getByRole('button', { name: 'Zoom in (+)' }).click()
  await expect.poll(() => map.paintedPixels()).toBeGreaterThan(1_000)
})

test('the graph shows typed links around a memory, two links far, and walks along them', async ({ page }) => {
  const map = new MapPage(page)
  const agent = new RestClient(server.apiUrl, { agentId: 'linker', namespace: 'acme' })
  const keep = async (content: string, links: readonly { readonly to: string; readonly kind: string }[] = []) =>
    ((await agent.post('/memory', { content, links })).body as { readonly memory: { readonly id: string } }).memory.id
  const cause = await keep('The certificate had run out')
  const outage = await keep('The outage of Monday', [{ to: cause, kind: 'relates' }])
  const far = await keep('Nobody could log in', [{ to: outage, kind: 'part_of' }])
  const middle = await keep('The report of the outage', [{ to: outage, kind: 'contradicts' }])
  await page.goto(`${server.apiUrl}/#/memories/${middle}`)
  await page.getByRole('group', { name: 'View' }).getByRole('button', { name: 'Graph' }).click()
  const graph = page.getByRole('group', { name: 'Links around a memory' })
  await expect(graph.getByRole('button')).toHaveCount(4)
  await expect(page.getByRole('status').filter({ hasText: '3 linked memories' })).toBeVisible()
  for (const kind of ['contradicts', 'is part of', 'relates to'])
    await expect(graph.locator('.graph-kind', { hasText: kind })).toBeVisible()
  await expect(page.getByRole('list', { name: 'Links in words' }).getByRole('listitem')).toHaveCount(3)
  const spots = () => graph.locator('.graph-card').evaluateAll((cards) => cards.map((card) => card.getAttribute('style')))
  const laid = await spots()
  await page.reload()
  await expect(graph.getByRole('button')).toHaveCount(4)
  expect(await spots()).toEqual(laid)
  await graph.getByRole('button', { name: /Nobody could log in/ }).focus()
  await page.keyboard.press('Enter')
  await expect(graph.locator('[aria-current="true"]')).toContainText('Nobody could log in')
  expect(page.url()).toContain(far)
  await expect(page.getByRole('complementary', { name: 'Memory' })).toContainText('Nobody could log in')
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
  expect(map.complaints).toEqual([])
})
