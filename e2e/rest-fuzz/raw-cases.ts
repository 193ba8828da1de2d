import { connect } from 'node:net'
import { SeededRandom } from '../faults/seeded-random.ts'

/** How long the server may keep a connection open that has sent all it ever will, in milliseconds. */
const END_MS = 10_000
/** How long an answer may take before the client closes its end, in milliseconds: a server need not answer who has gone. */
const ANSWER_MS = 40

/**
 * Bytes that no HTTP library sends: lengths that lie, two lengths, a body in two ways at once, no host, half a request. Returns what is
 * wrong with what came back, which may be nothing: a server may hang up on what it cannot read.
 */
export async function rawCase(seed: string, number: number, apiUrl: string): Promise<string[]> {
  const random = new SeededRandom(`${seed}:raw:${number}`)
  const { hostname, port, host } = new URL(apiUrl)
  const bytes = rawBytes(random, host)
  const answer = await exchange(hostname, Number(port), bytes)
  const shown = `${JSON.stringify(bytes.toString('latin1').slice(0, 400))} -> ${JSON.stringify(answer?.slice(0, 400))}`
  if (answer === undefined) return [`the connection stayed open: ${shown}`]
  const statuses = [...answer.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status))
  if (answer !== '' && statuses.length === 0) return [`that is no HTTP: ${shown}`]
  const [, body] = /\r\n\r\n(\{[^]*\})$/.exec(answer) ?? []
  const isRefused = (statuses.at(-1) ?? 0) >= 400
  return [
    ...(statuses.some((status) => status >= 500) ? [`it failed: ${shown}`] : []),
    ...(isRefused && body !== undefined && !/"error":\s*\{"code":"/.test(body) ? [`its refusal looks unlike the others: ${shown}`] : []),
  ]
}

function rawBytes(random: SeededRandom, host: string): Buffer {
  const path = random.pick([
    '/api/v1/memory',
    '/api/v1/import',
    '/api/v1/tasks',
    '/health',
    '/mcp',
    '//mcp',
    '/mcp?x=%ZZ#y',
    '/api/v1/login',
  ])
  const body = random.pick(['{"content":"raw"}', '{}', 'x', ''])
  const post = (headers: string, text: string = body): string =>
    `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n${headers}\r\n${text}`
  const length = Buffer.byteLength(body)
  const text = random.pick([
    () => post(`Content-Length: ${length + random.whole(1, 500)}\r\n`),
    () => post(`Content-Length: ${Math.max(0, length - 3)}\r\n`),
    () => post(`Content-Length: ${length}\r\nContent-Length: ${length + 1}\r\n`),
    () => post(`Content-Length: ${length}\r\nTransfer-Encoding: chunked\r\n`),
    () => post(`Transfer-Encoding: chunked, identity\r\n`),
    () => post('Transfer-Encoding: chunked\r\n', `${random.pick(['ZZ', '-1', 'ffffffffffffffff', '5;x=y'])}\r\nhello\r\n0\r\n\r\n`),
    () => post('Transfer-Encoding: chunked\r\n', `2\r\n{}\r\n0\r\nX-Trailer: ${'t'.repeat(20_000)}\r\n\r\n`),
    () => post(`Content-Length: ${random.pick(['-1', '+5', '1_0', '0x5', '18446744073709551617', 'NaN', ' '])}\r\n`),
    () => post(`Expect: 100-continue\r\nContent-Length: ${length}\r\n`),
    () => `GET ${path} HTTP/1.1\r\n\r\n`,
    () => `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nHost: evil.test\r\n\r\n`,
    () => `GET ${path} HTTP/9.9\r\nHost: ${host}\r\n\r\n`,
    () => `GET ${path}\r\n\r\n`,
    () => `GET ${path}\u00ff\u0001 HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
    () => `GET ${path} x HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
    () => `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nno colon here\r\n\r\n`,
    () => `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nX-Nul: a\u0000b\r\n\r\n`,
    () => `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n folded: yes\r\n\r\n`,
    () => `GET ${path} HTTP/1.1\nHost: ${host}\n\n`,
    () => `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nX-Big: ${'b'.repeat(random.pick([15_000, 17_000, 200_000]))}\r\n\r\n`,
    () => `GET /${'p'.repeat(random.pick([9_000, 30_000]))} HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
    () => `FROB ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
    () => `CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
    () => `GET http://evil.test${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
    () => `GET ${path} HTTP/1.0\r\n\r\n`,
    () => `GET ${path} HT`,
    () => '\r\n\r\n\r\n',
    () => `GET /health HTTP/1.1\r\nHost: ${host}\r\n\r\n`.repeat(random.whole(2, 40)),
    () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    () => '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003',
    () => random.bytes(random.whole(1, 400)).toString('latin1'),
  ])()
  return Buffer.from(text, 'latin1')
}

/** Sends it all, gives a moment for an answer, says that nothing more comes, and reads to the end. Undefined when there is none. */
function exchange(hostname: string, port: number, bytes: Buffer): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, hostname)
    let read = ''
    const timer = setTimeout(() => {
      resolve(undefined)
      socket.destroy()
    }, END_MS)
    socket.setEncoding('latin1').on('data', (chunk: string) => (read += chunk))
    // Being reset is an end too.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(read)
    })
    socket.write(bytes)
    setTimeout(() => socket.end(), ANSWER_MS)
  })
}
