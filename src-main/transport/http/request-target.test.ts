import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TestServer } from '../../server/testing/start-test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await TestServer.start()
})
afterAll(() => server.stop())

/** Everything that comes back for some bytes, until the server closes. `hasEnded`: the client says that nothing more comes. */
async function sendBytes(text: string, hasEnded = false): Promise<string> {
  const { hostname, port } = new URL(server.apiUrl)
  const socket = connect(Number(port), hostname)
  let read = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => (read += chunk))
  socket.on('error', () => undefined)
  if (hasEnded) socket.end(text)
  else socket.write(text)
  await once(socket, 'close')
  return read
}

describe('a request that names the whole URL', () => {
  const { host } = new URL('http://127.0.0.1')
  const get = (target: string, more = ''): Promise<string> =>
    sendBytes(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${more}\r\n`)

  test.each(['/health', '/mcp', '/api/v1/memory', '/'])('of a foreign host is refused on %s, whatever its Host says', async (path) => {
    const answer = await get(`http://evil.example${path}`)
    expect(answer).toMatch(/^HTTP\/1\.1 403 /)
    expect(answer).toContain('does not answer for the host \\"evil.example\\"')
  })

  test.each([
    ['/health', 200],
    ['?x=1', 200],
    ['', 200],
    ['/nothing', 404],
    // A stream of the older era is not offered.
    ['/mcp', 405],
  ])('of ours is answered: %s', async (path, status) => {
    expect(await get(`${server.apiUrl}${path}`)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
  })
})

describe('bytes that are no request are refused like any other', () => {
  test.each([
    ['no header', 'GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nno colon\r\n\r\n', 400, 'invalid_request'],
    ['a method that is none', 'FROB /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n', 400, 'invalid_request'],
    [
      'half a body',
      'POST /api/v1/memory HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{',
      400,
      'invalid_request',
    ],
    [
      'two lengths',
      'POST /api/v1/memory HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}',
      400,
      'invalid_request',
    ],
    ['too many headers', `GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Big: ${'b'.repeat(20_000)}\r\n\r\n`, 413, 'too_large'],
  ])('%s', async (_what, text, status, code) => {
    const answer = await sendBytes(text, text.endsWith('{'))
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    const body = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))) as { error: { code: string; request_id?: string } }
    expect(body.error).toMatchObject({ code, request_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string })
  })
})

// Older ones know no way not to.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
test.runIf(major > 24 || (major === 24 && minor >= 9))('a client that offers HTTP/2 with its request is answered in HTTP/1.1', async () => {
  const offer = 'Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\n'
  expect(await sendBytes(`GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n${offer}\r\n`)).toMatch(/^HTTP\/1\.1 200 /)
})
