import type { ToolName } from '../../src-main/contract/tools.ts'

export interface Refusal {
  readonly code: string
  readonly message: string
}

/** One way in, on which each call is checked for all that its protocol and the server's own schemas promise of it. */
export interface TableWire {
  readonly name: string
  /** Calls a tool that must succeed, and returns its structured answer. */
  answerOf(tool: ToolName, input: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>>
  /** Calls a tool that must refuse, and returns what it said. */
  refusalOf(tool: ToolName, input: Readonly<Record<string, unknown>>): Promise<Refusal>
  /** Opens a connection of the same agent, and returns the id of its session. */
  connect(): Promise<string>
  close(): Promise<void>
}
