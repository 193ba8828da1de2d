import { toErrorBody } from '../base/errors.ts'
import type { ErrorBody } from '../contract/errors.ts'
import { ERROR_META_KEY } from '../contract/protocol.ts'

export interface McpToolResult {
  readonly [key: string]: unknown
  readonly content: { type: 'text'; text: string }[]
  readonly structuredContent?: Record<string, unknown>
  readonly isError?: true
  readonly _meta?: Record<string, unknown>
}

/** A tool's answer, structured and as a text copy for clients that only read text. */
export function toolSuccess(answer: Record<string, unknown>): McpToolResult {
  return { content: [{ type: 'text', text: JSON.stringify(answer) }], structuredContent: answer }
}

/** A failure as a tool result: the model reads what to do about it. */
export function toolFailure(error: unknown): McpToolResult {
  const body: ErrorBody = toErrorBody(error)
  return { isError: true, content: [{ type: 'text', text: `${body.code}: ${body.message}` }], _meta: { [ERROR_META_KEY]: body } }
}
