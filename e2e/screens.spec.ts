import { findChromium } from '../resources/scripts/setup-test-machine.ts'
import { connectNamedWs } from './clients/mcp-clients.ts'
import { RawSocket } from './clients/raw-socket.ts'
import { RestClient } from './clients/rest-client.ts'
import { call } from './clients/tool-calls.ts'
import { expect, test } from './fixtures.ts'
import type { ServerPlace, RunningServer } from './processes/server-process.ts'
import { complaintsOf, cutTexts, obstaclesOn, openScreen, toast } from './screens/dashboard-page.ts'
import { SCREEN_SHOTS } from './screens/screen-shots.ts'
import { seedTeam } from './screens/seed-team.ts'

test.skip(findChromium() === undefined, 'there is no Chromium on this machine')

const MEMORIES = 2000
/** So many, as often: 10,000 calls. */
const CALLS_AT_ONCE = 100
let place: ServerPlace
let server: RunningServer

test.beforeAll(async ({ newPlace }) => {
  test.setTimeout(180_000)
  place = newPlace()
  server = await (await place.start({ env: { TMWS_RATE_LIMIT_REQUESTS: '100000' } })).untilHealthy()
  await seedTeam(server, MEMORIES)
})
test.afterAll(() => place.remove())

const owner = (): RestClient => new RestClient(server.apiUrl, { headers: { authorization: `Bearer ${server.ownerToken}` } })

for (const [locale, colorScheme] of [
  ['en-GB', 'light'],
  ['ja-JP', 'dark'],
] as const) {
  test.describe(`in ${locale} and the ${colorScheme} theme`, () => {
    test.use({ locale, viewport: { width: 1024, height: 700 } })
    test('every screen opens with 2,000 memories, without a complaint, an obstacle or a cut word', async ({ page }) => {
      test.setTimeout(420_000)
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      const complaints = complaintsOf(page)
      const visitor = await connectNamedWs(server, { agentId: 'visitor', namespace: 'shop' })
      for (const shot of SCREEN_SHOTS) {
        await openScreen(page, server, shot.address)
        await shot.prepare?.(page)
        expect(await obstaclesOn(page), shot.name).toEqual([])
        expect(await cutTexts(page), shot.name).toEqual([])
        expect(await page.evaluate(() => document.documentElement.scrollWidth), `${shot.name} fits`).toBeLessThanOrEqual(1024)
      }
      await visitor.close()
      expect(await page.evaluate(() => document.documentElement.lang)).toBe(locale.slice(0, 2))
      expect(complaints).toEqual([])
    })
  })
}

test('several memories are ticked, tagged, moved to the trash, brought back, and erased when one says so', async ({ page }) => {
  const complaints = complaintsOf(page)
  await openScreen(page, server, '#/memories')
  const rows = page.getByRole('listbox', { name: 'Memories' }).getByRole('option')
  await page.getByLabel('Search memories').fill('the good coffee in the office kitchen')
  await expect(rows.first()).toContainText('kitchen')
  await rows.nth(0).hover()
  await rows.nth(0).locator('.tick').click()
  await rows
    .nth(2)
    .locator('.tick')
    .click({ modifiers: ['Shift'] })
  const bar = page.getByRole('toolbar', { name: 'Ticked memories' })
  await expect(bar).toContainText('3 ticked')
  await bar.getByRole('textbox', { name: 'Tag' }).fill('checked-by-hand')
  await bar.getByRole('button', { name: 'Add' }).click()
  const tagged = async () => (await owner().get('/memory?tags=checked-by-hand')).body['total']
  await expect.poll(tagged).toBe(3)
  await toast(page).getByRole('button', { name: 'Undo' }).last().click()
  await expect.poll(tagged).toBe(0)

  await bar.getByRole('button', { name: 'Untick all' }).click()
  await expect(bar).toHaveCount(0)
  await rows.nth(0).hover()
  await rows.nth(0).locator('.tick').click()
  await bar.getByRole('button', { name: 'Move to trash' }).click()
  await expect(toast(page)).toContainText('1 memory moved to the trash')
  const trashed = async () => (await owner().get('/memory?trash=true')).body['total']
  await expect.poll(trashed).toBe(1)
  await page.keyboard.press('Control+z')
  await expect.poll(trashed).toBe(0)
  expect(complaints).toEqual([])
})

test('what is erased asks first, and then is gone with its history', async ({ page }) => {
  const rest = new RestClient(server.apiUrl, { agentId: 'cleaner', namespace: 'shop' })
  const { id } = (await rest.post('/memory', { content: 'To be erased for good.' })).body['memory'] as { id: string }
  await rest.delete(`/memory/${id}`)
  await openScreen(page, server, `#/memories/${id}`)
  const pane = page.getByRole('complementary', { name: 'Memory', exact: true })
  await pane.getByRole('button', { name: 'Erase for good…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
  expect((await owner().get(`/memory/${id}/history`)).status).toBe(200)
  await pane.getByRole('button', { name: 'Erase for good…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Erase for good' }).click()
  await expect.poll(async () => (await owner().get(`/memory/${id}/history`)).status).toBe(404)
})

test('Markdown is set as type when one asks for it: markup stays text, and nothing is fetched', async ({ page }) => {
  const content =
    '## Steps\n\n- first\n- ![pixel](https://tracker.example/x.png)\n\n<img src=x onerror="document.title=1"> [go](javascript:alert(1))'
  const rest = new RestClient(server.apiUrl, { agentId: 'cleaner', namespace: 'shop' })
  const { id } = (await rest.post('/memory', { content })).body['memory'] as { id: string }
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  await openScreen(page, server, `#/memories/${id}`)
  const pane = page.getByRole('complementary', { name: 'Memory', exact: true })
  await pane.getByRole('button', { name: 'Formatted' }).click()
  await expect(pane.getByRole('heading', { name: 'Steps' })).toBeVisible()
  await expect(pane.getByRole('listitem').filter({ hasText: 'first' })).toBeVisible()
  await expect(pane.getByText('<img src=x')).toBeVisible()
  expect(await pane.locator('.formatted-text').locator('img, a').count()).toBe(0)
  expect(asked.filter((url) => !url.startsWith(server.apiUrl))).toEqual([])
})

test('a task is made, started, noted and done, and a deleted one comes back', async ({ page }) => {
  const complaints = complaintsOf(page)
  await openScreen(page, server, '#/tasks')
  await page.getByRole('button', { name: 'New task' }).click()
  const dialog = page.getByRole('dialog', { name: 'New task' })
  await dialog.getByRole('textbox', { name: 'Title' }).fill('Water the plants')
  await dialog.getByRole('button', { name: /^For agent/ }).click()
  await page.getByRole('menuitemradio', { name: 'support-desk' }).click()
  await dialog.getByRole('button', { name: 'New task' }).click()
  const pane = page.getByRole('complementary', { name: 'Task' })
  await expect(pane).toContainText('support-desk')
  await expect(pane).toContainText('billing')
  await pane.getByRole('button', { name: 'Start' }).click()
  await expect(page.getByRole('region', { name: 'In progress' })).toContainText('Water the plants')
  await pane.getByRole('textbox', { name: 'Add a note…' }).fill('The fern too.')
  await page.keyboard.press('Enter')
  await expect(pane.getByRole('region', { name: 'Notes' })).toContainText('The fern too.')
  await pane.getByRole('button', { name: 'Mark done' }).click()
  await expect(page.getByRole('region', { name: 'Done' })).toContainText('Water the plants')
  const agent = new RestClient(server.apiUrl, { agentId: 'support-desk', namespace: 'billing' })
  expect((await agent.get('/tasks?status=completed')).body['tasks']).toMatchObject([{ title: 'Water the plants', created_by: 'owner' }])

  await pane.getByRole('button', { name: 'Delete' }).click()
  await expect(page.getByRole('button', { name: /Water the plants/ })).toHaveCount(0)
  await toast(page).getByRole('button', { name: 'Undo' }).last().click()
  await expect(page.getByRole('button', { name: /Water the plants/ })).toBeVisible()
  expect(complaints).toEqual([])
})

test('a task that an agent changes moves on the open board by itself', async ({ page }) => {
  const agent = new RestClient(server.apiUrl, { agentId: 'claude-code', namespace: 'shop' })
  const { id } = (await agent.post('/tasks', { title: 'Count the boxes' })).body['task'] as { id: string }
  await openScreen(page, server, '#/tasks')
  await expect(page.getByRole('region', { name: 'To do' })).toContainText('Count the boxes')
  await agent.patch(`/tasks/${id}`, { status: 'in_progress' })
  await expect(page.getByRole('region', { name: 'In progress' })).toContainText('Count the boxes')
})

test('a workflow is made from an example, run, and followed step by step; a waiting run is cancelled', async ({ page }) => {
  const complaints = complaintsOf(page)
  await openScreen(page, server, '#/workflows')
  await page.getByRole('button', { name: 'New workflow' }).click()
  const dialog = page.getByRole('dialog', { name: 'New workflow' })
  await dialog.getByRole('textbox').fill('{"name": 3}')
  await dialog.getByRole('button', { name: 'Create' }).click()
  await expect(dialog.getByRole('alert')).toContainText('name')
  // The browser itself notes a refusal.
  expect(complaints.splice(0)).toEqual([expect.stringContaining('400'), expect.stringContaining('400')])
  const steps = [
    { id: 'look', tool: 'semantic_search', arguments: { query: '{{input.topic}}', limit: 2 } },
    { id: 'rest', tool: 'wait', arguments: { seconds: 600 }, depends_on: ['look'] },
  ]
  await dialog.getByRole('textbox').fill(JSON.stringify({ name: 'slow-look', steps }))
  await dialog.getByRole('button', { name: 'Create' }).click()
  await expect(page.getByRole('heading', { name: 'slow-look' })).toBeVisible()

  await page.getByRole('button', { name: 'Run…' }).click()
  await page.getByRole('dialog').getByRole('textbox').fill('{"topic": "coffee"}')
  await page.getByRole('dialog').getByRole('button', { name: 'Run', exact: true }).click()
  const pane = page.getByRole('complementary', { name: 'slow-look' })
  const graph = page.getByRole('group', { name: 'Steps and what they wait for' })
  await expect(graph.getByRole('button', { name: /look.*Done/ })).toBeVisible()
  await expect(graph.getByRole('button', { name: /rest.*Waiting/ })).toBeVisible()
  await graph.getByRole('button', { name: /look/ }).click()
  await expect(pane.getByLabel('Output')).toContainText('"memories"')
  await pane.getByRole('button', { name: 'Cancel run' }).click()
  await expect(graph.getByRole('button', { name: /rest.*Cancelled/ })).toBeVisible()
  await page.getByRole('button', { name: 'Delete', exact: true }).click()
  await expect(page.getByRole('button', { name: /slow-look/ })).toHaveCount(0)
  expect(complaints).toEqual([])
})

test('the requests of a session are seen as they happen, and it can be disconnected', async ({ page }) => {
  const complaints = complaintsOf(page)
  await openScreen(page, server, '#/sessions')
  const socket = await RawSocket.open(server.wsUrl, { 'x-agent-id': 'watched', 'x-agent-namespace': 'shop' })
  const row = page.getByRole('row').filter({ hasText: 'watched' })
  await row.click()
  const pane = page.getByRole('complementary', { name: 'Session' })
  await expect(pane).toContainText('Quiet since this page was opened')
  await socket.request('search_memories', { query: 'who waters the plants' })
  await expect(pane.getByRole('region', { name: 'Requests' })).toContainText('search_memories')
  await expect(pane.getByRole('region', { name: 'Requests' })).not.toContainText('plants')
  await pane.getByRole('button', { name: 'Disconnect' }).click()
  await expect(row).toHaveCount(0)
  expect((await socket.closed).code).toBe(4403)
  expect(complaints).toEqual([])
})

test('the audit says who read a memory, is narrowed, and is proved whole', async ({ page }) => {
  const writer = new RestClient(server.apiUrl, { agentId: 'writer', namespace: 'audited' })
  const { id } = (await writer.post('/memory', { content: 'Read by a colleague.', access_level: 'team' })).body['memory'] as { id: string }
  await new RestClient(server.apiUrl, { agentId: 'reader', namespace: 'audited' }).get(`/memory/${id}`)
  const complaints = complaintsOf(page)
  await openScreen(page, server, '#/audit')
  await page.getByRole('searchbox', { name: 'Agent' }).fill('reader')
  const table = page.getByRole('grid', { name: 'Audit log' })
  await expect(table.getByRole('row')).toHaveCount(2)
  await table.getByRole('row').nth(1).click()
  const pane = page.getByRole('complementary', { name: 'Audit entry' })
  await expect(pane).toContainText('recall_memory')
  await expect(pane.getByRole('link', { name: id })).toBeVisible()
  await page.getByRole('button', { name: 'Verify the chain' }).click()
  await expect(page.getByText(/Nothing was changed, removed or inserted/)).toBeVisible()
  await pane.getByRole('link', { name: id }).click()
  await expect(page.getByRole('complementary', { name: 'Memory', exact: true })).toContainText('Read by a colleague.')
  expect(complaints).toEqual([])
})

test('from an agent one comes to its memories and to what it did', async ({ page }) => {
  await openScreen(page, server, '#/agents')
  await page.getByRole('searchbox', { name: 'Find an agent…' }).fill('release')
  const row = page.getByRole('row').filter({ hasText: 'release-bot' })
  await row.click()
  const pane = page.getByRole('complementary', { name: 'release-bot' })
  await pane.getByRole('button', { name: /Its memories/ }).click()
  await expect(page.getByRole('option').first()).toContainText('release-bot')
  await page.goBack()
  await page.getByRole('row').filter({ hasText: 'release-bot' }).click()
  await pane.getByRole('button', { name: 'What it did' }).click()
  await expect(page.getByRole('grid', { name: 'Audit log' }).getByRole('row').nth(1)).toContainText('release-bot')
})

test('five hundred events a second are all counted, and leave the memory of the page bounded', async ({ page }) => {
  await openScreen(page, server, '#/overview')
  const client = await connectNamedWs(server, { agentId: 'busy', namespace: 'busy' })
  const row = page.getByRole('region', { name: 'Sessions now' }).getByRole('listitem').filter({ hasText: 'busy' })
  await expect(row).toBeVisible()
  const cdp = await page.context().newCDPSession(page)
  const heap = async () => {
    await cdp.send('HeapProfiler.collectGarbage')
    return (await cdp.send('Runtime.getHeapUsage')).usedSize / 2 ** 20
  }
  const before = await heap()
  const started = Date.now()
  for (let round = 0; round < CALLS_AT_ONCE; round += 1)
    await Promise.all(Array.from({ length: CALLS_AT_ONCE }, () => call(client, 'get_current_agent', {})))
  const perSecond = (CALLS_AT_ONCE ** 2 / (Date.now() - started)) * 1000
  await expect(row).toContainText(`${(CALLS_AT_ONCE ** 2).toLocaleString('en')} req`)
  const grown = (await heap()) - before
  await client.close()
  console.log(`events: ${CALLS_AT_ONCE ** 2} calls, ${perSecond.toFixed(0)} a second; the heap grew by ${grown.toFixed(1)} MiB`)
  expect(grown).toBeLessThan(40)
  await page.getByRole('link', { name: /Memories/ }).click()
  await expect(page.getByRole('option').first()).toBeVisible()
})
