import { setTimeout as delay } from 'node:timers/promises'
import { BAD_CALLS } from './bad-input/cases.ts'
import { openWires, RawBridge } from './bad-input/wires.ts'
import { connectNamedWs } from './clients/mcp-clients.ts'
import { rawHttp } from './clients/raw-http.ts'
import { RawSocket } from './clients/raw-socket.ts'
import { RestClient } from './clients/rest-client.ts'
import { call } from './clients/tool-calls.ts'
import { expect, test } from './fixtures.ts'

/** What an inner part of the server would look like on a wire. */
const INNER = /\bat [^\n"]+[:(][^\n"]*:\d+:\d+|node_modules|src-main|\/out\/main\/|SQLITE_|ZodError|SqliteError|\.ts:\d+/

const MODERN_LIST =
  '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}'

const TEN_MB = 10 * 1024 * 1024

test('every bad call is refused on every wire with a sentence that names the field, and nothing is stored', async ({
  sharedServer,
  closing,
}) => {
  const bystander = closing(await connectNamedWs(sharedServer, { agentId: 'bystander' }))
  const wires = await openWires(sharedServer, 'bad', closing)
  const faults: string[] = []
  for (const wire of wires) {
    for (const { name, tool, args, says } of BAD_CALLS) {
      const { isRefused, message, text } = await wire.call(tool, args)
      if (!isRefused) faults.push(`${wire.name}, ${tool}, ${name}: was accepted: ${text.slice(0, 200)}`)
      else if (!says.test(message)) faults.push(`${wire.name}, ${tool}, ${name}: ${says} is not what it says: ${message.slice(0, 300)}`)
      else if (message.length > 2_000) faults.push(`${wire.name}, ${tool}, ${name}: says ${message.length} characters`)
    }
    const fine = await wire.call('list_memories', '{}')
    if (fine.isRefused || !/"total":0\b|\\"total\\":0\b/.test(fine.text))
      faults.push(`${wire.name}: something was stored, or the wire is broken: ${fine.text.slice(0, 300)}`)
    const inner = INNER.exec(wire.carried())
    if (inner) faults.push(`${wire.name} shows an inner part: ${inner[0]}`)
  }
  expect(faults.join('\n')).toBe('')
  const stored = await call(bystander, 'store_memory', { content: 'I saw nothing of all that.' })
  expect((await call(bystander, 'semantic_search', { query: 'nothing of all that' })).memories[0]?.id).toBe(stored.memory.id)
})

test('a field named __proto__ is refused or dropped, and becomes nobody’s property', async ({ sharedServer, closing }) => {
  const args =
    '{"content":"fine","__proto__":{"is_owner":true},"context":{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}}'
  for (const wire of await openWires(sharedServer, 'proto', closing)) {
    const { isRefused, text } = await wire.call('store_memory', args)
    if (!isRefused) expect(text, wire.name).not.toContain('is_owner')
    const after = await wire.call('get_agent_info', '{}')
    expect(after.text, wire.name).toMatch(/is_owner\\*":false/)
    expect(after.text, wire.name).not.toContain('polluted')
  }
})

test('what is at the edge of what is allowed is stored verbatim', async ({ sharedServer, closing }) => {
  const contents = [
    'x',
    'x'.repeat(100_000),
    '😀'.repeat(40_000),
    'tab\tline\nreturn\r\nescape \u001b[1mbold\u001b[0m',
    '\u0000'.length === 1 ? 'nul is not here' : '',
    'e\u0301 é \u200d \u202e \ufeff',
    '"quotes" \\ back\\slash </script><img src=x>',
    "'; DROP TABLE memories; --",
    '${x} {{x}} %s %00 \\u0000',
    '日本語 한국어 العربية 🏳️‍🌈',
  ]
  const wires = await openWires(sharedServer, 'edge', closing)
  for (const wire of wires) {
    for (const content of contents) {
      const { isRefused, text } = await wire.call(
        'store_memory',
        JSON.stringify({ content, importance: 1, tags: ['a'.repeat(64)], context: { [content.slice(0, 20)]: null } }),
      )
      expect(isRefused, `${wire.name}: ${text.slice(0, 200)}`).toBe(false)
    }
    const listed = await new RestClient(sharedServer.apiUrl, { agentId: wire.agentId }).get('/memory?sort=oldest&limit=100')
    expect(
      (listed.body['memories'] as { content: string }[]).map(({ content }) => content),
      wire.name,
    ).toEqual(contents)
  }
})

test('broken frames are answered on the WebSocket with the code of what is wrong, and the connection stays', async ({
  sharedServer,
  closing,
}) => {
  const socket = closing(await RawSocket.open(sharedServer.wsUrl, { 'x-agent-id': 'breaker' }))
  const frames: readonly (readonly [string, number, RegExp])[] = [
    ['{"jsonrpc":"2.0","id":1,"method":', -32700, /not JSON/],
    ['', -32700, /not JSON/],
    ['hello', -32700, /not JSON/],
    ['{"jsonrpc":"2.0","id":1,"method":"create_memory","params":{"content":"x","importance":NaN}}', -32700, /not JSON/],
    ['{"jsonrpc":"2.0","id":1,"method":"create_memory","params":{"content":"x","importance":Infinity}}', -32700, /not JSON/],
    ['[]', -32600, /batches/],
    ['[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"ping"}]', -32600, /batches/],
    ['null', -32600, /object/],
    ['"text"', -32600, /object/],
    ['{}', -32600, /jsonrpc/],
    ['{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600, /jsonrpc/],
    ['{"jsonrpc":"2.0","id":1,"method":7}', -32600, /method/],
    ['{"jsonrpc":"2.0","id":1}', -32600, /method/],
    ['{"jsonrpc":"2.0","id":1,"method":"ping","params":"x"}', -32600, /params/],
    ['{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600, /id/],
    ['{"jsonrpc":"2.0","id":1.5,"method":"ping"}', -32600, /id/],
    ['{"jsonrpc":"2.0","id":{},"method":"ping"}', -32600, /id/],
    [`{"jsonrpc":"2.0","id":"${'x'.repeat(300)}","method":"ping"}`, -32600, /id/],
    ['{"jsonrpc":"2.0","id":1,"method":"no/such/method"}', -32601, /not found|no\/such\/method/i],
    ['{"jsonrpc":"2.0","id":1,"method":"__proto__"}', -32601, /not found|__proto__/i],
    ['{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{}}', -32602, /name/],
    ['{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":7}}', -32602, /name/],
    ...['nope', '__proto__', 'constructor', 'toString', 'list_sessions', 'x'.repeat(5_000)].map(
      (name) =>
        [`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${name}","arguments":{}}}`, -32602, /There is no tool/] as const,
    ),
  ]
  for (const [frame, code, says] of frames) {
    const { error } = await socket.exchange(frame, (message) => message.method === undefined)
    expect(error, frame.slice(0, 100)).toMatchObject({ code, message: expect.stringMatching(says) })
    expect(error?.message.length).toBeLessThan(1_000)
  }
  for (const ignored of [
    '{"jsonrpc":"2.0","method":"notifications/nobody-knows"}',
    '{"jsonrpc":"2.0","id":77,"result":{}}',
    '{"jsonrpc":"2.0","id":"never","error":{"code":1,"message":"x"}}',
  ])
    socket.send(ignored)
  expect((await socket.request('ping')).result).toEqual({})
  expect(socket.frames.join('\n')).not.toMatch(INNER)
})

test('a binary frame closes with 1003 and a frame above the limit with 1009, and nobody else notices', async ({
  sharedServer,
  closing,
}) => {
  const neighbour = closing(await RawSocket.open(sharedServer.wsUrl, { 'x-agent-id': 'neighbour' }))
  const binary = await RawSocket.open(sharedServer.wsUrl)
  binary.send(new TextEncoder().encode('{"jsonrpc":"2.0","id":1,"method":"ping"}'))
  expect((await binary.closed).code).toBe(1003)
  for (const bytes of [1024 * 1024 + 1, TEN_MB]) {
    const large = await RawSocket.open(sharedServer.wsUrl, { 'x-agent-id': 'giant' })
    large.send(`{"jsonrpc":"2.0","id":1,"method":"create_memory","params":{"content":"${'x'.repeat(bytes)}"}}`)
    expect((await large.closed).code).toBe(1009)
  }
  expect((await neighbour.request('ping')).result).toEqual({})
  expect((await new RestClient(sharedServer.apiUrl, { agentId: 'giant' }).get('/memory')).body).toMatchObject({ total: 0 })
})

test('a line of 10 MB gets an error through the bridge, and the bridge goes on', async ({ sharedServer, closing }) => {
  const bridge = closing(new RawBridge(sharedServer, 'long-winded'))
  const answer = await bridge.exchange(
    `{"jsonrpc":"2.0","id":"big","method":"tools/call","params":{"name":"store_memory","arguments":{"content":"${'x'.repeat(TEN_MB)}"}}}`,
    (message) => message.id === 'big' || message.id === null,
  )
  expect(answer.error?.message).toMatch(/large|long|big|limit|size|MiB/i)
  const after = await bridge.exchange('{"jsonrpc":"2.0","id":"after","method":"ping"}', (message) => message.id === 'after')
  expect(after.result).toEqual({})
  for (const broken of ['{"jsonrpc":', '[]', 'hello', '[{"jsonrpc":"2.0","id":1,"method":"ping"}]']) {
    expect((await bridge.exchange(broken, (message) => message.id === null)).error?.code, broken).toBeLessThanOrEqual(-32600)
  }
  expect((await bridge.exchange('{"jsonrpc":"2.0","id":"last","method":"ping"}', (message) => message.id === 'last')).result).toEqual({})
  expect((await new RestClient(sharedServer.apiUrl, { agentId: 'long-winded' }).get('/memory')).body).toMatchObject({ total: 0 })
})

test('REST refuses bodies that are too large, broken or of another type, with the shape of every error', async ({ sharedServer }) => {
  const rest = new RestClient(sharedServer.apiUrl, { agentId: 'rest-breaker' })
  const shape = (code: string, message: RegExp) => ({
    error: { code, message: expect.stringMatching(message), request_id: expect.stringMatching(/^[0-9a-f-]{36}$/) },
  })
  const attempts: readonly (readonly [
    string,
    Promise<{ status: number; body: Record<string, unknown>; text: string }>,
    number,
    ReturnType<typeof shape>,
  ])[] = [
    ['10 MB', rest.send('POST', '/memory', JSON.stringify({ content: 'x'.repeat(TEN_MB) })), 413, shape('too_large', /too large/)],
    ['half of a body', rest.send('POST', '/memory', '{"content":'), 400, shape('invalid_request', /JSON|could not be read/)],
    ['NaN', rest.send('POST', '/memory', '{"content":"x","importance":NaN}'), 400, shape('invalid_request', /could not be read/)],
    ['nothing', rest.send('POST', '/memory', ''), 400, shape('invalid_request', /empty|content is required/)],
    [
      'a batch',
      rest.send('POST', '/memory', '[{"content":"a"},{"content":"b"}]'),
      400,
      shape('invalid_request', /must be a JSON object \(got a list\)/),
    ],
    ['null', rest.send('POST', '/memory', 'null'), 400, shape('invalid_request', /content is required|object/)],
    [
      'a form',
      rest.send('POST', '/memory', 'content=x', { 'content-type': 'application/x-www-form-urlencoded' }),
      400,
      shape('invalid_request', /Content-Type: application\/json/),
    ],
    [
      'plain text',
      rest.send('POST', '/memory', '{"content":"x"}', { 'content-type': 'text/plain' }),
      400,
      shape('invalid_request', /Content-Type|object/),
    ],
    ['another path', rest.get('/nothing/here'), 404, shape('not_found', /There is no GET \/api\/v1\/nothing\/here/)],
    ['another method', rest.send('PUT', '/memory'), 404, shape('not_found', /There is no PUT/)],
    ['an id that is none', rest.get('/memory/42'), 400, shape('invalid_request', /memory_id must be a UUID/)],
    ['a broken escape', rest.get('/memory/%E0%A4%A'), 400, shape('invalid_request', /./)],
    [
      'a limit that is no number',
      rest.get('/memory?limit=ten'),
      400,
      shape('invalid_request', /limit must be a whole number \(got "ten"\)/),
    ],
    ['an unknown parameter', rest.get('/memory?offset=3'), 400, shape('invalid_request', /Unknown field "offset"/)],
    ['a parameter twice', rest.get('/memory?limit=1&limit=2'), 400, shape('invalid_request', /limit/)],
  ]
  for (const [name, attempt, status, body] of attempts) {
    const answer = await attempt
    expect({ status: answer.status, body: answer.body }, name).toMatchObject({ status, body })
    expect(answer.text, name).not.toMatch(INNER)
  }
  expect((await rest.get('/memory')).body).toMatchObject({ total: 0 })
})

test('a client that sends too much is answered with the limit, never cut off', async ({ sharedServer }) => {
  const body = JSON.stringify({ content: 'x'.repeat(TEN_MB) })
  for (let round = 0; round < 15; round += 1) {
    for (const path of ['/api/v1/memory', '/mcp']) {
      const answer = await rawHttp(`${sharedServer.apiUrl}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      })
      expect(answer.status).toBe(413)
      expect(JSON.parse(answer.text)).toMatchObject({ error: { code: 'too_large', details: { limit_bytes: 4 * 1024 * 1024 } } })
    }
  }
})

test('/mcp refuses bodies that are too large or broken in both eras', async ({ sharedServer }) => {
  const post = (body: string, headers: Record<string, string> = {}) =>
    rawHttp(`${sharedServer.apiUrl}/mcp`, {
      method: 'POST',
      body,
      headers: {
        'x-agent-id': 'mcp-breaker',
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      },
    })
  const modern = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/list' }
  const attempts: readonly (readonly [string, Awaited<ReturnType<typeof post>>, number, number | undefined])[] = [
    [
      '10 MB',
      await post(
        `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"store_memory","arguments":{"content":"${'x'.repeat(TEN_MB)}"}}}`,
      ),
      413,
      undefined,
    ],
    ['half a body', await post('{"jsonrpc":"2.0",'), 400, -32700],
    ['nothing', await post(''), 400, -32700],
    ['a modern batch', await post(`[${MODERN_LIST}]`, modern), 400, -32600],
    ['no JSON-RPC', await post('{"hello":"world"}'), 400, undefined],
    [
      'a modern request without its envelope',
      await post('{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}', modern),
      400,
      -32602,
    ],
    ['a form', await post('a=b', { 'content-type': 'application/x-www-form-urlencoded' }), 415, undefined],
  ]
  for (const [name, { status, text }, wanted, code] of attempts) {
    expect(status, `${name}: ${text.slice(0, 200)}`).toBe(wanted)
    if (code !== undefined) expect(text, name).toContain(`"code":${code}`)
    expect(text, name).not.toMatch(INNER)
  }
  const get = await rawHttp(`${sharedServer.apiUrl}/mcp`, { headers: { accept: 'text/event-stream' } })
  expect(get.status).toBe(405)
  expect((await new RestClient(sharedServer.apiUrl, { agentId: 'mcp-breaker' }).get('/memory')).body).toMatchObject({ total: 0 })
})

test('a client that connects and says nothing, half a request or nonsense harms nobody', async ({ sharedServer, closing }) => {
  const { connect } = await import('node:net')
  const held = [
    '',
    'POST /api/v1/memory HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n{"content":',
    '\u0016\u0003\u0001\u0002\u0000\u0001\u0000',
    'GET / HTTP/9.9\r\n\r\n',
    `GET / HTTP/1.1\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`,
  ]
  const sockets = [sharedServer.apiPort, sharedServer.wsPort].flatMap((port) =>
    held.map((text) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(text))
      socket.on('error', () => undefined)
      return closing({ close: () => socket.destroy() })
    }),
  )
  expect(sockets.length).toBe(10)
  await delay(100)
  expect((await sharedServer.health()).status).toBe('healthy')
  const client = closing(await RawSocket.open(sharedServer.wsUrl, { 'x-agent-id': 'patient' }))
  expect((await client.request('ping')).result).toEqual({})
})
