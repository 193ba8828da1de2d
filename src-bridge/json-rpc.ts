import { isUtf8 } from 'node:buffer'
import { ERROR_TABLE } from '../src-main/contract/errors.ts'
import type { ErrorBody } from '../src-main/contract/errors.ts'
import { JSON_RPC, LIMITS } from '../src-main/contract/protocol.ts'

export type RequestId = string | number

/** What the bridge needs to know of a message. The bytes themselves pass through as they came. */
export type Message =
  | { readonly kind: 'request'; readonly id: RequestId; readonly method: string; readonly params: unknown }
  | { readonly kind: 'notification'; readonly method: string; readonly params: unknown }
  | { readonly kind: 'answer'; readonly id: RequestId | null; readonly result: unknown; readonly isError: boolean; readonly error: unknown }
  | { readonly kind: 'broken'; readonly id: RequestId | null; readonly code: number; readonly problem: string }

const BAD_ID = `Invalid request: the id must be a whole number or a string of at most ${LIMITS.requestIdCharacters} characters.`

/** Reads one line or frame far enough to route it. */
export function readMessage(bytes: Buffer): Message {
  // The server would close the whole connection on a frame that is no UTF-8 (RFC 6455, 1007).
  if (!isUtf8(bytes)) return broken(JSON_RPC.parseError, 'Parse error: the line is not UTF-8.')
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch {
    return broken(JSON_RPC.parseError, 'Parse error: the line is not JSON.')
  }
  if (Array.isArray(value)) return broken(JSON_RPC.invalidRequest, 'Batches are not supported: send one message per line.')
  if (!isRecord(value)) return broken(JSON_RPC.invalidRequest, 'Invalid request: a message is a JSON object.')
  return classify(value)
}

/** Identity of a request id: 1 and "1" are two ids. */
export function keyOf(id: RequestId): string {
  return typeof id === 'number' ? `#${id}` : `"${id}`
}

/** A JSON-RPC error answer as one line. */
export function errorAnswer(id: RequestId | null, code: number, message: string, data?: ErrorBody): Buffer {
  return Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, error: { code, message, ...(data && { data }) } }))
}

/** A notification as one line. */
export function notification(method: string, params: Record<string, unknown>): Buffer {
  return Buffer.from(JSON.stringify({ jsonrpc: '2.0', method, params }))
}

/** The answer to a request that could not be brought to the server or back. */
export function unavailableAnswer(id: RequestId, sentence: string): Buffer {
  // -32603 and not the 503 of the table: JSON-RPC has a word for it that every host shows with its sentence.
  return errorAnswer(id, ERROR_TABLE.internal.jsonRpcCode, sentence, { code: 'unavailable', message: sentence })
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Refuses here what the server would refuse: its answer to a message without an id could not be told from another's, and a broken
 * `notifications/initialized` must not be what a repeated handshake says.
 */
function classify(value: Record<string, unknown>): Message {
  const id = isRequestId(value.id) ? value.id : null
  const isAnswer = value.method === undefined && ('result' in value || 'error' in value)
  if (value.jsonrpc !== '2.0') return broken(JSON_RPC.invalidRequest, 'Invalid request: "jsonrpc" must be "2.0".', isAnswer ? null : id)
  if (isAnswer && 'id' in value) return { kind: 'answer', id, result: value.result, isError: 'error' in value, error: value.error }
  if (typeof value.method !== 'string')
    return broken(JSON_RPC.invalidRequest, 'Invalid request: a message has a method, or an id with a result or an error.', id)
  if (Array.isArray(value.params)) return broken(JSON_RPC.invalidParams, 'Invalid params: "params" must be an object, not a list.', id)
  if (value.params !== undefined && !isRecord(value.params))
    return broken(JSON_RPC.invalidRequest, 'Invalid request: "params" must be an object.', id)
  if (!('id' in value)) return { kind: 'notification', method: value.method, params: value.params }
  return id === null ? broken(JSON_RPC.invalidRequest, BAD_ID) : { kind: 'request', id, method: value.method, params: value.params }
}

/** By the server's own rule: to an id that it cannot use it answers without one, and the call would stay open here for ever. */
function isRequestId(value: unknown): value is RequestId {
  return typeof value === 'string' ? value.length <= LIMITS.requestIdCharacters : Number.isSafeInteger(value)
}

function broken(code: number, problem: string, id: RequestId | null = null): Message {
  return { kind: 'broken', id, code, problem }
}
