import type { Log } from '../base/log.ts'
import type { AgentSwitch } from '../contract/agent.ts'
import type { Scope } from '../contract/scope.ts'
import type { SessionInfo, TransportKind } from '../contract/session.ts'
import { TOOLS } from '../contract/tools.ts'
import type { ToolArguments, ToolName, ToolOutput } from '../contract/tools.ts'
import type { ReportProgress } from '../coordination/workflows/execution-end.ts'
import type { RunOrigin } from '../coordination/workflows/run-origin.ts'

/** What a tool is given besides its arguments. */
export interface ToolContext {
  readonly scope: Scope
  readonly caller: CallerView
  /** Fires when the client cancels, goes away, or the server stops. */
  readonly signal: AbortSignal
  readonly log: Log
  /** Set when a step of a workflow calls. */
  readonly origin?: RunOrigin | undefined
  /** Tells the caller how far a long call is; absent when it did not ask. */
  readonly report?: ReportProgress | undefined
}

/** The connection a call came by, as tools may see it. */
export interface CallerView {
  readonly id: string
  readonly transport: TransportKind
  readonly capabilities: Readonly<Record<string, unknown>>
  info(): SessionInfo
  /** False for a request over HTTP, which says anew each time who asks. */
  readonly isConnection: boolean
  readonly switches: { readonly count: number; readonly latest: readonly AgentSwitch[] }
  /** Acts as another agent from now on. Throws `forbidden` when this caller may not. */
  become(agentId: string, namespace: string): void
}

/** A contract and its handler. The handler gets parsed arguments and throws AppError for what the caller should know. */
export interface Tool<N extends ToolName = ToolName> {
  readonly name: N
  readonly contract: (typeof TOOLS)[N]
  handle(args: ToolArguments<N>, context: ToolContext): Promise<ToolOutput<N>>
}

/** Ties a handler to the contract of its name. */
export function defineTool<N extends ToolName>(name: N, handle: Tool<N>['handle']): Tool<N> {
  return { name, contract: TOOLS[name], handle }
}
