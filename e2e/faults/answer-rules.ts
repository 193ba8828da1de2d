import { isUtf8 } from 'node:buffer'

/** What a message must get by JSON-RPC 2.0, MCP and resources/docs/websocket.md; written apart from the product's own reading of them. */
export type Owed =
  | { readonly kind: 'answer'; readonly key: string }
  /** An error without an id, since there was none that could be used. */
  | { readonly kind: 'nameless' }
  | { readonly kind: 'nothing' }
  /** Nobody's answer: the doors may say so or be silent. */
  | { readonly kind: 'perhaps-nameless' }
  /** From now on nobody can tell whether this id is answered, and when: its request was taken back, or is a stream that ends some day. */
  | { readonly kind: 'untold'; readonly key: string }

const MAX_ID_CHARACTERS = 256

/** Ids are told apart by kind: 1 and "1" are two. */
export function keyOf(id: unknown): string | undefined {
  if (typeof id === 'string' && id.length <= MAX_ID_CHARACTERS) return `"${id}"`
  // -0 goes over the wire as 0.
  return typeof id === 'number' && Number.isSafeInteger(id) ? `#${id === 0 ? 0 : id}` : undefined
}

export function owedFor(bytes: Buffer): Owed {
  const value = parsed(bytes)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { kind: 'nameless' }
  const message = value as Readonly<Record<string, unknown>> // an object that is no list
  const { jsonrpc, method, params } = message
  const key = keyOf(message['id'])
  if (method === undefined && ('result' in message || 'error' in message))
    return jsonrpc === '2.0' && 'id' in message ? { kind: 'nothing' } : { kind: 'perhaps-nameless' }
  const isShaped = jsonrpc === '2.0' && typeof method === 'string' && (params === undefined || isObject(params))
  if (!isShaped) return key === undefined ? { kind: 'nameless' } : { kind: 'answer', key }
  if ('id' in message) {
    if (key === undefined) return { kind: 'nameless' }
    return { kind: method === 'subscriptions/listen' ? 'untold' : 'answer', key }
  }
  const cancelled = method === 'notifications/cancelled' ? keyOf((params as { requestId?: unknown } | undefined)?.requestId) : undefined // an object, or absent
  return cancelled === undefined ? { kind: 'nothing' } : { kind: 'untold', key: cancelled }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parsed(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) return undefined
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}
