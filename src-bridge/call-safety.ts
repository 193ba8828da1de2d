import { PLAIN_RPC_METHODS } from '../src-main/contract/protocol.ts'
import { isRecord } from './json-rpc.ts'
import { REPEATABLE_TOOLS } from '../src-main/contract/repeatable-tools.ts'

const SAFE_METHODS: ReadonlySet<string> = new Set([
  'initialize',
  'ping',
  'server/discover',
  'tools/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'subscriptions/listen',
  'prompts/list',
  'prompts/get',
  'completion/complete',
  'logging/setLevel',
  ...Object.keys(PLAIN_RPC_METHODS),
])

// Storing the same content again returns the id it already has (`duplicate_of`), so these are safe although they are writes.
const SAFE_TOOLS: ReadonlySet<string> = new Set(['store_memory', 'create_memory'])

/** Knows which requests may be sent twice: by their method, and for tools by what the server last said of them, or else by what this version knows. */
export class CallSafety {
  #safeTools = new Set(REPEATABLE_TOOLS)

  /** Learns from the result of `tools/list`; a first page replaces what was known, later pages add to it. */
  learnTools(result: unknown, isFirstPage: boolean): void {
    if (!isRecord(result) || !Array.isArray(result.tools)) return
    if (isFirstPage) this.#safeTools = new Set()
    for (const tool of result.tools as unknown[]) {
      if (!isRecord(tool) || typeof tool.name !== 'string' || !isRecord(tool.annotations)) continue
      if (tool.annotations.readOnlyHint === true || tool.annotations.idempotentHint === true) this.#safeTools.add(tool.name)
    }
  }

  /** True if the server may carry this out twice and the result is the same as once. */
  mayRepeat(method: string, params: unknown): boolean {
    if (SAFE_METHODS.has(method)) return true
    const tool = method === 'tools/call' && isRecord(params) ? params.name : undefined
    return typeof tool === 'string' && (SAFE_TOOLS.has(tool) || this.#safeTools.has(tool))
  }
}
