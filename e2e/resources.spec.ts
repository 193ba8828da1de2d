import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { connectBridge, connectModernBridge, connectModernHttp, connectModernWs, connectNamedWs, MODERN } from './clients/mcp-clients.ts'
import { RestClient } from './clients/rest-client.ts'
import { expect, test } from './fixtures.ts'
import { RESOURCES } from '../src-main/contract/resources.ts'
import type { RunningServer } from './processes/server-process.ts'

/** Longer than the pace at which a resource is told of. */
const SETTLED_MS = 400

interface Watched {
  /** URIs of the updates, as they came. */
  readonly heard: string[]
  close(): Promise<void>
}

interface Way {
  readonly name: string
  /** Connects, and subscribes to what of it is granted. */
  watch(server: RunningServer, agentId: string, uris: readonly string[]): Promise<Watched>
}

type LegacyConnect = typeof connectNamedWs | typeof connectBridge
type ModernClient = Awaited<ReturnType<typeof connectModernWs>>

const LEGACY: readonly Way[] = [
  { name: 'resources/subscribe on a WebSocket', watch: (...args) => subscribe(connectNamedWs, ...args) },
  { name: 'resources/subscribe through the bridge', watch: (...args) => subscribe(connectBridge, ...args) },
]
const MODERN_WAYS: readonly Way[] = [
  {
    name: 'subscriptions/listen on a WebSocket',
    watch: async (server, agentId, uris) => listen(await connectModernWs(server, { pin: MODERN }, { agentId }), uris),
  },
  {
    name: 'subscriptions/listen through the bridge',
    watch: async (server, agentId, uris) => listen(await connectModernBridge(server, { pin: MODERN }, { agentId }), uris),
  },
  {
    name: 'subscriptions/listen on /mcp',
    watch: async (server, agentId, uris) => listen(await connectModernHttp(server, { pin: MODERN }, { agentId }), uris),
  },
]

for (const [index, way] of [...LEGACY, ...MODERN_WAYS].entries()) {
  test.describe(way.name, () => {
    const [reader, writer] = [`reader-${index}`, `writer-${index}`]

    test('tells of a memory and of the lists while they may be read, once more when that ends, and then nothing', async ({
      sharedServer,
      closing,
    }) => {
      const rest = new RestClient(sharedServer.apiUrl, { agentId: writer })
      const { uri, path } = await stored(rest, 'The roof garden opens in May.', 'public')
      const { heard } = closing(await way.watch(sharedServer, reader, [uri, 'memory://recent']))
      await rest.patch(path, { content: 'The roof garden opens in June.' })
      await expect.poll(() => heard.toSorted()).toEqual([uri, 'memory://recent'].toSorted())
      await settled()
      await rest.patch(path, { access_level: 'private' })
      await expect.poll(() => heard.filter((one) => one === uri)).toHaveLength(2)
      await settled()
      const before = heard.length
      await rest.patch(path, { content: 'The roof garden is a secret.' })
      await settled()
      expect(heard.slice(before)).toEqual([])
    })

    test('never tells of the private memory of another agent', async ({ sharedServer, closing }) => {
      const rest = new RestClient(sharedServer.apiUrl, { agentId: writer })
      const { uri, path } = await stored(rest, 'A secret of the writer.', 'private')
      const lists = RESOURCES.map((resource) => resource.uri)
      const { heard } = closing(await way.watch(sharedServer, reader, [uri, ...lists]))
      await rest.patch(path, { content: 'Another secret of the writer.' })
      await stored(rest, 'A third secret of the writer.', 'private')
      await settled()
      expect(heard).toEqual([])
      await stored(rest, `Not secret at all: ${way.name}.`, 'public')
      await expect.poll(() => heard.toSorted()).toEqual(lists.toSorted())
    })
  })
}

test('what may not be read is refused by resources/subscribe, and left out of what subscriptions/listen acknowledges', async ({
  sharedServer,
  closing,
}) => {
  const { uri } = await stored(new RestClient(sharedServer.apiUrl, { agentId: 'keeper' }), 'Kept by the keeper.', 'private')
  const legacy = closing(await connectNamedWs(sharedServer, { agentId: 'nosy' }))
  await expect(legacy.subscribeResource({ uri })).rejects.toThrow(/not found/i)
  const modern = closing(await connectModernWs(sharedServer, { pin: MODERN }, { agentId: 'nosy' }))
  const subscription = await modern.listen({ resourceSubscriptions: [uri, 'memory://tags'] })
  expect(subscription.honoredFilter).toEqual({ resourceSubscriptions: ['memory://tags'] })
})

test('a client that unsubscribes hears no more', { tag: '@stores' }, async ({ sharedServer, closing }) => {
  const rest = new RestClient(sharedServer.apiUrl, { agentId: 'editor' })
  const { uri, path } = await stored(rest, 'Read once.', 'public')
  const client = closing(await connectNamedWs(sharedServer, { agentId: 'passer-by' }))
  const heard: string[] = []
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void heard.push(params.uri))
  await client.subscribeResource({ uri })
  await client.unsubscribeResource({ uri })
  await rest.patch(path, { content: 'Read by nobody.' })
  await settled()
  expect(heard).toEqual([])
})

test('arguments are completed from what the caller may see', async ({ sharedServer, closing }) => {
  const rest = new RestClient(sharedServer.apiUrl, { agentId: 'gardener' })
  const { id, path } = await stored(rest, 'Roses want sun.', 'private')
  await rest.patch(path, { tags: ['roses', 'rosemary', 'shed'] })
  const ref = { type: 'ref/prompt' as const, name: 'review-memories' }
  const ask = { ref, argument: { name: 'tag', value: 'ros' } }
  for (const connect of [connectNamedWs, connectBridge]) {
    const client = closing(await connect(sharedServer, { agentId: 'gardener' }))
    expect((await client.complete(ask)).completion.values.toSorted()).toEqual(['rosemary', 'roses'])
    const byId = { ref: { type: 'ref/resource' as const, uri: 'memory://{id}' }, argument: { name: 'id', value: id.slice(0, 20) } }
    expect((await client.complete(byId)).completion.values).toContain(id)
    const stranger = closing(await connect(sharedServer, { agentId: 'stranger' }))
    expect((await stranger.complete(ask)).completion.values).toEqual([])
    expect((await stranger.complete(byId)).completion.values).not.toContain(id)
  }
})

async function subscribe(connect: LegacyConnect, server: RunningServer, agentId: string, uris: readonly string[]): Promise<Watched> {
  const client = await connect(server, { agentId })
  const heard: string[] = []
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void heard.push(params.uri))
  expect(client.getServerCapabilities()).toMatchObject({ resources: { subscribe: true }, completions: {} })
  // What is refused has its own test.
  for (const uri of uris) await client.subscribeResource({ uri }).catch(() => undefined)
  return { heard, close: () => client.close() }
}

async function listen(client: ModernClient, uris: readonly string[]): Promise<Watched> {
  const heard: string[] = []
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => void heard.push(params.uri))
  await client.listen({ resourceSubscriptions: [...uris] })
  return { heard, close: () => client.close() }
}

async function stored(rest: RestClient, content: string, level: 'private' | 'public'): Promise<{ id: string; uri: string; path: string }> {
  const { body } = await rest.post('/memory', { content, access_level: level })
  const { id } = body['memory'] as { id: string } // the shape of the tool's contract
  return { id, uri: `memory://${id}`, path: `/memory/${id}` }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SETTLED_MS))
}
