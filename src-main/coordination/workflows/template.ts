import { invalidField } from '../../base/errors.ts'
import { compileExpression } from './expression.ts'
import type { Expression, RunData } from './expression.ts'

/** A JSON value with `{{expressions}}` in its texts. */
export interface Template {
  /** Ids of the steps it reads. */
  readonly steps: ReadonlySet<string>
  /** True if it holds no expression at all: it is what it looks like. */
  readonly isLiteral: boolean
  /**
   * The value with every expression replaced by what it stands for: of its own type where it is the whole text, else as text. What is
   * put in is never read for expressions again. Throws `invalid_request` when one has no value.
   */
  render(data: RunData): unknown
}

/** Throws `invalid_request`, naming the place under `where`, for a template that cannot work. */
export function compileTemplate(value: unknown, where: string): Template {
  if (typeof value === 'string') return compileText(value, where)
  if (Array.isArray(value)) {
    const items = value.map((item, index) => compileTemplate(item, `${where}[${index}]`))
    return combined(items, (data) => items.map((item) => item.render(data)))
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, item]) => [key, compileTemplate(item, `${where}.${key}`)] as const)
    const parts = entries.map(([, part]) => part)
    return combined(parts, (data) => Object.fromEntries(entries.map(([key, part]) => [key, part.render(data)])))
  }
  return literal(value)
}

/** A condition: an expression, in which `{{x}}` is another way to write `x`. */
export function compileCondition(text: string, where: string): Expression {
  if (/(["'])(?:(?!\1).)*\{\{/.test(text) && !isBalancedOutside(text)) {
    throw invalidField(where, 'must not have {{…}} within quotes; compare the value itself, for example input.mode == "full"')
  }
  return compileExpression(text.replace(/\{\{(.*?)\}\}/g, '($1)'), where)
}

/** Whether every `{{` stands outside of quotes. */
function isBalancedOutside(text: string): boolean {
  return !text.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, (quoted) => (quoted.includes('{{') ? '\u0000' : '')).includes('\u0000')
}

function compileText(text: string, where: string): Template {
  const pieces = split(text, where)
  if (pieces.every((piece) => typeof piece === 'string')) return literal(pieces.join(''))
  const expressions = pieces.filter((piece) => typeof piece !== 'string')
  const [only] = pieces
  const render =
    pieces.length === 1 && only !== undefined && typeof only !== 'string'
      ? (data: RunData) => only.evaluate(data)
      : (data: RunData) => pieces.map((piece) => (typeof piece === 'string' ? piece : asText(piece.evaluate(data)))).join('')
  return { steps: new Set(expressions.flatMap(({ steps }) => [...steps])), isLiteral: false, render }
}

/** Texts and expressions in turn. `\{{` is a text that looks like the start of an expression. */
function split(text: string, where: string): (string | Expression)[] {
  const pieces: (string | Expression)[] = []
  let rest = text
  for (;;) {
    const start = /(?<!\\)\{\{/.exec(rest)?.index
    if (start === undefined) {
      if (rest !== '' || pieces.length === 0) pieces.push(rest.replaceAll('\\{{', '{{'))
      return pieces
    }
    const end = rest.indexOf('}}', start)
    if (end === -1) throw invalidField(where, `has a {{ without }}: "${rest.slice(start, start + 40)}"; write \\{{ for the text itself`)
    if (start > 0) pieces.push(rest.slice(0, start).replaceAll('\\{{', '{{'))
    const inner = rest.slice(start + 2, end).trim()
    if (inner === '') throw invalidField(where, 'has an empty {{}}; name a value, for example {{input.topic}}')
    pieces.push(compileExpression(inner, where))
    rest = rest.slice(end + 2)
  }
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function literal(value: unknown): Template {
  return { steps: new Set(), isLiteral: true, render: () => value }
}

function combined(parts: readonly Template[], render: (data: RunData) => unknown): Template {
  return { steps: new Set(parts.flatMap(({ steps }) => [...steps])), isLiteral: parts.every(({ isLiteral }) => isLiteral), render }
}
