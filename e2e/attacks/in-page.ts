/** What an attack works on: addresses of the server as the page writes them, and a memory that is there. */
export interface Target {
  readonly api: string
  readonly ws: string
  readonly memoryId: string
}

interface Common {
  readonly name: string
  readonly path: string
}
export type Attack = Common &
  (
    | { readonly kind: 'socket'; readonly port: 'api' | 'ws' }
    | { readonly kind: 'fetch'; readonly init: RequestInit }
    | { readonly kind: 'xhr' | 'stream' }
    | { readonly kind: 'beacon'; readonly type: string }
    | { readonly kind: 'include'; readonly tag: string; readonly source: 'src' | 'href'; readonly more?: Readonly<Record<string, string>> }
  )

const JSON_TYPE = { 'content-type': 'application/json' }
const PLANTED = '{"content":"planted"}'
const blind = { mode: 'no-cors', credentials: 'include' } as const

const attempt = (name: string, path: string, init: RequestInit = {}): Attack => ({ kind: 'fetch', name, path, init })
const include = (name: string, tag: string, path: string, more: Readonly<Record<string, string>> = {}): Attack => ({
  kind: 'include',
  name,
  tag,
  source: tag === 'link' ? 'href' : 'src',
  path,
  more,
})

/** Everything that a page can do to another server without leaving itself. */
export const ATTACKS: readonly Attack[] = [
  { kind: 'socket', name: 'the MCP WebSocket', port: 'ws', path: '/' },
  { kind: 'socket', name: 'the MCP WebSocket on its path', port: 'ws', path: '/mcp' },
  { kind: 'socket', name: 'the event feed', port: 'api', path: '/api/v1/events' },
  attempt('reading', '/api/v1/memory'),
  attempt('reading with the cookie', '/api/v1/memory', { credentials: 'include' }),
  attempt('reading blindly', '/api/v1/memory', blind),
  attempt('reading everything', '/api/v1/export', { credentials: 'include' }),
  attempt('reading everything blindly', '/api/v1/export', blind),
  attempt('asking how it is', '/health'),
  attempt('the dashboard as data', '/', { credentials: 'include' }),
  attempt('storing with JSON', '/api/v1/memory', { method: 'POST', headers: JSON_TYPE, body: PLANTED }),
  attempt('storing with JSON called text', '/api/v1/memory', {
    ...blind,
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: PLANTED,
  }),
  attempt('storing without a content type', '/api/v1/memory', { ...blind, method: 'POST' }),
  attempt('storing as a form', '/api/v1/memory', {
    ...blind,
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'content=planted',
  }),
  attempt('storing after the page has gone', '/api/v1/memory', { ...blind, method: 'POST', keepalive: true, body: PLANTED }),
  attempt('storing as another agent', '/api/v1/memory', {
    method: 'POST',
    headers: { ...JSON_TYPE, 'x-agent-id': 'writer' },
    body: PLANTED,
  }),
  attempt('importing a file blindly', '/api/v1/import', {
    ...blind,
    method: 'POST',
    body: '{"type":"entity","name":"planted","entityType":"x","observations":["planted"]}\n',
  }),
  attempt('making a backup blindly', '/api/v1/backups', { ...blind, method: 'POST' }),
  attempt('restoring one blindly', '/api/v1/backups/tmws-2026-11-22T09-30-00-123Z-manual.db/restore', { ...blind, method: 'POST' }),
  attempt('changing', '/api/v1/memory/MEMORY', {
    method: 'PATCH',
    credentials: 'include',
    headers: JSON_TYPE,
    body: '{"tags":["planted"]}',
  }),
  attempt('deleting', '/api/v1/memory/MEMORY', { method: 'DELETE', credentials: 'include' }),
  attempt('signing in', '/api/v1/login', { ...blind, method: 'POST', body: '{"token":"x"}' }),
  attempt('MCP over HTTP', '/mcp', {
    method: 'POST',
    headers: { ...JSON_TYPE, accept: 'application/json, text/event-stream' },
    body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
  }),
  attempt('MCP over HTTP called text', '/mcp', {
    ...blind,
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"store_memory","arguments":{"content":"planted"}}}',
  }),
  { kind: 'xhr', name: 'an old request with the cookie', path: '/api/v1/memory' },
  { kind: 'stream', name: 'a stream of events', path: '/mcp' },
  { kind: 'beacon', name: 'a beacon called text', path: '/api/v1/memory', type: 'text/plain' },
  { kind: 'beacon', name: 'a beacon with JSON', path: '/api/v1/memory', type: 'application/json' },
  include('a script of the memories', 'script', '/api/v1/memory'),
  include('a script of the API document', 'script', '/openapi.json'),
  include('a module of the memories', 'script', '/api/v1/memory', { type: 'module', crossOrigin: 'use-credentials' }),
  include('a style sheet', 'link', '/api/v1/memory', { rel: 'stylesheet' }),
  include('an image', 'img', '/api/v1/memory'),
  include('an image with the cookie', 'img', '/api/v1/memory', { crossOrigin: 'use-credentials' }),
  include('a film', 'video', '/api/v1/export'),
]

/** Runs in the page, and so refers to nothing outside of itself. Resolves to what the page saw: `read …` if it got anything. */
export function perform([target, attack]: readonly [Target, Attack]): Promise<string> {
  const url = target.api + attack.path.replace('MEMORY', target.memoryId)
  switch (attack.kind) {
    case 'socket':
      return new Promise((resolve) => {
        const socket = new WebSocket((attack.port === 'ws' ? target.ws : target.api.replace('http', 'ws')) + attack.path)
        socket.onmessage = ({ data }) => resolve(`read: ${String(data)}`)
        // The feed greets at once; the other waits to be spoken to.
        socket.onopen = () => setTimeout(() => resolve('read: it is open'), 500)
        socket.onerror = () => resolve('refused')
      })
    case 'fetch':
      return fetch(url, attack.init).then(
        async (response) => {
          if (response.type === 'opaque') return 'opaque'
          return response.ok ? `read: ${(await response.text()).slice(0, 200)}` : `status ${response.status}`
        },
        () => 'refused',
      )
    case 'xhr':
      return new Promise((resolve) => {
        const request = new XMLHttpRequest()
        request.open('GET', url)
        request.withCredentials = true
        request.onload = () => resolve(request.status < 400 ? `read: ${request.responseText.slice(0, 200)}` : `status ${request.status}`)
        request.onerror = () => resolve('refused')
        request.send()
      })
    case 'stream':
      return new Promise((resolve) => {
        const source = new EventSource(url, { withCredentials: true })
        source.onopen = () => resolve('read: it is open')
        source.onerror = () => {
          source.close()
          resolve('refused')
        }
      })
    case 'beacon':
      navigator.sendBeacon(url, new Blob(['{"content":"planted"}'], { type: attack.type }))
      return Promise.resolve('opaque')
    case 'include':
      return new Promise((resolve) => {
        const part = Object.assign(document.createElement(attack.tag), attack.more)
        part.onload = () => resolve('read: it is loaded')
        part.onerror = () => resolve('refused')
        Object.assign(part, { [attack.source]: url })
        document.body.append(part)
      })
  }
}
