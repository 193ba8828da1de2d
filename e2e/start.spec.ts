import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { execFileSync } from 'node:child_process'
import { RawSocket } from './clients/raw-socket.ts'
import { RestClient } from './clients/rest-client.ts'
import { connectBridge, connectNamedWs } from './clients/mcp-clients.ts'
import { call } from './clients/tool-calls.ts'
import { expect, test } from './fixtures.ts'
import { BUILT, ROOT } from './processes/places.ts'
import { until } from './processes/until.ts'

const INITIALIZE = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'e2e', version: '1' } }
const DISCOVER = {
  _meta: {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
    'io.modelcontextprotocol/clientInfo': { name: 'e2e', version: '1' },
  },
}

const SLOW_BYTES = 400 * 1024 ** 3

/** Models that do not work, each in its own way. */
const BROKEN_MODELS: readonly { readonly name: string; readonly make: (folder: string) => void }[] = [
  { name: 'missing', make: () => undefined },
  {
    name: 'truncated',
    make: (folder) => {
      cpSync(BUILT.model, folder, { recursive: true })
      truncateSync(join(folder, 'model.onnx'), 1_000_000)
    },
  },
  {
    name: 'not a model',
    make: (folder) => {
      mkdirSync(folder)
      writeFileSync(join(folder, 'manifest.json'), '{"id":')
    },
  },
  {
    name: 'a pipe that nobody writes to',
    make: (folder) => {
      cpSync(BUILT.model, folder, { recursive: true })
      rmSync(join(folder, 'model.onnx'))
      execFileSync('mkfifo', [join(folder, 'model.onnx')])
    },
  },
  {
    name: 'so slow that reading it takes minutes',
    make: (folder) => {
      cpSync(BUILT.model, folder, { recursive: true })
      // An empty file that takes no room and minutes to check.
      writeFileSync(join(folder, 'model.onnx'), '')
      truncateSync(join(folder, 'model.onnx'), SLOW_BYTES)
      const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { files: Record<string, { bytes: number }> } // we built it
      manifest.files['model.onnx']!.bytes = SLOW_BYTES
      writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest))
    },
  },
]

for (const { name, make } of BROKEN_MODELS) {
  test(`with a model that is ${name}, both handshakes answer within a second and search goes on by words @timed`, async ({
    makePlace,
    closing,
  }) => {
    const place = makePlace()
    const folder = join(place.folder, 'model')
    make(folder)
    const server = await place.start({ env: { TMWS_EMBEDDING_MODEL: folder } })
    for (const [method, params] of [
      ['initialize', INITIALIZE],
      ['server/discover', DISCOVER],
    ] as const) {
      const start = performance.now()
      const socket = closing(await RawSocket.open(server.wsUrl, { 'x-agent-id': 'early' }))
      const answer = await socket.request(method, params)
      expect(answer.error, method).toBeUndefined()
      expect(performance.now() - start, `${method} in milliseconds`).toBeLessThan(1_000)
    }
    const client = closing(await connectNamedWs(server, { agentId: 'early' }))
    const stored = await call(client, 'store_memory', { content: 'The heron nests beside the lock keeper’s house.' })
    const found = await call(client, 'semantic_search', { query: 'heron' })
    expect(found.memories.map(({ id }) => id)).toEqual([stored.memory.id])
    expect(found.mode).toBe('keyword')
    expect(found.degraded).toMatch(/match words only/)
    const health = await server.health()
    expect(health.status).toBe('degraded')
    expect(health.checks.storage.status).toBe('healthy')
    expect(health.checks.embedding.status).toBe('degraded')
    expect(health.checks.embedding.message).toMatch(/words only/)
    expect(JSON.stringify(health), 'no paths on the wire').not.toContain(place.folder)
    expect(await server.stop(), 'a model that hangs does not hold up a stop').toEqual({ code: 0, signal: null })
  })
}

test('search by meaning heals when the missing model appears, without a restart', async ({ makePlace, closing }) => {
  const place = makePlace()
  const folder = join(place.folder, 'model')
  const server = await place.start({ env: { TMWS_EMBEDDING_MODEL: folder } })
  const client = closing(await connectNamedWs(server, { agentId: 'patient' }))
  const { memory } = await call(client, 'store_memory', { content: 'Yusuf is allergic to peanuts.' })
  await until('the server to notice that there is no model', async () =>
    /missing|holds no/.test((await server.health()).checks.embedding.message ?? ''),
  )
  symlinkSync(BUILT.model, folder)
  await server.untilHealthy(40_000)
  const hit = await until('the memory to be found by meaning', async () => {
    const found = await call(client, 'semantic_search', { query: 'which food is dangerous for a colleague' })
    return found.degraded === undefined && found.memories.find(({ id }) => id === memory.id)
  })
  expect(hit.why.vector).toBeGreaterThan(0)
})

test('the first start on a fresh folder becomes healthy with the model that is shipped', async ({ startServer, store }) => {
  const server = await startServer()
  await server.untilHealthy(15_000)
  const health = await server.health()
  expect(health.checks.embedding).toMatchObject({ status: 'healthy', model: 'all-MiniLM-L6-v2-int8-fixed', dimensions: 384 })
  expect(existsSync(join(server.place.dataDir, 'tmws.db'))).toBe(store === 'sqlite')
  expect(existsSync(join(server.place.dataDir, 'logs', 'tmws.log'))).toBe(true)
})

test('a taken port stops the start with one sentence that names the port and the setting', async ({ makePlace }) => {
  const holder = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => holder.once('listening', resolve))
  const { port } = holder.address() as AddressInfo // it listens on TCP
  try {
    const rest = await makePlace().startToEnd({ apiPort: port })
    expect(rest.code).toBe(1)
    expect(rest.stderr).toMatch(new RegExp(`tmws: The REST port ${port} on 127\\.0\\.0\\.1 is taken by another program\\..*--api-port`))
    const place = makePlace()
    const sockets = await place.startToEnd({ wsPort: port })
    expect(sockets.code).toBe(1)
    expect(sockets.stderr).toMatch(new RegExp(`tmws: The WebSocket port ${port} .* is taken.*--ws-port`))
    expect(place.discovery(), 'a start that failed leaves no discovery file').toBeUndefined()
  } finally {
    holder.close()
  }
})

test('a second start on the same data folder says where the first one runs, and harms it in nothing', async ({ startServer }) => {
  const first = await startServer()
  const second = await first.place.startToEnd()
  expect(second.code).toBe(1)
  expect(second.stderr).toContain(`TMWS already runs on this data folder, at ${first.apiUrl} (process ${first.process.pid})`)
  expect(first.place.discovery()?.pid).toBe(first.process.pid)
  expect((await new RestClient(first.apiUrl).post('/memory', { content: 'Still writing.' })).status).toBe(201)
})

test('two starts at the same moment on one folder leave exactly one server', async ({ makePlace }) => {
  const place = makePlace()
  const both = [place.spawn(), place.spawn()]
  const loser = await Promise.race(both.map(async (child) => ({ child, ending: await child.ended })))
  expect(loser.ending.code).toBe(1)
  expect(loser.child.stderr).toMatch(/data folder/)
  const winner = both.find((child) => child !== loser.child)!
  const file = await until('the discovery file', () => place.discovery())
  expect(file.pid).toBe(winner.pid)
  expect((await fetch(`${file.api_url}/health`)).ok).toBe(true)
})

test('what a killed server left behind is ignored: the next start works, on the same ports', async ({ startServer, closing }) => {
  const first = await startServer()
  const { memory } = await call(closing(await connectNamedWs(first, { agentId: 'a' })), 'store_memory', {
    content: 'Before the power cut.',
  })
  await first.kill()
  expect(first.place.discovery()?.pid, 'the file is stale now').toBe(first.process.pid)
  const second = await first.place.start({ apiPort: first.apiPort, wsPort: first.wsPort })
  expect(second.apiUrl).toBe(first.apiUrl)
  expect(second.ownerToken).not.toBe(first.ownerToken)
  const bridge = closing(await connectBridge(second, { agentId: 'a' }))
  expect((await call(bridge, 'recall_memory', { memory_id: memory.id })).memory?.content).toBe('Before the power cut.')
})

test('a discovery file of a process that has gone, or that is no discovery file, does not stop a start', async ({ makePlace }) => {
  for (const left of [
    '{"api_url":"http://127.0.0.1:1","pid":4194303,"version":"0","started_at":"2020-01-01T00:00:00.000Z"}',
    'not json',
    '',
  ]) {
    const place = makePlace()
    writeFileSync(place.runtimeFile, left)
    const server = await place.start()
    expect((await fetch(`${server.apiUrl}/health/live`)).status).toBe(200)
  }
})

test('the discovery file is for the same person only', async ({ startServer }) => {
  const { place, ownerToken } = await startServer()
  expect(statSync(place.runtimeFile).mode & 0o777).toBe(0o600)
  expect(ownerToken.length).toBeGreaterThanOrEqual(32)
})

test('SIGTERM ends it cleanly: running calls are answered, sockets close with 1001, exit code 0, nothing left behind', async ({
  startServer,
  closing,
}) => {
  const server = await (await startServer()).untilHealthy()
  const socket = closing(await RawSocket.open(server.wsUrl, { 'x-agent-id': 'last' }))
  const feed = closing(await RawSocket.open(`${server.apiUrl.replace('http', 'ws')}/api/v1/events`, { 'x-agent-id': 'last' }))
  const answers = Array.from({ length: 20 }, (_, number) =>
    socket.request('create_memory', { content: `Written in the last moment, ${number}.` }),
  )
  await until('the first answers', () => socket.messages.some((message) => message.id === 'raw-1'))
  const ending = server.stop()
  const settled = await Promise.allSettled(answers)
  expect(settled.filter(({ status }) => status === 'rejected')).toEqual([])
  expect(await socket.closed).toMatchObject({ code: 1001 })
  expect(await feed.closed).toMatchObject({ code: 1001 })
  expect(await ending).toEqual({ code: 0, signal: null })
  expect(existsSync(server.place.runtimeFile)).toBe(false)
  const again = await server.place.start()
  const list = await new RestClient(again.apiUrl, { agentId: 'last' }).get('/memory?limit=100')
  const acknowledged = settled.filter((answer) => answer.status === 'fulfilled' && answer.value.result !== undefined)
  expect((list.body['memories'] as unknown[]).length).toBeGreaterThanOrEqual(acknowledged.length)
})

test('npm start without a display says in one line why there is no window, and serves', async ({ makePlace }) => {
  const place = makePlace()
  const start = place.run(process.execPath, [
    join(ROOT, 'resources', 'scripts', 'start.ts'),
    '--api-port',
    '0',
    '--ws-port',
    '0',
    '--data-dir',
    place.dataDir,
  ])
  const file = await until('the discovery file', () => start.isRunning && place.discovery(), 50_000)
  expect(start.stderr.split('\n').filter((line) => line.startsWith('No window'))).toEqual([
    'No window: there is no display. The server runs without one; its dashboard opens in any browser.',
  ])
  // Printed after the file is written.
  await until('the address of the dashboard', () => start.stdout.includes(`dashboard  ${file.api_url}/`))
  expect((await fetch(`${file.api_url}/health`)).status).toBe(200)
  start.signal('SIGTERM')
  expect(await start.ended).toEqual({ code: 0, signal: null })
})
