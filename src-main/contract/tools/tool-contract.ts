import type { z } from 'zod'
import type { AuditObjectKind } from '../audit.ts'

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

/** How calls of a tool show in the audit log. Refusals of every tool do; the rest is said here. */
export interface ToolAudit {
  /**
   * `changes`: each call that got through has an entry, which is kept before it is answered. `shows-memories`: a call that showed
   * memories of others than its caller has one with their ids. `nothing`: no entry.
   */
  readonly effect: 'changes' | 'shows-memories' | 'nothing'
  /** What it is done to. */
  readonly object?: AuditObjectKind
  /** The argument that holds the id of that. */
  readonly argument?: string
  /** Where the answer holds it, as a dotted path; asked before the argument. */
  readonly answer?: string
  /** Values of `operation` that change nothing. */
  readonly harmless?: readonly string[]
  /** Arguments that are kept with the entry: choices, numbers and yes or no; never what somebody wrote. */
  readonly facts?: readonly string[]
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
  /** What its caller must be allowed, where its annotations do not say it: `admin` for what runs the server, `read` for what only counts that it was read. */
  readonly scope?: 'read' | 'admin'
  /** Counted against a limit of its own too: one call makes the server work for long. */
  readonly isCostly?: true
  readonly input: I
  readonly output: O
  readonly annotations: ToolAnnotations
  readonly audit: ToolAudit
}

/** Declares a tool; exists for its type inference. */
export function toolContract<I extends z.ZodObject, O extends z.ZodObject>(contract: ToolContract<I, O>): ToolContract<I, O> {
  return contract
}

/** Neither changes anything nor shows a memory. */
export const NO_TRACE: ToolAudit = { effect: 'nothing' }
/** Shows memories, whosesoever they are. */
export const SHOWS_MEMORIES: ToolAudit = { effect: 'shows-memories', object: 'memory' }
/** As above, and is asked for one of them by id. */
export const SHOWS_MEMORY: ToolAudit = { ...SHOWS_MEMORIES, argument: 'memory_id' }

export const READ_ONLY: ToolAnnotations = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false }
/** Adds something; nothing that was there changes. */
export const ADDS: ToolAnnotations = { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false }
/** Adds or sets; the same call again leaves the same state. */
export const SETS: ToolAnnotations = { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false }
/** Takes something from sight or overwrites it; history and trash keep it. */
export const REPLACES: ToolAnnotations = { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false }
