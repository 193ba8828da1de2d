import { HEADERS } from '../src-main/contract/protocol.ts'
import { bridgeCommand, connectBridge, connectHttp, connectModernWs, connectNamedWs, MODERN } from './clients/mcp-clients.ts'
import { rawHttp, rawUpgrade } from './clients/raw-http.ts'
import { RawSocket } from './clients/raw-socket.ts'
import { RestClient } from './clients/rest-client.ts'
import { call } from './clients/tool-calls.ts'
import { readersOf } from './privacy/readers.ts'
import type { Reader } from './privacy/readers.ts'
import { expect, test } from './fixtures.ts'
import { until } from './processes/until.ts'

/** Two agents in namespaces of their own and one in the first one's, each with a word that only its memories hold. */
const ALICE = { agentId: 'alice', namespace: 'red', word: 'marmalade' }
const BOB = { agentId: 'bob', namespace: 'blue', word: 'saxophone' }
const CAROL = { agentId: 'carol', namespace: 'red', word: 'telescope' }
type Agent = typeof ALICE

/** Expects that on no path anything of the memory, or of its word, is visible. */
async function expectInvisible(reader: Reader, memoryId: string, word: string): Promise<void> {
  for (const path of reader.paths(memoryId, word)) {
    const text = await path.read()
    expect(text, `${reader.name}: ${path.name}`).not.toContain(memoryId.slice(0, -1))
    expect(text.toLowerCase(), `${reader.name}: ${path.name}`).not.toContain(`the ${word}`)
  }
}

/** Expects that every path that shows single memories shows this one. */
async function expectVisible(reader: Reader, memoryId: string, word: string): Promise<void> {
  for (const path of reader.paths(memoryId, word).filter((candidate) => candidate.showsReadable)) {
    expect(await path.read(), `${reader.name}: ${path.name}`).toContain(`the ${word}`)
  }
}

test(
  'what is private to one agent is invisible to the other on every path, in both directions',
  { tag: '@stores' },
  async ({ startServer, closing }) => {
    const server = await (await startServer()).untilHealthy()
    const store = async ({ word, ...agent }: Agent): Promise<string> => {
      const client = closing(await connectNamedWs(server, agent))
      const { memory } = await call(client, 'store_memory', {
        content: `Nobody may know the ${word}.`,
        tags: [`tag-the ${word}`],
        summary: `about the ${word}`,
        context: { secret: `the ${word}` },
      })
      return memory.id
    }
    const ids = new Map<Agent, string>()
    for (const agent of [ALICE, BOB]) ids.set(agent, await store(agent))
    for (const [me, other] of [
      [ALICE, BOB],
      [BOB, ALICE],
    ] as const) {
      for (const reader of await readersOf(server, me, closing)) {
        await expectInvisible(reader, ids.get(other)!, other.word)
        await expectVisible(reader, ids.get(me)!, me.word)
      }
    }
    await test.step('nobody but its agent can change it, and the attempt says no more than for an id that never was', async () => {
      const rest = new RestClient(server.apiUrl, BOB)
      const id = ids.get(ALICE)!
      const never = '01999999-0000-7000-8000-000000000000'
      for (const attempt of [
        (target: string) => rest.patch(`/memory/${target}`, { content: 'mine now' }),
        (target: string) => rest.delete(`/memory/${target}`),
        (target: string) => rest.post(`/memory/${target}/restore`, {}),
        (target: string) => rest.post(`/memory/${target}/share`, { shared_with: [{ agent_id: 'bob' }] }),
        (target: string) => rest.post('/memory', { content: `links to ${target}`, links: [{ to: target, kind: 'relates' }] }),
        (target: string) => rest.get(`/memory/${target}/history`),
        (target: string) => rest.get(`/memory/${target}/links`),
        (target: string) => rest.get(`/memory/${target}`),
      ]) {
        const hidden = await attempt(id)
        const absent = await attempt(never)
        const facts = ({ status, text }: typeof hidden, target: string) => ({
          status,
          text: text.replaceAll(target, 'ID').replace(/"request_id":"[^"]*"/, ''),
        })
        expect(facts(hidden, id)).toEqual(facts(absent, never))
        expect(hidden.status).toBeGreaterThanOrEqual(400)
      }
      const still = await new RestClient(server.apiUrl, ALICE).get(`/memory/${id}`)
      expect(still.body['memory']).toMatchObject({ content: 'Nobody may know the marmalade.', version: 1 })
    })
  },
)

test(
  'sharing shows one memory to one agent on every path, and revoking hides it again',
  { tag: '@stores' },
  async ({ startServer, closing }) => {
    const server = await (await startServer()).untilHealthy()
    const alice = closing(await connectNamedWs(server, ALICE))
    const { memory } = await call(alice, 'store_memory', { content: 'A guest may know the marmalade.', tags: ['the marmalade'] })
    const bobs = await readersOf(server, BOB, closing)
    const carols = await readersOf(server, CAROL, closing)
    const aliceRest = new RestClient(server.apiUrl, ALICE)
    const steps: readonly { readonly name: string; readonly do: () => Promise<unknown>; readonly bob: boolean; readonly carol: boolean }[] =
      [
        { name: 'private', do: () => Promise.resolve(), bob: false, carol: false },
        {
          name: 'shared with bob',
          do: () => call(alice, 'share_memory', { memory_id: memory.id, shared_with: [{ agent_id: 'bob' }] }),
          bob: true,
          carol: false,
        },
        { name: 'taken back', do: () => call(alice, 'share_memory', { memory_id: memory.id, remove: ['bob'] }), bob: false, carol: false },
        {
          name: 'for the team',
          do: () => call(alice, 'update_memory', { memory_id: memory.id, access_level: 'team' }),
          bob: false,
          carol: true,
        },
        { name: 'public', do: () => aliceRest.patch(`/memory/${memory.id}`, { access_level: 'public' }), bob: true, carol: true },
        { name: 'in the trash', do: () => aliceRest.delete(`/memory/${memory.id}`), bob: false, carol: false },
        { name: 'restored', do: () => aliceRest.post(`/memory/${memory.id}/restore`), bob: true, carol: true },
        {
          name: 'private again',
          do: () => call(alice, 'update_memory', { memory_id: memory.id, access_level: 'private' }),
          bob: false,
          carol: false,
        },
      ]
    for (const step of steps) {
      await test.step(step.name, async () => {
        await step.do()
        for (const [readers, sees] of [
          [bobs, step.bob],
          [carols, step.carol],
        ] as const) {
          for (const reader of readers) {
            if (sees) await expectVisible(reader, memory.id, 'marmalade')
            else await expectInvisible(reader, memory.id, 'marmalade')
          }
        }
      })
    }
  },
)

test('a grant ends by itself when its time is over', { tag: '@stores' }, async ({ sharedServer }) => {
  const owner = new RestClient(sharedServer.apiUrl, { agentId: 'lender' })
  const guest = new RestClient(sharedServer.apiUrl, { agentId: 'borrower' })
  const stored = await owner.post('/memory', {
    content: 'For a moment only.',
    access_level: 'shared',
    shared_with: [{ agent_id: 'borrower', permission: 'read', expires_at: new Date(Date.now() + 1_500).toISOString() }],
  })
  const { id } = stored.body['memory'] as { id: string }
  expect((await guest.get(`/memory/${id}`)).status).toBe(200)
  await until('the grant to end', async () => (await guest.get(`/memory/${id}`)).status === 404, 5_000, 100)
  expect((await guest.get('/memory?limit=100')).text).not.toContain(id)
})

test(
  'a grant to read allows no change, and one to write allows changes of the text but not of who may see it',
  { tag: '@stores' },
  async ({ sharedServer }) => {
    const author = new RestClient(sharedServer.apiUrl, { agentId: 'author' })
    const editor = new RestClient(sharedServer.apiUrl, { agentId: 'editor' })
    const stored = await author.post('/memory', {
      content: 'A draft.',
      access_level: 'shared',
      shared_with: [
        { agent_id: 'editor', permission: 'read' },
        { agent_id: 'third', permission: 'read' },
      ],
    })
    const { id } = stored.body['memory'] as { id: string }
    expect((await editor.patch(`/memory/${id}`, { content: 'Mine.' })).status).toBe(403)
    expect((await author.post(`/memory/${id}/share`, { shared_with: [{ agent_id: 'editor', permission: 'write' }] })).status).toBe(200)
    expect((await editor.patch(`/memory/${id}`, { content: 'A better draft.' })).status).toBe(200)
    expect((await editor.patch(`/memory/${id}`, { access_level: 'public' })).status).toBe(403)
    expect((await editor.delete(`/memory/${id}`)).status).toBe(403)
    const seen = (await editor.get(`/memory/${id}`)).body['memory'] as { shared_with: unknown[] }
    expect(seen.shared_with, 'one sees one’s own grant only').toEqual([{ agent_id: 'editor', permission: 'write' }])
    const history = await author.get(`/memory/${id}/history`)
    expect((history.body['history'] as { changed_by: string }[]).map((entry) => entry.changed_by)).toEqual(['editor', 'author', 'author'])
    expect((await editor.get(`/memory/${id}/history`)).text, 'grants of others, in the history').not.toContain('third')
  },
)

test('what a memory said before it was shared stays private, in its history as well', { tag: '@stores' }, async ({ sharedServer }) => {
  const writer = new RestClient(sharedServer.apiUrl, { agentId: 'diarist' })
  const reader = new RestClient(sharedServer.apiUrl, { agentId: 'visitor' })
  const { id } = (await writer.post('/memory', { content: 'Raw thoughts on the harmonica.' })).body['memory'] as { id: string }
  await writer.patch(`/memory/${id}`, { content: 'Thoughts, edited for others.' })
  await writer.post(`/memory/${id}/share`, { shared_with: [{ agent_id: 'visitor', permission: 'write' }] })
  const seen = await reader.get(`/memory/${id}/history`)
  expect(seen.status).toBe(200)
  expect(seen.text).not.toContain('harmonica')
  const back = await reader.post(`/memory/${id}/restore`, { version: 1 })
  expect(back.status, 'nor can it be brought back by who could not see it').toBeGreaterThanOrEqual(400)
  expect((await reader.get(`/memory/${id}`)).text).not.toContain('harmonica')
})

test('the event feed tells an agent of nothing that it may not see', { tag: '@stores' }, async ({ startServer, closing }) => {
  const server = await (await startServer()).untilHealthy()
  const feedUrl = `${server.apiUrl.replace('http', 'ws')}/api/v1/events`
  const bobHears = closing(await RawSocket.open(feedUrl, { [HEADERS.agentId]: 'bob', [HEADERS.agentNamespace]: 'blue' }))
  const ownerHears = closing(await RawSocket.open(feedUrl, { authorization: `Bearer ${server.ownerToken}` }))
  await until('both feeds to say hello', () => bobHears.frames.length > 0 && ownerHears.frames.length > 0)
  expect(JSON.parse(bobHears.frames[0]!)).toMatchObject({ type: 'hello', is_owner: false })
  expect(JSON.parse(ownerHears.frames[0]!)).toMatchObject({ type: 'hello', is_owner: true })
  const alice = await connectNamedWs(server, ALICE)
  const secret = (await call(alice, 'store_memory', { content: 'A secret of the marmalade.' })).memory.id
  await call(alice, 'update_memory', { memory_id: secret, importance: 0.9 })
  await call(alice, 'delete_memory', { memory_id: secret })
  const news = (await call(alice, 'store_memory', { content: 'News for all.', access_level: 'public' })).memory.id
  await alice.close()
  const events = (feed: RawSocket) =>
    feed.frames.map((frame) => JSON.parse(frame) as { type: string; memory_id?: string; agent_id?: string; session?: { agent_id: string } })
  await until('the owner to hear of it all', () => events(ownerHears).some(({ type }) => type === 'session-closed'))
  const ofSecret = events(ownerHears).filter((event) => event.memory_id === secret)
  expect(ofSecret.map(({ type }) => type)).toEqual(['memory-stored', 'memory-updated', 'memory-deleted'])
  await until('bob to hear the news', () => events(bobHears).some((event) => event.memory_id === news))
  const heard = events(bobHears).filter(({ type }) => type !== 'health-changed')
  expect(heard.map(({ type, memory_id }) => ({ type, memory_id }))).toEqual([{ type: 'hello' }, { type: 'memory-stored', memory_id: news }])
  expect(bobHears.frames.join(), 'sessions and calls of another agent').not.toContain('marmalade')
  expect(ownerHears.frames.join(), 'events carry no texts').not.toContain('secret of')
})

test('the scope of the person at the machine comes with the cookie or the token alone, never together with an agent’s name', async ({
  startServer,
}) => {
  const server = await startServer()
  const alice = new RestClient(server.apiUrl, ALICE)
  const { id } = (await alice.post('/memory', { content: 'Private to alice.' })).body['memory'] as { id: string }
  const page = await rawHttp(`${server.apiUrl}/`, { headers: { 'sec-fetch-dest': 'document' } })
  const cookie = String(page.headers['set-cookie']?.[0])
  expect(cookie).toMatch(/^tmws_owner=[\w-]{32,}; HttpOnly; SameSite=Strict; Path=\/$/)
  const token = { authorization: `Bearer ${server.ownerToken}` }
  const asCookie = { cookie: cookie.split(';')[0]! }
  const status = async (headers: Record<string, string>): Promise<number> =>
    (await new RestClient(server.apiUrl, { headers }).get(`/memory/${id}`)).status
  expect(await status(token)).toBe(200)
  expect(await status(asCookie)).toBe(200)
  for (const owner of [token, asCookie]) {
    expect(await status({ ...owner, [HEADERS.agentId]: 'bob' })).toBe(404)
    expect(await status({ ...owner, [HEADERS.agentNamespace]: 'red' })).toBe(404)
    expect(await status({ ...owner, [HEADERS.agentId]: 'owner' })).toBe(403)
  }
  for (const wrong of [
    {},
    { authorization: 'Bearer wrong' },
    { authorization: `Basic ${server.ownerToken}` },
    { cookie: 'tmws_owner=wrong' },
    { cookie: 'tmws_owner=' },
  ])
    expect(await status(wrong)).toBe(404)
  expect((await rawUpgrade(server.wsUrl, { [HEADERS.agentId]: 'owner' })).status).toBe(403)
  for (const destination of ['iframe', 'script', 'image', 'empty']) {
    const loaded = await rawHttp(`${server.apiUrl}/`, { headers: { 'sec-fetch-dest': destination } })
    expect(loaded.headers['set-cookie'], `no cookie for what a page loads as ${destination}`).toBeUndefined()
  }
})

test('the bridge never carries the token of the discovery file', async ({ startServer, closing }) => {
  const server = await startServer()
  const bridge = closing(await connectBridge(server, { agentId: 'bob' }))
  expect(await call(bridge, 'get_agent_info', {})).toMatchObject({ agent_id: 'bob', is_owner: false, transport: 'bridge' })
  const unnamed = closing(await connectBridge(server))
  expect(await call(unnamed, 'get_agent_info', {})).toMatchObject({ agent_id: 'stdio-client', is_owner: false })
  expect(JSON.stringify(bridgeCommand(server))).not.toContain(server.ownerToken)
})

test('an agent sees its own sessions only; the person at the machine sees all', async ({ startServer, closing }) => {
  const server = await startServer()
  closing(await connectNamedWs(server, ALICE))
  closing(await connectModernWs(server, { pin: MODERN }, BOB))
  closing(await connectHttp(server, BOB))
  const agents = async (rest: RestClient): Promise<string[]> =>
    ((await rest.get('/sessions')).body['sessions'] as { agent_id: string }[]).map((session) => session.agent_id).sort()
  expect(await agents(new RestClient(server.apiUrl, BOB))).toEqual(['bob'])
  expect(await agents(new RestClient(server.apiUrl, { agentId: 'stranger' }))).toEqual([])
  expect(await agents(new RestClient(server.apiUrl, { headers: { authorization: `Bearer ${server.ownerToken}` } }))).toEqual([
    'alice',
    'bob',
  ])
})
