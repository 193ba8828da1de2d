import type { z } from 'zod'

/** Which tools a client is shown: `core` for small models, `standard` by default, `all` with operators' tools. */
export type ToolProfile = 'core' | 'standard' | 'all'
export type ToolFamily = 'memory' | 'agent' | 'task' | 'workflow' | 'system'

/** MCP hints about a tool; clients may show or use them, and must not trust them. */
export interface ToolAnnotations {
  readonly readOnlyHint: boolean
  readonly destructiveHint: boolean
  readonly idempotentHint: boolean
  /** Always false: no tool reaches beyond this server. */
  readonly openWorldHint: false
}

/** What a tool promises: its name, words and shapes. The handler of the same name lives in `tools/`. */
export interface ToolContract<I extends z.ZodObject = z.ZodObject, O extends z.ZodObject = z.ZodObject> {
  readonly name: string
  /** The tool whose older name this is: the same handler, and the same REST route. */
  readonly aliasOf?: string
  readonly title: string
  /** Written for a model: what it does, when to use it, one example. */
  readonly description: string
  readonly family: ToolFamily
  /** The smallest profile that shows it; `rest` is never offered to a model, only to REST. */
  readonly profile: ToolProfile | 'rest'
  /** What its caller must be allowed, where its annotations do not say it: `admin` for what runs the server. */
  readonly scope?: 'admin'
  /** Values of its argument `operation` that change nothing. */
  readonly readOperations?: readonly string[]
  /** Counted against a limit of its own too: one call makes the server work for long. */
  readonly isCostly?: true
  readonly input: I
  readonly output: O
  readonly annotations: ToolAnnotations
}

/** Declares a tool; exists for its type inference. */
export function toolContract<I extends z.ZodObject, O extends z.ZodObject>(contract: ToolContract<I, O>): ToolContract<I, O> {
  return contract
}

export const READ_ONLY: ToolAnnotations = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false }
/** Adds something; nothing that was there changes. */
export const ADDS: ToolAnnotations = { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false }
/** Adds or sets; the same call again leaves the same state. */
export const SETS: ToolAnnotations = { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false }
/** Takes something from sight or overwrites it; history and trash keep it. */
export const REPLACES: ToolAnnotations = { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false }
