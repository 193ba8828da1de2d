import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { RunningServer } from '../processes/server-process.ts'
import { AnswerLedger } from './answer-ledger.ts'
import { makeCase, MODERN_META } from './odd-messages.ts'
import type { Era } from './odd-messages.ts'
import { SeededRandom } from './seeded-random.ts'
import { waitFor } from './wait-for.ts'

const ANSWERS_WITHIN_MS = 20_000
const MAX_MESSAGE_BYTES = 1024 * 1024

const CLIENT = '{"name":"fuzz","version":"1"}'
const OPENINGS: Readonly<Record<Era, string | undefined>> = {
  legacy: `{"jsonrpc":"2.0","id":"open","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":${CLIENT}}}`,
  modern: `{"jsonrpc":"2.0","id":"open","method":"tools/call","params":{"name":"nope",${MODERN_META}}}`,
  open: undefined,
}

/** One connection that is sent `count` cases as text frames, all at once, and then ended in one of many ways. Returns what went wrong. */
export async function fuzzWebSocket(server: RunningServer, seed: string, count: number): Promise<string[]> {
  const random = new SeededRandom(seed)
  const ledger = new AnswerLedger()
  const socket = await openSocket(server)
  let closeCode: number | undefined
  socket.on('close', (code) => (closeCode = code))
  socket.on('message', (data, isBinary) => {
    if (isBinary) throw new Error('A binary frame came.')
    ledger.take((data as Buffer).toString('utf8')) // `ws` hands out one Buffer for a text frame
  })
  const era = random.pick(['legacy', 'modern', 'open'] as const)
  const opening = OPENINGS[era]
  if (opening !== undefined) send(socket, ledger, Buffer.from(opening))
  for (let number = 1; number < count; number += 1) {
    const { bytes, contains } = makeCase(random, number, era)
    // What is no UTF-8 ends a connection, so that is one of the endings.
    send(socket, ledger, Buffer.from(bytes.toString('utf8')), contains)
  }
  send(socket, ledger, Buffer.from('{"jsonrpc":"2.0","id":"last","method":"ping"}'))
  await waitFor(() => ledger.isSettled || closeCode !== undefined, ANSWERS_WITHIN_MS)
  const faults = closeCode === undefined ? [] : [`the connection was closed with ${closeCode}`]
  faults.push(...ledger.close())
  if (closeCode === undefined) faults.push(...(await endIt(socket, random)))
  socket.terminate()
  return faults
}

async function openSocket(server: RunningServer): Promise<WebSocket> {
  const socket = new WebSocket(server.wsUrl, { headers: { 'x-agent-id': 'fuzz' }, perMessageDeflate: false })
  socket.on('error', () => undefined)
  await once(socket, 'open')
  return socket
}

function send(socket: WebSocket, ledger: AnswerLedger, bytes: Buffer, contains?: string): void {
  ledger.owe({ bytes, ...(contains !== undefined && { contains }) })
  socket.send(bytes, { binary: false })
}

/** The last case of a connection: what ends it, and with which code. */
async function endIt(socket: WebSocket, random: SeededRandom): Promise<string[]> {
  const text = (bytes: Buffer) => () => socket.send(bytes, { binary: false })
  const [name, code, act] = random.weighted<readonly [string, number, () => void]>([
    [6, ['a goodbye', 1000, () => socket.close(1000)]],
    [6, ['a binary frame', 1003, () => socket.send(random.bytes(random.whole(0, 50)))]],
    [6, ['a text that is no UTF-8', 1007, text(Buffer.from([0x22, random.pick([0xc0, 0xff, 0x80]), 0x22]))]],
    [1, ['a frame above the limit', 1009, text(Buffer.alloc(MAX_MESSAGE_BYTES + random.whole(1, 9), 0x5b))]],
    [3, ['a broken connection', 1006, () => socket.terminate()]],
  ])
  const closed = once(socket, 'close').then(([got]) => got as number) // the first argument of the event
  act()
  let got: number | undefined
  void closed.then((value) => (got = value))
  await waitFor(() => got !== undefined, ANSWERS_WITHIN_MS)
  return got === code ? [] : [`after ${name} the connection was closed with ${got}, not ${code}`]
}
