import type { Page } from '@playwright/test'
import { findChromium } from '../resources/scripts/setup-test-machine.ts'
import { RestClient } from './clients/rest-client.ts'
import { expect, test } from './fixtures.ts'
import type { RunningServer } from './processes/server-process.ts'
import { complaintsOf, obstaclesOn, openDashboard, toast } from './screens/dashboard-page.ts'

test.skip(findChromium() === undefined, 'there is no Chromium on this machine')

const OFF = { TMWS_EMBEDDING_PROVIDER: 'off' }
const ownerOf = (server: RunningServer) => new RestClient(server.apiUrl, { headers: { authorization: `Bearer ${server.ownerToken}` } })
const pane = (page: Page) => page.getByRole('complementary', { name: 'Memory', exact: true })
const links = (page: Page) => pane(page).getByRole('region', { name: 'Links' })
const sharing = (page: Page) => pane(page).getByRole('region', { name: 'Who sees it' })

async function store(agent: RestClient, content: string, more: object = {}): Promise<string> {
  return ((await agent.post('/memory', { content, ...more })).body['memory'] as { id: string }).id
}

async function openMemory(page: Page, server: RunningServer, id: string): Promise<void> {
  await openDashboard(page, server)
  await page.goto(`${server.apiUrl}/#/memories/${id}`)
  await expect(pane(page).getByRole('region', { name: 'History' })).toContainText('created')
}

test('a link is drawn by the keyboard alone, retires what it replaces, is taken away, and both are undone', async ({
  page,
  startServer,
}) => {
  const server = await startServer({ env: OFF })
  const agent = new RestClient(server.apiUrl, { agentId: 'writer' })
  const old = await store(agent, 'The printer of the office has the address 10.0.0.7.')
  for (let number = 0; number < 4; number += 1) await store(agent, `Something else about printers, ${number}.`)
  const id = await store(agent, 'The printer of the office has the address 10.0.0.9 since May.')
  const complaints = complaintsOf(page)
  await openMemory(page, server, id)
  const linksOf = async () => ((await agent.get(`/memory/${id}`)).body['memory'] as { links: object[] }).links
  const isFound = async () => {
    const found = (await agent.post('/memory/search', { query: '10.0.0.7' })).body['memories'] as { id: string }[]
    return found.some((memory) => memory.id === old)
  }
  expect(await isFound()).toBe(true)

  await links(page).getByRole('button', { name: 'Add link' }).focus()
  await page.keyboard.press('Enter')
  const field = links(page).getByRole('combobox', { name: 'The other memory' })
  await expect(field).toBeFocused()
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Enter')
  await page.getByRole('menuitemradio', { name: 'replaces' }).press('Enter')
  await expect(links(page).getByText('The other memory is out of date: search leaves it out')).toBeVisible()
  await field.focus()
  await page.keyboard.type('address 10.0.0.7')
  const option = links(page).getByRole('option').filter({ hasText: '10.0.0.7.' })
  await expect(option).toBeVisible()
  await expect(links(page).getByRole('option').filter({ hasText: '10.0.0.9' }), 'never to itself').toHaveCount(0)
  expect(await obstaclesOn(page)).toEqual([])
  while ((await option.getAttribute('aria-selected')) !== 'true') await page.keyboard.press('ArrowDown')
  await expect(field).toHaveAttribute('aria-activedescendant', (await option.getAttribute('id'))!)
  await page.keyboard.press('Enter')
  await expect(links(page).getByRole('group', { name: 'The other memory' })).toContainText('10.0.0.7.')
  await page.keyboard.press('Enter')
  await expect(links(page).getByRole('listitem')).toContainText(/replaces.*10\.0\.0\.7\./)
  await expect(links(page).getByRole('form')).toHaveCount(0)
  await expect.poll(linksOf).toEqual([{ to: old, kind: 'supersedes' }])
  await expect.poll(isFound, 'search leaves out what is replaced').toBe(false)

  await toast(page).getByRole('button', { name: 'Undo' }).click()
  await expect(links(page).getByRole('listitem')).toHaveCount(0)
  await expect.poll(isFound, 'and finds it again').toBe(true)

  await agent.patch(`/memory/${id}`, { links: [{ to: old, kind: 'contradicts' }] })
  await expect(links(page).getByRole('listitem')).toContainText('contradicts')
  await links(page)
    .getByRole('button', { name: /^Take away the link: contradicts “The printer/ })
    .click()
  await expect(links(page).getByRole('listitem')).toHaveCount(0)
  await expect.poll(linksOf).toEqual([])
  await page.keyboard.press('Control+z')
  await expect(links(page).getByRole('listitem')).toContainText('contradicts')
  await expect.poll(linksOf).toEqual([{ to: old, kind: 'contradicts' }])
  expect(complaints).toEqual([])
})

test('a link to a memory that somebody changed meanwhile is refused, kept in the form, and added to the newest', async ({
  page,
  startServer,
}) => {
  const server = await startServer({ env: OFF })
  const agent = new RestClient(server.apiUrl, { agentId: 'writer' })
  const other = await store(agent, 'The other one.')
  const id = await store(agent, 'The one that is changed.')
  await openMemory(page, server, id)
  await links(page).getByRole('button', { name: 'Add link' }).click()
  await links(page).getByRole('option', { name: 'The other one.' }).click()
  // The page is told of nothing, as when the change comes at the same moment.
  await page.route('**/api/v1/memory?*', (route) => route.abort())
  await agent.patch(`/memory/${id}`, { tags: ['theirs'] })
  await links(page).getByRole('button', { name: 'Add link' }).click()
  await expect(links(page).getByRole('alert')).toContainText('The memory was changed meanwhile, so the link was not added.')
  await links(page).getByRole('button', { name: 'Load the newest' }).click()
  await expect(pane(page).getByRole('button', { name: '#theirs' })).toBeVisible()
  await expect(links(page).getByRole('group', { name: 'The other memory' })).toContainText('The other one.')
  await links(page).getByRole('button', { name: 'Add link' }).click()
  await expect(links(page).getByRole('listitem')).toContainText('The other one.')
  await expect
    .poll(async () => (await agent.get(`/memory/${id}`)).body['memory'])
    .toMatchObject({ tags: ['theirs'], links: [{ to: other, kind: 'relates' }] })
})

test('an agent is found however many others come before it', async ({ page, startServer }) => {
  const server = await startServer({ env: OFF })
  const id = await store(new RestClient(server.apiUrl, { agentId: 'writer' }), 'Only for some.', { access_level: 'shared' })
  for (let number = 0; number < 230; number += 1) {
    const agentId = `agent-${String(number).padStart(3, '0')}`
    await new RestClient(server.apiUrl, { agentId }).post('/agents', { agent_id: agentId, display_name: agentId })
  }
  await openMemory(page, server, id)
  const field = sharing(page).getByRole('combobox', { name: 'Share with an agent' })
  await field.fill('ent-229')
  await expect(sharing(page).getByRole('option')).toHaveText(['agent-229', 'Add “ent-229”, not seen here yet'])
  await field.fill('agent-229')
  await expect(sharing(page).getByRole('option'), 'not taken for one that never was here').toHaveText(['agent-229'])
  await page.keyboard.press('Enter')
  await expect(sharing(page).getByRole('list', { name: 'Shared with' })).toContainText('agent-229')
})

test('who sees a memory is chosen, said in a sentence, true for the agents, and undone', async ({ page, startServer }) => {
  const server = await startServer({ env: OFF })
  const agents = Object.fromEntries(
    ['writer', 'reviewer', 'builder', 'newcomer'].map((agentId) => [agentId, new RestClient(server.apiUrl, { agentId })]),
  ) as Record<'writer' | 'reviewer' | 'builder' | 'newcomer', RestClient>
  for (const agentId of ['reviewer', 'builder'] as const)
    await agents[agentId].post('/agents', { agent_id: agentId, display_name: agentId })
  const id = await store(agents.writer, 'Only for some.')
  const complaints = complaintsOf(page)
  await openMemory(page, server, id)
  const reads = async (name: keyof typeof agents) => (await agents[name].get(`/memory/${id}`)).status
  const edits = async (name: keyof typeof agents) => (await agents[name].patch(`/memory/${id}`, { tags: [name] })).status
  await expect(sharing(page)).toContainText('writer and you see it, nobody else.')
  expect(await reads('reviewer')).toBe(404)

  await sharing(page)
    .getByRole('button', { name: /^Visibility/ })
    .click()
  await page.getByRole('menuitemradio', { name: 'Shared' }).click()
  await expect(sharing(page)).toContainText('Only writer and you see it until you add an agent below.')
  const field = sharing(page).getByRole('combobox', { name: 'Share with an agent' })
  await field.click()
  await sharing(page).getByRole('option', { name: 'reviewer' }).click()
  await expect(sharing(page)).toContainText('writer, reviewer, and you see it, nobody else.')
  await expect.poll(() => reads('reviewer')).toBe(200)
  expect([await edits('reviewer'), await reads('builder')]).toEqual([403, 404])
  await field.fill('newcomer')
  await page.keyboard.press('Enter')
  await expect(sharing(page).getByRole('list', { name: 'Shared with' })).toContainText('newcomer')
  await expect.poll(() => reads('newcomer'), 'let in before it had ever come').toBe(200)
  expect(await obstaclesOn(page)).toEqual([])

  await sharing(page)
    .getByRole('button', { name: /^What reviewer may do/ })
    .click()
  await page.getByRole('menuitemradio', { name: 'may edit' }).click()
  await expect(sharing(page).getByRole('button', { name: 'What reviewer may do: may edit' })).toBeVisible()
  await expect.poll(() => edits('reviewer')).toBe(200)
  await sharing(page)
    .getByRole('button', { name: /^How long for reviewer/ })
    .click()
  await page.getByRole('menuitemradio', { name: 'for a week' }).click()
  await expect(sharing(page).getByRole('button', { name: 'How long for reviewer: ends in 6 d 23 h' })).toBeVisible()
  await sharing(page)
    .getByRole('button', { name: /^How long for newcomer/ })
    .click()
  await page.getByRole('menuitemradio', { name: 'until…' }).click()
  const end = sharing(page).getByLabel('Until when for newcomer')
  await end.fill('2020-01-01T10:00')
  await sharing(page).getByRole('button', { name: 'Set' }).click()
  await expect(sharing(page).getByRole('alert')).toContainText('Choose a time that lies ahead.')
  await end.fill(`${new Date().getFullYear() + 2}-01-01T10:00`)
  await sharing(page).getByRole('button', { name: 'Set' }).click()
  await expect(sharing(page).getByRole('button', { name: /^How long for newcomer: ends in \d+ d/ })).toBeVisible()
  const kept = async () => (await ownerOf(server).get(`/memory/${id}`)).body['memory'] as { shared_with: object[]; access_level: string }
  expect((await kept()).shared_with).toEqual([
    { agent_id: 'reviewer', permission: 'write', expires_at: expect.stringMatching(/Z$/) },
    { agent_id: 'newcomer', permission: 'read', expires_at: expect.stringMatching(/Z$/) },
  ])

  await sharing(page).getByRole('button', { name: 'No longer share with newcomer' }).click()
  await expect(sharing(page)).toContainText('writer, reviewer, and you see it, nobody else.')
  await expect.poll(() => reads('newcomer')).toBe(404)
  await page.keyboard.press('Control+z')
  await expect(sharing(page)).toContainText('newcomer')
  await expect.poll(() => reads('newcomer')).toBe(200)

  await sharing(page)
    .getByRole('button', { name: /^Visibility/ })
    .click()
  await page.getByRole('menuitemradio', { name: 'Private' }).click()
  await expect(sharing(page)).toContainText('writer and you see it, nobody else.')
  await expect.poll(() => reads('reviewer')).toBe(404)
  await page.keyboard.press('Control+z')
  await expect(sharing(page), 'with its grants').toContainText('reviewer')
  await expect.poll(() => reads('reviewer')).toBe(200)
  expect(await kept()).toMatchObject({ access_level: 'shared', shared_with: [{ agent_id: 'reviewer' }, { agent_id: 'newcomer' }] })
  expect(complaints).toEqual([])
})
