import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { WebSocket, WebSocketServer } from 'ws'
import { series } from './statistics.ts'

const SELF = fileURLToPath(import.meta.url)

/** What no server can beat on this machine now: a bare `ws` echo in a process of its own. Times in milliseconds. */
export async function measureEchoFloor(count: number): Promise<{ connect: number[]; roundTrip: number[] }> {
  const child = fork(SELF, ['--serve'])
  try {
    const port = await new Promise<number>((resolve) => child.once('message', (message) => resolve(message as number))) // sent below
    const url = `ws://127.0.0.1:${port}`
    const connect = await series(Math.min(count, 200), async () => (await open(url)).close())
    const socket = await open(url)
    const roundTrip = await series(count, () => echo(socket))
    socket.close()
    return { connect, roundTrip }
  } finally {
    child.kill()
  }
}

function open(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, { perMessageDeflate: false })
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(socket))
    socket.once('error', reject)
  })
}

function echo(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('message', () => resolve())
    socket.send('{"jsonrpc":"2.0","id":1,"method":"echo"}')
  })
}

if (process.argv[1] === SELF && process.argv.includes('--serve')) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
  server.on('connection', (socket) => socket.on('message', (data) => socket.send(data as Buffer)))
  server.on('listening', () => process.send?.((server.address() as { port: number }).port))
}
