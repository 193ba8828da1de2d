import { isJSONRPCRequest } from '@modelcontextprotocol/server'
import type { JSONRPCMessage } from '@modelcontextprotocol/server'
import { JSON_RPC, LIMITS } from '../contract/protocol.ts'

/** What one text frame holds. */
export type Frame =
  | {
      readonly kind: 'request'
      readonly id: string | number
      readonly method: string
      readonly params: unknown
      readonly message: JSONRPCMessage
    }
  /** A notification, or an answer to a request of ours. */
  | { readonly kind: 'other'; readonly message: JSONRPCMessage }
  | { readonly kind: 'broken'; readonly id: string | number | null; readonly code: number; readonly message: string }

/** Reads a frame and checks its shape by JSON-RPC 2.0 and MCP (ids are strings or whole numbers, no batches). Never throws. */
export function readFrame(bytes: Buffer): Frame {
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch {
    return broken(null, JSON_RPC.parseError, 'Parse error: the frame is not JSON.')
  }
  if (Array.isArray(value))
    return broken(null, JSON_RPC.invalidRequest, 'Invalid request: batches are not supported; send one message a frame.')
  if (typeof value !== 'object' || value === null)
    return broken(null, JSON_RPC.invalidRequest, 'Invalid request: a message must be a JSON object.')
  return readMessage(value as Readonly<Record<string, unknown>>) // an object that is not a list
}

function readMessage(value: Readonly<Record<string, unknown>>): Frame {
  const { id, method, params } = value
  const isAnswer = method === undefined && ('result' in value || 'error' in value)
  // The id of an answer is one of ours; to say it back would answer whatever request of the client has the same.
  const knownId = !isAnswer && isId(id) ? id : null
  if (value['jsonrpc'] !== '2.0') return broken(knownId, JSON_RPC.invalidRequest, 'Invalid request: "jsonrpc" must be "2.0".')
  if (isAnswer) return { kind: 'other', message: value as unknown as JSONRPCMessage } // its shape is checked by the SDK
  if (typeof method !== 'string') return broken(knownId, JSON_RPC.invalidRequest, 'Invalid request: "method" must be a string.')
  if (params !== undefined && (typeof params !== 'object' || params === null)) {
    return broken(knownId, JSON_RPC.invalidRequest, 'Invalid request: "params" must be an object.')
  }
  // JSON-RPC knows them, MCP does not.
  if (Array.isArray(params)) return broken(knownId, JSON_RPC.invalidParams, 'Invalid params: "params" must be an object, not a list.')
  // The SDK drops a message with members it does not know, and its sender would wait for ever.
  const message = { jsonrpc: '2.0', method, ...(params !== undefined && { params }) } as JSONRPCMessage // `params` is an object
  if (!('id' in value)) return { kind: 'other', message }
  if (knownId === null)
    return broken(
      null,
      JSON_RPC.invalidRequest,
      `Invalid request: "id" must be a whole number or a string of at most ${LIMITS.requestIdCharacters} characters.`,
    )
  const request = { ...message, id: knownId } as JSONRPCMessage // as above
  // So it does with what it cannot read in `_meta`.
  if (!isJSONRPCRequest(request))
    return broken(
      knownId,
      JSON_RPC.invalidParams,
      'Invalid params: "_meta" must be an object, and its "progressToken" a string or a whole number.',
    )
  return { kind: 'request', id: knownId, method, params, message: request }
}

function isId(id: unknown): id is string | number {
  return (typeof id === 'string' && id.length <= LIMITS.requestIdCharacters) || (typeof id === 'number' && Number.isSafeInteger(id))
}

function broken(id: string | number | null, code: number, message: string): Frame {
  return { kind: 'broken', id, code, message }
}
