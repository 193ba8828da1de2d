import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'

const PAGE = '<!doctype html><title>Another page</title><body></body>'
/** Reads what it is told to, and tells what it got. */
const WORKER = `
self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))
self.addEventListener('message', (event) => {
  const ask = (init) => fetch(event.data + '/api/v1/memory', init).then(
    async (response) => response.type === 'opaque' ? 'opaque' : response.ok ? 'read: ' + (await response.text()).slice(0, 200) : 'status ' + response.status,
    () => 'refused')
  Promise.all([ask({ credentials: 'include' }), ask({ mode: 'no-cors', credentials: 'include' })])
    .then((answers) => event.ports[0].postMessage(answers.find((answer) => answer.startsWith('read')) ?? answers.join(', ')))
})`

/**
 * A web server of somebody else on this machine: its page attacks, and as a target it is one that forgot every defence, so that what an
 * attack can do is seen on it.
 */
export class AttackerSite {
  readonly port: number
  /** Method and path of everything that came. */
  readonly requests: string[] = []
  readonly #http: Server
  readonly #sockets = new WebSocketServer({ noServer: true })

  private constructor(http: Server) {
    this.#http = http
    this.port = (http.address() as AddressInfo).port // a TCP server has no other kind of address
    http.on('request', (request, response) => {
      this.requests.push(`${request.method} ${request.url}`)
      for (const [name, value] of Object.entries(allowances(request))) response.setHeader(name, value)
      if (request.url === '/worker.js') response.setHeader('content-type', 'text/javascript').end(WORKER)
      else if (request.url === '/sandboxed') response.setHeader('content-security-policy', 'sandbox allow-scripts allow-forms allow-popups')
      if (!response.writableEnded) answer(request, (type, text) => response.setHeader('content-type', type).end(text))
    })
    http.on('upgrade', (request, socket, head) => {
      this.requests.push(`UPGRADE ${request.url}`)
      this.#sockets.handleUpgrade(request, socket, head, () => undefined)
    })
  }

  static async start(): Promise<AttackerSite> {
    const http = createServer()
    http.listen(0, '127.0.0.1')
    await once(http, 'listening')
    return new AttackerSite(http)
  }

  close(): void {
    this.#http.close()
    this.#http.closeAllConnections()
  }
}

function allowances({ headers, method }: IncomingMessage): Record<string, string> {
  return {
    'access-control-allow-origin': headers.origin ?? '*',
    'access-control-allow-credentials': 'true',
    ...(method === 'OPTIONS' && {
      'access-control-allow-methods': 'GET, POST, PATCH, DELETE',
      'access-control-allow-headers': 'content-type, x-agent-id, accept',
    }),
  }
}

/** Something of the kind that the part of a page asks for. */
function answer({ headers, url }: IncomingMessage, send: (type: string, text: string | Buffer) => void): void {
  const kind = headers['sec-fetch-dest']
  if (kind === 'script') send('text/javascript', 'void 0')
  else if (kind === 'style') send('text/css', 'body {}')
  else if (kind === 'image') send('image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>')
  else if (headers.accept === 'text/event-stream') send('text/event-stream', 'data: 1\n\n')
  else send('text/html', url?.startsWith('/api') ? `${PAGE}reached` : PAGE)
}
