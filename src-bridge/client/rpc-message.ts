import { ERROR_TABLE, isErrorCode } from '../../src-main/contract/errors.ts'
import type { ErrorBody, ErrorCode } from '../../src-main/contract/errors.ts'
import { ERROR_META_KEY, JSON_RPC } from '../../src-main/contract/protocol.ts'
import { TmwsError, errorOfBody } from './tmws-error.ts'

export type Json = Readonly<Record<string, unknown>>

export type RpcMessage =
  | { readonly kind: 'request'; readonly id: string | number; readonly method: string }
  | { readonly kind: 'notification'; readonly method: string; readonly params: Json }
  | { readonly kind: 'answer'; readonly id: unknown; readonly result: unknown; readonly error: unknown }

/** Reads one text frame; undefined for what is no message of JSON-RPC. */
export function readRpcMessage(text: string): RpcMessage | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isRecord(value)) return undefined
  const { id, method } = value
  if (typeof method !== 'string') return 'id' in value ? { kind: 'answer', id, result: value['result'], error: value['error'] } : undefined
  if (typeof id === 'string' || typeof id === 'number') return { kind: 'request', id, method }
  return { kind: 'notification', method, params: isRecord(value['params']) ? value['params'] : {} }
}

export function rpcText(message: Json): string {
  return JSON.stringify({ jsonrpc: '2.0', ...message })
}

/** The structured answer of a tool, or its failure as a TmwsError (returned, not thrown). */
export function readToolAnswer(result: unknown, error: unknown): Json | TmwsError {
  if (error !== undefined) return readRpcError(error)
  if (!isRecord(result)) return new TmwsError('internal', 'The server answered with something that is no tool result.')
  if (result['isError'] === true) {
    const meta = isRecord(result['_meta']) ? asErrorBody(result['_meta'][ERROR_META_KEY]) : undefined
    return meta ? errorOfBody(meta) : new TmwsError('internal', textOf(result['content']))
  }
  return isRecord(result['structuredContent'])
    ? result['structuredContent']
    : new TmwsError('internal', 'The server answered without a structured result.')
}

/** An `error` member of JSON-RPC, by its `data` if it is ours, else by its number. */
export function readRpcError(error: unknown): TmwsError {
  if (!isRecord(error)) return new TmwsError('internal', 'The server answered with an error that says nothing.')
  const body = asErrorBody(error['data'])
  if (body) return errorOfBody(body)
  const message = typeof error['message'] === 'string' ? error['message'] : 'The server gave no reason.'
  return new TmwsError(codeOfNumber(error['code']), message, { details: { json_rpc_code: error['code'] } })
}

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function asErrorBody(value: unknown): ErrorBody | undefined {
  if (!isRecord(value) || !isErrorCode(value['code']) || typeof value['message'] !== 'string') return undefined
  return { code: value['code'], message: value['message'], ...(isRecord(value['details']) && { details: value['details'] }) }
}

function codeOfNumber(number: unknown): ErrorCode {
  if (number === JSON_RPC.invalidRequest || number === JSON_RPC.methodNotFound) return 'invalid_request'
  const known = Object.entries(ERROR_TABLE).find(([, look]) => look.jsonRpcCode === number)?.[0]
  return isErrorCode(known) ? known : 'internal'
}

function textOf(content: unknown): string {
  const parts: unknown[] = Array.isArray(content) ? content : []
  const text = parts.flatMap((part) => (isRecord(part) && typeof part['text'] === 'string' ? [part['text']] : [])).join('\n')
  return text === '' ? 'The tool failed and gave no reason.' : text
}
