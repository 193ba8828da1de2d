import fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { mountBodyDeadlines } from './body-deadlines.ts'

const BODY_MS = 1_500

let app: FastifyInstance
let received: number
const sockets: Socket[] = []

beforeEach(async () => {
  received = 0
  app = fastify({ forceCloseConnections: true })
  mountBodyDeadlines(app, { bodyMs: BODY_MS, silenceMs: BODY_MS })
  app.addContentTypeParser('*', (_request, payload, parsed) => parsed(null, payload))
  const read = async (body: unknown): Promise<{ bytes: number }> => {
    for await (const chunk of body as AsyncIterable<Buffer>) received += chunk.length
    return { bytes: received }
  }
  app.post('/plain', ({ body }) => read(body))
  app.post('/long', { config: { isLongUpload: true } }, ({ body }) => read(body))
  app.post('/refused', { config: { isLongUpload: true } }, (_request, reply) => reply.code(403).send({}))
  await app.listen({ host: '127.0.0.1', port: 0 })
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await app.close()
})

/** Sends the head of a request, and gives what comes back and when it is over. */
function post(path: string, length: number): { socket: Socket; answer: () => string; ended: Promise<unknown> } {
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
  sockets.push(socket)
  let text = ''
  socket.on('data', (chunk) => (text += chunk.toString()))
  socket.on('error', () => undefined)
  socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\nContent-Length: ${length}\r\n\r\n`)
  return { socket, answer: () => text, ended: new Promise((resolve) => socket.once('close', resolve)) }
}

test('a body that keeps coming is cut off at its time, a long upload is not', async () => {
  const [plain, long] = [post('/plain', 40), post('/long', 40)]
  for (let sent = 0; sent < 40; sent += 1) {
    for (const { socket } of [plain, long]) if (socket.writable) socket.write('x')
    await delay(80)
  }
  await plain.ended
  expect(plain.answer()).toContain('408 Request Timeout')
  await expect.poll(long.answer, { timeout: 5_000 }).toContain('{"bytes":')
  expect(long.answer()).toContain('200 OK')
})

test('a long upload that falls silent is cut off', async () => {
  const { socket, ended, answer } = post('/long', 40)
  socket.write('half of it')
  await ended
  expect(answer()).toContain('408 Request Timeout')
})

test('whoever goes on sending after a refusal is cut off', async () => {
  const { socket, ended, answer } = post('/refused', 1_000_000)
  const drip = setInterval(() => socket.write('x'), 50)
  await ended
  clearInterval(drip)
  expect(answer()).toContain('403')
})

test('what is whole in time is left alone, also on a connection that is used again', async () => {
  const { socket, answer } = post('/plain', 4)
  socket.write('abcd')
  await delay(BODY_MS + 300)
  socket.write('POST /plain HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\nContent-Length: 2\r\n\r\nxy')
  await expect.poll(() => answer().match(/200 OK/g)?.length, { timeout: 5_000 }).toBe(2)
})
