import { AppError, messageOf } from '../base/errors.ts'
import { mayDo } from '../contract/scope.ts'
import { isInProfile, isToolName, scopeOf, TOOLS } from '../contract/tools.ts'
import type { ToolName } from '../contract/tools.ts'
import type { ToolContract, ToolProfile } from '../contract/tools/tool-contract.ts'
import { argumentError, show } from './argument-errors.ts'
import type { ToolTable } from './create-tools.ts'
import type { ToolContext } from './tool.ts'

/** What the runner needs to know of a tool whose exact types are behind it. */
interface AnyTool {
  readonly contract: ToolContract
  handle(args: unknown, context: ToolContext): Promise<Record<string, unknown>>
}

/** Runs any tool for any caller: the one place where arguments are checked and errors become answers. */
export class ToolRunner {
  readonly #tools: Readonly<Record<ToolName, AnyTool>>
  readonly #profile: () => ToolProfile

  /** `profile` is asked each time: it may change while the server runs. */
  constructor(tools: ToolTable, profile: () => ToolProfile) {
    this.#tools = tools // arguments are parsed by each tool's own schema before its handler sees them
    this.#profile = profile
  }

  /** The contracts a model is shown, in a fixed order. */
  list(): ToolContract[] {
    const profile = this.#profile()
    return Object.values<ToolContract>(TOOLS).filter((contract) => isInProfile(contract, profile))
  }

  /**
   * Parses `args`, runs the tool and returns its structured answer. Throws AppError only: `invalid_request` naming the fields,
   * what the handler threw, or `internal` for a bug (the cause goes to the log). `audience` "model" hides REST's own tools.
   */
  async call(name: string, args: unknown, context: ToolContext, audience: 'model' | 'rest'): Promise<Record<string, unknown>> {
    const tool = this.#find(name, audience)
    assertAllowed(tool.contract, args, context)
    const parsed = parseArguments(tool.contract, args ?? {})
    try {
      return await tool.handle(parsed, context)
    } catch (error) {
      if (error instanceof AppError) throw error
      if (context.signal.aborted) throw new AppError('unavailable', 'The request was cancelled before it finished.', { cause: error })
      context.log.error({ err: error, tool: name }, 'a tool failed')
      throw new AppError('internal', 'Something went wrong on our side; the server log says what. Nothing was acknowledged.', {
        cause: error,
      })
    }
  }

  #find(name: string, audience: 'model' | 'rest'): AnyTool {
    const tool = isToolName(name) ? this.#tools[name] : undefined
    if (!tool || (audience === 'model' && tool.contract.profile === 'rest')) {
      const known = this.list().map((contract) => contract.name)
      throw new AppError('not_found', `There is no tool "${name.slice(0, 80).toWellFormed()}". Known tools: ${known.join(', ')}.`, {
        details: { tool: name.slice(0, 80).toWellFormed() },
      })
    }
    return tool
  }
}

/** Asked before the arguments are looked at: who may not call a tool learns nothing of what it would say. */
function assertAllowed(contract: ToolContract, args: unknown, { scope }: ToolContext): void {
  const needed = scopeOf(contract, args)
  if (mayDo(scope, needed)) return
  const message =
    needed === 'admin'
      ? `${contract.name} is for the person at the machine and admins only.`
      : `Your token only reads, and ${contract.name} changes something; it needs one with the scope "write".`
  throw new AppError('forbidden', message, { details: { scope: needed } })
}

function parseArguments(contract: ToolContract, args: unknown): unknown {
  if (typeof args !== 'object' || args === null || Array.isArray(args)) {
    throw new AppError('invalid_request', `The arguments of ${contract.name} must be a JSON object (got ${show(args)}).`)
  }
  let result: ReturnType<typeof contract.input.safeParse>
  try {
    result = contract.input.safeParse(args)
  } catch (error) {
    // Input nested so deep that walking it overflows the stack.
    throw new AppError('invalid_request', `The arguments of ${contract.name} could not be read: ${messageOf(error)}.`, { cause: error })
  }
  if (result.success) return result.data
  throw argumentError(result.error.issues, args, Object.keys(contract.input.shape)) // zod's issue union has these parts
}
