import { connect } from 'node:net'
import type { RunningServer } from '../processes/server-process.ts'
import { shown } from './answer-ledger.ts'
import { SeededRandom } from './seeded-random.ts'
import { waitFor } from './wait-for.ts'

const ANSWER_WITHIN_MS = 10_000

/** Statuses that say whose fault it is: never 500. */
const ALLOWED = new Set([100, 101, 200, 302, 400, 401, 403, 404, 405, 408, 411, 413, 414, 417, 426, 431, 501, 503, 505])

/** One connection to either port that does not begin as it should. Returns what went wrong. */
export async function fuzzHandshake(server: RunningServer, seed: string): Promise<string[]> {
  const random = new SeededRandom(seed)
  const [port, path] = random.chance(0.7) ? [server.wsPort, '/mcp'] : [server.apiPort, '/api/v1/events']
  const bytes = oddHandshake(random, port, path)
  // A client that keeps its side open could wait for the server's time limit; those that do, go after a moment.
  const isHalfClosed = random.chance(0.8)
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  let read = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => (read = Buffer.concat([read, chunk])))
  socket.write(bytes)
  if (isHalfClosed) socket.end()
  const isDone = await waitFor(() => socket.closed || (!isHalfClosed && read.length > 0), isHalfClosed ? ANSWER_WITHIN_MS : 50)
  socket.destroy()
  const faults: string[] = []
  if (isHalfClosed && !isDone) faults.push(`the connection stayed open after ${shown(bytes.toString('latin1'))}`)
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(read.toString('latin1'))?.[1])
  if (read.length > 0 && !ALLOWED.has(status)) faults.push(`${status} came for ${shown(bytes.toString('latin1'))}`)
  return faults
}

function oddHandshake(random: SeededRandom, port: number, path: string): Buffer {
  const headers = [
    `Host: 127.0.0.1:${port}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'X-Agent-ID: handshakes',
  ]
  const odd = [
    'Sec-WebSocket-Version: 12',
    'Sec-WebSocket-Version: x',
    'Sec-WebSocket-Key: short',
    'Sec-WebSocket-Protocol: ,,mcp',
    'Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99',
    'Upgrade: h2c',
    'Connection: close',
    'Host: evil.example',
    'Host: ',
    'Origin: https://evil.example',
    'Origin: null',
    'X-Agent-ID: no spaces please',
    `X-Agent-ID: ${'a'.repeat(5_000)}`,
    'X-Agent-ID: owner',
    'X-Agent-ID: \u00e9\u0001',
    'X-Agent-Namespace: ../..',
    'X-Agent-Capabilities: {"a":',
    `X-Agent-Capabilities: ${'['.repeat(4_000)}${']'.repeat(4_000)}`,
    `X-Agent-Capabilities: {"x":"${'x'.repeat(9_000)}"}`,
    'X-Session-Resume: ' + 'r'.repeat(500),
    'X-Session-Resume: nobody-gave-this',
    'Authorization: Bearer ' + 'x.'.repeat(500),
    'Authorization: Basic Zm9vOmJhcg==',
    'Cookie: tmws_owner=' + 'y'.repeat(100),
    'Transfer-Encoding: chunked',
    'Content-Length: 10',
    'Content-Length: -1',
    'Expect: 100-continue',
    `X-Large: ${'z'.repeat(20_000)}`,
    'No colon at all',
    ': no name',
    'X: a\rb',
  ]
  for (let times = random.whole(1, 3); times > 0; times -= 1) {
    const at = random.whole(0, headers.length)
    if (random.chance(0.25)) headers.splice(at, 1)
    else headers.splice(at, random.chance(0.5) ? 1 : 0, random.pick(odd))
  }
  const method = random.chance(0.9) ? 'GET' : random.pick(['POST', 'CONNECT', 'OPTIONS', 'get', 'G\u0000T', ''])
  const target = random.chance(0.8)
    ? path
    : random.pick([
        '/',
        '//',
        '/nope',
        '*',
        '/%',
        '/%00',
        `http://127.0.0.1:${port}${path}`,
        '/../../etc',
        `/${'p'.repeat(20_000)}`,
        'no-slash',
        `${path}?x=%zz`,
      ])
  const version = random.chance(0.9) ? 'HTTP/1.1' : random.pick(['HTTP/1.0', 'HTTP/2.0', 'HTTP/9.9', 'HTTQ/1.1', ''])
  const end = random.chance(0.9) ? '\r\n' : random.pick(['\n', '\r'])
  const whole = Buffer.from(`${method} ${target} ${version}${end}${headers.join(end)}${end}${end}`, 'latin1')
  if (random.chance(0.1)) return random.bytes(random.whole(0, 300))
  if (random.chance(0.15)) return whole.subarray(0, random.whole(0, whole.length))
  return whole
}
