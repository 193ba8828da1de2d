import { Environment } from '@marcbachmann/cel-js'
import type { ASTNode, ParseResult } from '@marcbachmann/cel-js'
import { AppError, messageOf } from '../../base/errors.ts'
import { LIMITS } from '../../contract/protocol.ts'
import { toJsonValue } from './expression-values.ts'

/** What an expression may read: the outputs of steps that have ended, by step id, and the input of the run. */
export interface RunData {
  readonly steps: Readonly<Record<string, unknown>>
  readonly input: Readonly<Record<string, unknown>>
}

/** An expression of a workflow, in CEL (cel.dev): it reads, computes and ends; it can change nothing and loop for ever over nothing. */
export interface Expression {
  readonly text: string
  /** Ids of the steps it reads. */
  readonly steps: ReadonlySet<string>
  /** True if it reads nothing: its value is known beforehand. */
  readonly isConstant: boolean
  /** Its value as JSON. Throws `invalid_request` saying what it misses. */
  evaluate(data: RunData): unknown
}

const MAX_NODES = 300
const MAX_DEPTH = 50

const environment = arithmeticOfJson(
  new Environment({
    homogeneousAggregateLiterals: false,
    enableOptionalTypes: true,
    limits: { maxAstNodes: MAX_NODES, maxDepth: MAX_DEPTH },
  })
    .registerVariable('steps', 'map')
    .registerVariable('input', 'map'),
)

/** Throws `invalid_request`, naming `where`, for what is no expression of workflows. */
export function compileExpression(text: string, where: string): Expression {
  if (text.length > LIMITS.expressionCharacters) throw refusal(where, text, `it has more than ${LIMITS.expressionCharacters} characters`)
  const parsed = parse(readablePaths(text), text, where)
  const steps = new Set<string>()
  const roots = new Set<string>()
  inspect(parsed.ast, { steps, roots, isInMacro: false, refuse: (problem) => refusal(where, text, problem) })
  const checked = parsed.check()
  if (!checked.valid) throw refusal(where, text, sentenceOf(checked.error))
  return { text, steps, isConstant: roots.size === 0, evaluate: (data) => evaluate(parsed, data, text, where) }
}

/** Its value as a yes or no. Throws `invalid_request` for anything else. */
export function holds(condition: Expression, data: RunData): boolean {
  const value = condition.evaluate(data)
  if (typeof value === 'boolean') return value
  throw new AppError(
    'invalid_request',
    `The condition "${condition.text}" must be true or false (it is ${JSON.stringify(value).slice(0, 60)}).`,
  )
}

function parse(text: string, shown: string, where: string): ParseResult {
  try {
    return environment.parse(text)
  } catch (error) {
    throw refusal(where, shown, sentenceOf(error))
  }
}

function evaluate(parsed: ParseResult, data: RunData, text: string, where: string): unknown {
  try {
    return toJsonValue(parsed({ steps: data.steps, input: data.input }) as unknown)
  } catch (error) {
    if (error instanceof AppError) throw error
    const hint = isMissingKey(error) ? ' Ask with has(…), or name another value: steps.?a.?b.orValue("x").' : ''
    throw new AppError('invalid_request', `${where}: "${text}" has no value: ${sentenceOf(error)}.${hint}`, { details: { field: where } })
  }
}

interface Inspection {
  readonly steps: Set<string>
  readonly roots: Set<string>
  readonly isInMacro: boolean
  readonly refuse: (problem: string) => AppError
}

/** Macros walk lists; one within another would multiply them. */
const MACROS: ReadonlySet<string> = new Set(['map', 'filter', 'all', 'exists', 'exists_one', 'bind'])

function inspect(node: ASTNode, found: Inspection): void {
  if (node.op === 'id' && (node.args === 'steps' || node.args === 'input')) found.roots.add(node.args)
  const stepId = stepOf(node)
  if (stepId !== undefined) found.steps.add(stepId)
  const isMacro = node.op === 'rcall' && MACROS.has(node.args[0])
  // A pattern of a caller could take for ever over a text.
  if (node.op === 'rcall' && node.args[0] === 'matches')
    throw found.refuse('matches is not available; use contains, startsWith or endsWith')
  if (isMacro && found.isInMacro) throw found.refuse(`${node.args[0]} must not stand within another walk over a list`)
  if (isMacro) {
    const [, list, args] = node.args
    inspect(list, found)
    for (const arg of args) inspect(arg, { ...found, isInMacro: true })
    return
  }
  for (const child of childrenOf(node.args)) inspect(child, found)
}

/** The id in `steps.ID`, `steps["ID"]` and `steps.?ID`. */
function stepOf(node: ASTNode): string | undefined {
  if (node.op !== '.' && node.op !== '.?' && node.op !== '[]' && node.op !== '[?]') return undefined
  const [target, key] = node.args
  if (target.op !== 'id' || target.args !== 'steps') return undefined
  if (typeof key === 'string') return key
  return key.op === 'value' && typeof key.args === 'string' ? key.args : undefined
}

function childrenOf(args: unknown): ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(childrenOf)
  return typeof args === 'object' && args !== null && 'op' in args && 'args' in args ? [args as ASTNode] : [] // nodes have both
}

/** Texts stay as they are; in paths, `steps.my-step` and `.0` are what their writer means: a name and an index. */
const TEXT_OR_PATH = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\b(?:steps|input)(?:\.[\w-]+|\[[^\]]*\])+/g

function readablePaths(text: string): string {
  return text.replace(TEXT_OR_PATH, (match) => {
    if (match.startsWith('"') || match.startsWith("'")) return match
    return match.replace(/^steps\.([A-Za-z_][\w-]*-[\w-]*)/, 'steps["$1"]').replace(/\.(\d+)(?![\w-])/g, '[$1]')
  })
}

function isMissingKey(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'no_such_key'
}

/** The library's one-line summary; its message also draws the place. */
function sentenceOf(error: unknown): string {
  const summary = typeof error === 'object' && error !== null && 'summary' in error ? error.summary : undefined
  return (typeof summary === 'string' ? summary : messageOf(error).split('\n', 1)[0]) ?? ''
}

function refusal(where: string, text: string, problem: string): AppError {
  return new AppError('invalid_request', `${where}: "${text.slice(0, 100)}" is not an expression that works here: ${problem}.`, {
    details: { field: where },
  })
}

/** Numbers of JSON are doubles and literals are ints: CEL would refuse `steps.a.count + 1`. */
function arithmeticOfJson(base: Environment): Environment {
  const operators: Readonly<Record<string, (a: number, b: number) => number>> = {
    '+': (a, b) => a + b,
    '-': (a, b) => a - b,
    '*': (a, b) => a * b,
    '/': (a, b) => a / b,
    '%': (a, b) => a % b,
  }
  for (const [operator, apply] of Object.entries(operators)) {
    const mixed = (a: number | bigint, b: number | bigint): number => apply(Number(a), Number(b))
    base.registerOperator(`double ${operator} int: double`, mixed).registerOperator(`int ${operator} double: double`, mixed)
  }
  base.registerOperator('double % double: double', (a: number, b: number) => a % b)
  return base
}
