import type { Page } from '@playwright/test'
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { findChromium } from '../resources/scripts/setup-test-machine.ts'
import type * as ClientLibrary from '../src-bridge/client/node-entry.ts'
import type { TmwsClientOptions } from '../src-bridge/client/node-entry.ts'
import { TmwsClient, TmwsError } from './clients/built-client.ts'
import { expect, test } from './fixtures.ts'
import { runNode } from './processes/child.ts'
import { BUILT, ROOT } from './processes/places.ts'
import { PageServer } from './processes/page-server.ts'
import type { RunningServer } from './processes/server-process.ts'
import { TcpRelay } from './processes/tcp-relay.ts'
import { until } from './processes/until.ts'

function clientOf(server: RunningServer, options: TmwsClientOptions = {}) {
  return new TmwsClient({ url: server.wsUrl, apiUrl: server.apiUrl, agentId: 'library', ...options })
}

function runExample(server: RunningServer, name: string) {
  return runNode([`${ROOT}/e2e/examples/${name}.ts`], { env: server.place.environment(), cwd: ROOT })
}

test('the example of one client stores and finds', async ({ sharedServer }) => {
  const first = await runExample(sharedServer, 'one-client')
  expect(first, first.stderr).toMatchObject({ code: 0, stderr: '' })
  expect(first.stdout).toMatch(/^Connected to TMWS \S+ as one-client\.\nStored [0-9a-f-]{36}\.\n0\.\d\d {2}Marta decided/)
  expect((await runExample(sharedServer, 'one-client')).stdout).toContain('Had stored it before as ')
})

test('the example of researcher and implementer shares what is for the team, and nothing else', async ({ sharedServer }) => {
  const { code, stdout, stderr } = await runExample(sharedServer, 'researcher-and-implementer')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain('The implementer found 2:')
  expect(stdout).toContain('  researcher: Card payments time out after 30 seconds')
  expect(stdout).toContain('The researcher read the decision of the implementer, which rests on 2 findings:')
  expect(stdout).toContain("The implementer sees 0 of the researcher's private notes.")
})

test('every tool answers through its method', { tag: '@stores' }, async ({ sharedServer, closing }) => {
  const client = closing(clientOf(sharedServer, { agentId: 'thorough', namespace: 'lab', capabilities: { 話す: true } }))
  expect(await client.connect()).toMatchObject({ agentId: 'thorough', namespace: 'lab', isResumed: false })
  const { memory } = await client.storeMemory({ content: 'The lathe needs oil every Friday.' })
  const memory_id = memory.id
  expect((await client.createMemory({ content: memory.content })).duplicate_of).toBe(memory_id)
  expect((await client.semanticSearch({ query: 'lathe' })).memories[0]?.id).toBe(memory_id)
  expect((await client.searchMemories({ query: 'lathe', mode: 'keyword' })).count).toBe(1)
  expect((await client.recallMemory({ memory_id })).memory?.content).toBe(memory.content)
  expect((await client.updateMemory({ memory_id, tags: ['workshop'] })).memory).toMatchObject({ version: 2, tags: ['workshop'] })
  expect((await client.shareMemory({ memory_id, shared_with: [{ agent_id: 'friend' }] })).memory.access_level).toBe('shared')
  expect((await client.deleteMemory({ memory_id })).permanent).toBe(false)
  expect((await client.listMemories()).total).toBe(0)
  expect((await client.restoreMemory({ memory_id })).memory.id).toBe(memory_id)
  expect((await client.getMemoryHistory({ memory_id })).history.length).toBeGreaterThan(3)
  expect(await client.getAgentInfo()).toMatchObject({ agent_id: 'thorough', capabilities: { 話す: true }, is_owner: false })
  const steps = [{ id: 'look', tool: 'list_memories', arguments: { limit: '{{input.n}}' } }]
  const { workflow } = await client.manageWorkflow({ operation: 'create', name: 'look', steps })
  const { execution } = await client.executeWorkflow({ workflow_id: workflow!.id, input: { n: 1 } })
  expect(execution).toMatchObject({ status: 'completed', output: { look: { total: 1 } } })
  expect((await client.getWorkflowStatus({ execution_id: execution.id })).execution).toEqual(execution)
  expect((await client.cancelWorkflow({ execution_id: execution.id })).execution.status).toBe('completed')
  expect((await client.getSessionStatistics()).transport).toBe('websocket')
  expect((await client.getSystemStats()).total_memories).toBeGreaterThan(0)
  expect((await client.healthCheck()).status).toBe('healthy')
})

test('failures are errors that say what to do', async ({ sharedServer, closing }) => {
  const client = closing(clientOf(sharedServer, { agentId: 'clumsy' }))
  const failure = async (promise: Promise<unknown>) => {
    const error = await promise.then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(TmwsError)
    return error as InstanceType<typeof TmwsError>
  }
  const { memory } = await client.storeMemory({ content: 'Version one.' })
  await client.updateMemory({ memory_id: memory.id, content: 'Version two.' })
  const late = client.updateMemory({ memory_id: memory.id, content: 'Version two again.', expected_version: 1 })
  expect(await failure(late)).toMatchObject({ code: 'conflict', retryable: false })
  expect(await failure(client.storeMemory({ content: 'x', importance: 3 }))).toMatchObject({
    code: 'invalid_request',
    message: expect.stringContaining('importance must be 1 or less'),
  })
  expect(await failure(client.recallMemory({ memory_id: '00000000-0000-7000-8000-000000000000' }))).toMatchObject({ code: 'not_found' })
  expect(await failure(client.call('paint_the_wall' as 'health_check', {}))).toMatchObject({ code: 'invalid_request' })
  expect(await failure(client.storeMemory({ content: 'x', context: { all: 'x'.repeat(5_000_000) } }))).toMatchObject({ code: 'too_large' })
  expect(await failure(closing(clientOf(sharedServer, { agentId: 'owner' })).connect())).toMatchObject({ code: 'forbidden' })
  expect((await client.healthCheck()).status).toBe('healthy')
})

test('a cancelled call rejects at once, and its neighbours are answered', async ({ sharedServer, closing }) => {
  const client = closing(clientOf(sharedServer, { agentId: 'hasty' }))
  await client.connect()
  const stop = new AbortController()
  const calls = Array.from({ length: 100 }, (_, number) =>
    client.semanticSearch({ query: `question ${number} that takes a moment` }, number % 2 === 0 ? { signal: stop.signal } : {}),
  )
  const outcomes = Promise.allSettled(calls)
  stop.abort(new Error('changed my mind'))
  const settled = await outcomes
  expect(settled.filter(({ status }) => status === 'fulfilled').length).toBe(50)
  for (const outcome of settled) if (outcome.status === 'rejected') expect(String(outcome.reason)).toBe('Error: changed my mind')
})

test('a server that is killed and comes back on its ports costs no call', { tag: '@stores' }, async ({ makePlace, closing }) => {
  const place = makePlace()
  const first = await place.start()
  const ports = { apiPort: first.apiPort, wsPort: first.wsPort }
  const client = closing(clientOf(first, { agentId: 'steady' }))
  await client.connect()
  const losses: number[] = []
  client.on('disconnected', ({ code }) => losses.push(code))
  const contents = Array.from({ length: 600 }, (_, number) => `Note ${number}: the belt of machine ${number % 7} ran for ${number} hours.`)
  const stored = Promise.all(
    contents.map(async (content, number) => {
      await delay(number)
      return (await client.storeMemory({ content })).memory.id
    }),
  )
  await delay(250)
  await first.kill()
  await place.start(ports)
  const ids = await stored
  expect(losses).toEqual([1006])
  expect(new Set(ids).size).toBe(contents.length)
  expect((await client.listMemories({ limit: 1 })).total, 'nothing twice, nothing lost').toBe(contents.length)
})

test('a network that is cut costs no call, and the session goes on', async ({ sharedServer, closing }) => {
  const relay = closing(await TcpRelay.to(sharedServer.wsPort))
  const url = `ws://127.0.0.1:${relay.port}`
  const client = closing(clientOf(sharedServer, { url, agentId: 'steady', capabilities: { colour: 'blue' } }))
  const before = await client.connect()
  for (let round = 1; round <= 3; round += 1) {
    const searches = Array.from({ length: 50 }, (_, number) => client.searchMemories({ query: `question ${round} ${number}` }))
    relay.cut()
    await Promise.all(searches)
    expect(client.session).toMatchObject({ sessionId: before.sessionId, agentId: 'steady', isResumed: true })
  }
  expect((await client.getAgentInfo()).capabilities).toEqual({ colour: 'blue' })
})

test('events tell what happens, also after the server came back', { tag: '@stores' }, async ({ makePlace, closing }) => {
  const place = makePlace()
  const first = await place.start()
  const ports = { apiPort: first.apiPort, wsPort: first.wsPort }
  const client = closing(clientOf(first, { agentId: 'listener' }))
  const heard: string[] = []
  const listening = (async () => {
    for await (const event of client.events()) heard.push(event.type === 'memory-stored' ? event.memory_id : event.type)
  })()
  await until('hello', () => heard.includes('hello'))
  const { memory: one } = await client.storeMemory({ content: 'Heard by whoever listens.' })
  await until('the first memory', () => heard.includes(one.id))
  await first.kill()
  await place.start(ports)
  await until('another hello', () => heard.filter((type) => type === 'hello').length === 2)
  const { memory: two } = await client.storeMemory({ content: 'Heard after the pause.' })
  await until('the second memory', () => heard.includes(two.id))
  await client.close()
  await listening
})

test.describe('in a browser', () => {
  test.skip(findChromium() === undefined, 'there is no Chromium on this machine')

  test('a page of an allowed origin stores, searches, cancels and listens, and connects again', async ({ page, makePlace, closing }) => {
    const pages = closing(await PageServer.start())
    const place = makePlace()
    const env = { TMWS_CORS_ORIGINS: JSON.stringify([pages.origin]) }
    const server = await place.start({ env })
    await page.goto(pages.origin)
    const seen = await page.evaluate(
      async ([port, apiUrl, file]) => {
        const { TmwsClient } = (await import(file)) as typeof ClientLibrary
        const client = new TmwsClient({ port, apiUrl, agentId: 'cannot-be-sent' })
        Object.assign(globalThis, { client })
        const session = await client.connect()
        const events = client.events()
        const hello = (await events.next()).value?.type
        const { memory } = await client.storeMemory({
          content: 'Stored from a page: the kiln cools for nine hours.',
          access_level: 'public',
        })
        const { memories } = await client.searchMemories({ query: 'how long does the kiln cool?' })
        const stopped: unknown = await client.searchMemories({ query: 'kiln' }, { signal: AbortSignal.abort('enough') }).catch(String)
        const failure: unknown = await client.recallMemory({}).catch((error: unknown) => (error as { code: string }).code)
        const who = (await client.getAgentInfo()).agent_id
        return { isResumed: session.isResumed, hello, isFound: memories[0]?.id === memory.id, stopped, failure, who }
      },
      [server.wsPort, server.apiUrl, '/index.js'] as const,
    )
    expect(seen).toEqual({
      isResumed: false,
      hello: 'hello',
      isFound: true,
      stopped: 'enough',
      failure: 'invalid_request',
      who: 'anonymous',
    })

    await server.kill()
    const count = page.evaluate(async () => {
      const { client } = globalThis as unknown as { client: ClientLibrary.TmwsClient } // put there above
      return (await client.searchMemories({ query: 'kiln' })).count
    })
    await place.start({ env, apiPort: server.apiPort, wsPort: server.wsPort })
    expect(await count).toBe(1)
  })

  test('a page of a foreign origin gets no connection, and is told what may be wrong', async ({ page, sharedServer, closing }) => {
    await page.goto(closing(await PageServer.start()).origin)
    expect(await tryFrom(page, sharedServer, '/index.js')).toMatch(/does not allow pages of this origin \(TMWS_CORS_ORIGINS\)/)
  })

  test.describe('without its content security policy', () => {
    test.use({ bypassCSP: true })

    test('a page of the dashboard speaks as the person at the machine', async ({ page, sharedServer }) => {
      const script = { contentType: 'text/javascript', body: readFileSync(BUILT.browserClient, 'utf8') }
      await page.route('**/client-library.js', (route) => route.fulfill(script))
      await page.goto(`${sharedServer.apiUrl}/`)
      expect(await tryFrom(page, sharedServer, '/client-library.js')).toBe('owner')
    })
  })
})

/** Who a page is to the server, or why it gets no connection. */
function tryFrom(page: Page, server: RunningServer, file: string): Promise<string> {
  return page.evaluate(
    async ([port, path]) => {
      const { TmwsClient } = (await import(path)) as typeof ClientLibrary
      const client = new TmwsClient({ port, connectTimeoutMs: 1_000 })
      try {
        await client.connect()
        return (await client.getAgentInfo()).agent_id
      } catch (error) {
        return String(error)
      } finally {
        await client.close()
      }
    },
    [server.wsPort, file] as const,
  )
}
