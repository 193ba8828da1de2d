import type { ErrorCode } from '../errors.ts'
import type { ToolInput, ToolName } from '../tools.ts'

/** A call that works. Its texts may hold the names of placeholders.ts, which stand for things that must exist. */
export interface ValidExample<Input = ToolInput<ToolName>> {
  /** A few words that say what this call is for; different from those of the tool's other examples. */
  readonly title: string
  readonly input: Input
  /** Set where only the person at the machine may: every other caller is refused. */
  readonly by?: 'owner'
}

/** A call that every wire refuses in the same way. REST must be able to carry it. */
export interface RefusedExample {
  readonly title: string
  readonly input: Readonly<Record<string, unknown>>
  readonly code: ErrorCode
  /** What its message holds; placeholders are filled in as in the input. */
  readonly says: string
  /** Set where another caller than the person at the machine would be refused for what it is. */
  readonly by?: 'owner'
}

export interface ToolExamples<Input = ToolInput<ToolName>> {
  /** One for each kind of use; for a tool with operations, one or more for each of them. */
  readonly valid: readonly [ValidExample<Input>, ...ValidExample<Input>[]]
  readonly refused: readonly [RefusedExample, ...RefusedExample[]]
}

/** Examples by tool; none may be left out. */
export type ExampleTable = { readonly [N in ToolName]: ToolExamples<ToolInput<N>> }
