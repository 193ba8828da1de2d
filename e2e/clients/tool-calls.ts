import type { ToolInput, ToolName, ToolOutput } from '../../src-main/contract/tools.ts'
import { until } from '../processes/until.ts'

/** What both SDKs' clients can do. */
export interface ToolCaller {
  callTool(params: { name: string; arguments?: Record<string, unknown> }): Promise<unknown>
}

/** A tool's answer as a client sees it. */
export interface ToolAnswer {
  readonly isError?: boolean
  readonly content: readonly { readonly type: string; readonly text?: string }[]
  readonly structuredContent?: Record<string, unknown>
  readonly _meta?: Record<string, unknown>
}

/** Calls a tool with anything; a failure is an answer. */
export async function callAny(client: ToolCaller, name: string, args: Record<string, unknown> = {}): Promise<ToolAnswer> {
  return (await client.callTool({ name, arguments: args })) as ToolAnswer // the shape that MCP gives it
}

/** Calls a tool that must succeed, and returns its structured answer. */
export async function call<N extends ToolName>(client: ToolCaller, name: N, args: ToolInput<N>): Promise<ToolOutput<N>> {
  const answer = await callAny(client, name, args) // tools take JSON objects
  if (answer.isError === true) throw new Error(`${name} failed: ${textOf(answer)}`)
  return answer.structuredContent as ToolOutput<N> // checked against its schema by the SDK's client
}

export function textOf(answer: ToolAnswer): string {
  return answer.content.map((part) => part.text ?? '').join('\n')
}

/** Waits until everything stored so far is found by meaning as well as by words. */
export async function untilIndexed(client: ToolCaller): Promise<void> {
  await until(
    'every memory to be indexed by meaning',
    async () => (await call(client, 'semantic_search', { query: 'anything at all' })).degraded === undefined,
    30_000,
    50,
  )
}
