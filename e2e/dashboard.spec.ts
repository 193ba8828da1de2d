import AxeBuilder from '@axe-core/playwright'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { findChromium } from '../resources/scripts/setup-test-machine.ts'
import { connectNamedWs } from './clients/mcp-clients.ts'
import { RestClient } from './clients/rest-client.ts'
import { call, untilIndexed } from './clients/tool-calls.ts'
import { NOTES } from './data/notes.ts'
import { expect, test } from './fixtures.ts'
import type { RunningServer } from './processes/server-process.ts'
import { complaintsOf, openDashboard } from './screens/dashboard-page.ts'

test.skip(findChromium() === undefined, 'there is no Chromium on this machine')

/** Stores some notes as an agent of any namespace, each private: the person at the machine sees them all the same. */
async function storeSome(server: RunningServer, agentId: string): Promise<void> {
  const client = await connectNamedWs(server, { agentId, namespace: 'workshop' })
  for (const { content, tags } of NOTES.slice(0, 20)) await call(client, 'store_memory', { content, tags: [...tags] })
  await untilIndexed(client)
  await client.close()
}

test('the overview shows health, and a session and what it does as they happen', async ({ page, startServer }) => {
  const server = await (await startServer()).untilHealthy()
  const complaints = complaintsOf(page)
  await openDashboard(page, server)
  const health = page.getByRole('list', { name: 'Health' })
  for (const part of ['Storage', 'Embedding', 'State', 'Sessions'])
    await expect(health.getByRole('listitem').filter({ hasText: part })).toContainText('ok')
  await expect(page.getByText('No open connection')).toBeVisible()
  const agent = await connectNamedWs(server, { agentId: 'live-agent', namespace: 'workshop' })
  const sessions = page.getByRole('region', { name: 'Sessions now' })
  await expect(sessions.getByRole('listitem')).toHaveCount(1)
  await expect(sessions.getByRole('listitem')).toContainText('live-agent')
  await expect(sessions.getByRole('listitem')).toContainText('workshop')
  await call(agent, 'store_memory', { content: 'Seen while it happened.' })
  await expect(page.getByRole('region', { name: 'Just happened' })).toContainText('live-agent')
  await expect(page.getByRole('region', { name: 'Just happened' })).toContainText('stored')
  await agent.close()
  await expect(page.getByText('No open connection')).toBeVisible()
  expect(complaints).toEqual([])
})

test('a memory is found by a paraphrase with score and reasons, read, edited, and the edit undone', async ({ page, startServer }) => {
  const server = await (await startServer()).untilHealthy()
  await storeSome(server, 'writer')
  const complaints = complaintsOf(page)
  await openDashboard(page, server)
  await page
    .getByRole('navigation', { name: 'Screens' })
    .getByRole('link', { name: /Memories/ })
    .click()
  await expect(page.getByRole('status').filter({ hasText: '20 memories' })).toBeVisible()

  await page.keyboard.press('/')
  await page.keyboard.type('Which food must we avoid when eating out together?')
  const hits = page.getByRole('listbox', { name: 'Memories' }).getByRole('option')
  const hit = hits.filter({ hasText: 'Yusuf is allergic to peanuts' })
  await expect(hit).toBeVisible()
  await expect(hit.getByTitle(/^Score \d+ of 100$/)).toBeVisible()
  const why = hit.getByRole('group', { name: 'Why it was found' })
  await expect(why.getByRole('meter', { name: 'meaning' })).toHaveAttribute('aria-valuenow', /^[1-9]\d*$/)

  await hit.click()
  const pane = page.getByRole('complementary', { name: 'Memory', exact: true })
  const text = 'Yusuf is allergic to peanuts; choose the restaurant for the team dinner accordingly.'
  await expect(pane).toContainText(text)
  await expect(pane.getByRole('region', { name: 'History' })).toContainText('created by writer')

  await pane.getByRole('button', { name: 'Edit', exact: true }).click()
  await pane.getByRole('textbox', { name: 'Text' }).fill('Yusuf is allergic to peanuts and hazelnuts.')
  await page.keyboard.press('Control+Enter')
  await expect(pane.getByText('Yusuf is allergic to peanuts and hazelnuts.', { exact: true })).toBeVisible()
  const rest = new RestClient(server.apiUrl, { headers: { authorization: `Bearer ${server.ownerToken}` } })
  const id = new URL(page.url()).hash.split('/').at(-1)!
  // The page shows the change before the server has answered.
  const kept = async () => (await rest.get(`/memory/${id}`)).body['memory']
  await expect.poll(kept).toMatchObject({ content: 'Yusuf is allergic to peanuts and hazelnuts.', version: 2, agent_id: 'writer' })

  await page.getByRole('region', { name: 'Messages' }).getByRole('button', { name: 'Undo' }).click()
  await expect(pane.getByText(text, { exact: true })).toBeVisible()
  await expect.poll(kept).toMatchObject({ content: text, version: 3 })
  const history = (await rest.get(`/memory/${id}/history`)).body['history'] as { changed_by: string; action: string }[]
  expect(history.map(({ changed_by, action }) => `${action} by ${changed_by}`)).toEqual([
    'restored by owner',
    'updated by owner',
    'created by writer',
  ])
  expect(complaints).toEqual([])
})

test('a memory goes to the trash and comes back, by the keyboard alone', async ({ page, startServer }) => {
  const server = await startServer({ env: { TMWS_EMBEDDING_PROVIDER: 'off' } })
  const agent = new RestClient(server.apiUrl, { agentId: 'writer' })
  const { id } = (await agent.post('/memory', { content: 'Deleted in passing.' })).body['memory'] as { id: string }
  await openDashboard(page, server)
  await page.goto(`${server.apiUrl}/#/memories/${id}`)
  const pane = page.getByRole('complementary', { name: 'Memory', exact: true })
  await expect(pane).toContainText('Deleted in passing.')
  await page.keyboard.press('#')
  await expect(page.getByRole('region', { name: 'Messages' })).toContainText('Moved to the trash')
  expect((await agent.get(`/memory/${id}`)).status).toBe(404)
  await page.keyboard.press('Control+z')
  await expect.poll(async () => (await agent.get(`/memory/${id}`)).status).toBe(200)
})

test('what agents store is shown as text: markup in a memory does nothing', async ({ page, startServer }) => {
  const server = await startServer({ env: { TMWS_EMBEDDING_PROVIDER: 'off' } })
  const content =
    '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script> [link](javascript:alert(1)) harmless'
  const { id } = (
    await new RestClient(server.apiUrl, { agentId: 'attacker' }).post('/memory', {
      content,
      tags: ['<b>bold</b>'],
      context: { html: content },
    })
  ).body['memory'] as { id: string }
  const complaints = complaintsOf(page)
  await openDashboard(page, server)
  await page.goto(`${server.apiUrl}/#/memories/${id}`)
  await expect(page.getByRole('complementary', { name: 'Memory', exact: true }).getByText(content, { exact: true })).toBeVisible()
  expect(await page.title()).not.toBe('owned')
  expect(await page.locator('img[src="x"]').count()).toBe(0)
  expect(complaints).toEqual([])
})

test('the page may run nothing but its own files', async ({ page, startServer }) => {
  const server = await startServer({ env: { TMWS_EMBEDDING_PROVIDER: 'off' } })
  const response = await page.goto(`${server.apiUrl}/`)
  const policy = response?.headers()['content-security-policy'] ?? ''
  for (const directive of ["default-src 'self'", "script-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"])
    expect(policy).toContain(directive)
  expect(policy).not.toContain('unsafe')
  const outcome = await page.evaluate(async () => {
    const blocked: string[] = []
    document.addEventListener('securitypolicyviolation', (event) => blocked.push(event.effectiveDirective))
    const script = document.createElement('script')
    script.textContent = 'document.title = "owned"'
    document.head.append(script)
    const image = document.createElement('img')
    image.src = 'http://127.0.0.1:9/pixel.png'
    document.body.append(image)
    const left = await fetch('http://127.0.0.1:9/').then(
      () => 'sent',
      () => 'refused',
    )
    await new Promise((resolve) => setTimeout(resolve, 200))
    return { title: document.title, left, blocked: blocked.sort() }
  })
  expect(outcome).toEqual({
    title: expect.not.stringMatching('owned'),
    left: 'refused',
    blocked: ['connect-src', 'img-src', 'script-src-elem'],
  })
})

test('a page of another origin can neither open the WebSockets nor read or write by REST', async ({ page, startServer }) => {
  const server = await startServer({ env: { TMWS_EMBEDDING_PROVIDER: 'off' } })
  const secret = 'Only for the person at the machine.'
  await new RestClient(server.apiUrl, { agentId: 'writer' }).post('/memory', { content: secret, access_level: 'public' })
  // The browser of somebody who has the dashboard open, and so its cookie.
  await openDashboard(page, server)
  const evil = createServer((_request, response) =>
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>another page</title>'),
  )
  await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', () => resolve()))
  try {
    await page.goto(`http://localhost:${(evil.address() as AddressInfo).port}/`)
    const outcome = await page.evaluate(
      async ({ apiUrl, wsUrl }) => {
        const socket = (url: string): Promise<string> =>
          new Promise((resolve) => {
            const opened = new WebSocket(url)
            opened.onopen = () => resolve('opened')
            opened.onerror = () => resolve('refused')
          })
        const read = (path: string, init: RequestInit = {}): Promise<string> =>
          fetch(apiUrl + path, init).then(
            (response) => (response.type === 'opaque' ? 'opaque' : response.text()),
            () => 'refused',
          )
        const framed = await new Promise<string>((resolve) => {
          const frame = document.createElement('iframe')
          frame.src = `${apiUrl}/`
          frame.onload = () => {
            try {
              resolve(frame.contentDocument === null ? 'closed' : frame.contentDocument.title)
            } catch {
              resolve('closed')
            }
          }
          document.body.append(frame)
        })
        return {
          sockets: await Promise.all([socket(wsUrl), socket(`${wsUrl}/mcp`), socket(`${apiUrl.replace('http', 'ws')}/api/v1/events`)]),
          reads: await Promise.all([
            read('/api/v1/memory'),
            read('/api/v1/memory', { credentials: 'include' }),
            read('/health'),
            read('/'),
            read('/mcp', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }),
          ]),
          written: await read('/api/v1/memory', {
            method: 'POST',
            mode: 'no-cors',
            credentials: 'include',
            headers: { 'content-type': 'text/plain' },
            body: '{"content":"planted"}',
          }),
          framed,
        }
      },
      { apiUrl: server.apiUrl, wsUrl: server.wsUrl },
    )
    expect(outcome.sockets).toEqual(['refused', 'refused', 'refused'])
    expect(outcome.reads).toEqual(['refused', 'refused', 'refused', 'refused', 'refused'])
    expect(outcome.framed).toBe('closed')
    expect(outcome.written, 'sent, and not readable').toBe('opaque')
  } finally {
    evil.close()
    evil.closeAllConnections()
  }
  const owner = new RestClient(server.apiUrl, { headers: { authorization: `Bearer ${server.ownerToken}` } })
  expect((await owner.get('/memory')).body, 'nothing was planted').toMatchObject({ total: 1 })
})

test('with sign-in on, the page asks for the token and then works', async ({ page, startServer }) => {
  const server = await startServer({
    env: { TMWS_AUTH_ENABLED: 'true', TMWS_SECRET_KEY: 'an end-to-end secret of more than 32 characters', TMWS_EMBEDDING_PROVIDER: 'off' },
  })
  const feeds: string[] = []
  page.on('websocket', (socket) => feeds.push(socket.url()))
  await page.goto(`${server.apiUrl}/`)
  await page.getByLabel('Access token').fill('wrong')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByText('That token was not accepted.')).toBeVisible()
  // Longer than the first two waits of a feed that would go on trying.
  await page.waitForTimeout(2_000)
  expect(feeds.length, 'the feed is asked for once, not again and again').toBeLessThanOrEqual(1)
  await page.getByLabel('Access token').fill(server.ownerToken)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'Live' })).toBeVisible()
})

test('after a restart of the server the open page finds it again by itself', async ({ page, startServer }) => {
  const server = await startServer({ env: { TMWS_EMBEDDING_PROVIDER: 'off' } })
  await openDashboard(page, server)
  await server.kill()
  await expect(page.getByText('The server does not answer.')).toBeVisible()
  await server.place.start({ apiPort: server.apiPort, wsPort: server.wsPort, env: { TMWS_EMBEDDING_PROVIDER: 'off' } })
  await expect(page.getByRole('status').filter({ hasText: 'Live' })).toBeVisible({ timeout: 20_000 })
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`every screen can be used by everybody, in the ${colorScheme} theme`, async ({ page, sharedServer }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const rest = new RestClient(sharedServer.apiUrl, { agentId: 'accessible' })
    // Figures of one digit are not judged by their contrast.
    for (let number = 0; number < 12; number += 1) await rest.post('/memory', { content: `One of many, ${colorScheme} ${number}.` })
    const { body } = await rest.post('/memory', { content: 'Read by everybody.', tags: ['a11y'] })
    const { id } = body['memory'] as { id: string }
    await openDashboard(page, sharedServer)
    for (const screen of ['overview', 'memories', `memories/${id}`]) {
      await page.goto(`${sharedServer.apiUrl}/#/${screen}`)
      await expect(page.getByRole('main')).toBeVisible()
      await expect(page.getByRole('link', { name: /Memories/ }), 'what comes late is there').toContainText(/\d\d/)
      if (screen.includes('/'))
        await expect(page.getByRole('complementary', { name: 'Memory', exact: true })).toContainText('Read by everybody.')
      const { violations } = await new AxeBuilder({ page }).analyze()
      expect(
        violations.map(
          ({ id: rule, nodes }) =>
            `${screen}: ${rule} at ${nodes.map((node) => `${node.target.join(' ')}: ${node.any[0]?.message ?? ''}`).join(', ')}`,
        ),
      ).toEqual([])
    }
  })
}
