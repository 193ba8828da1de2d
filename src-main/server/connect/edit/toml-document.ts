import { isDeepStrictEqual } from 'node:util'
import { getStaticTOMLValue, ParseError, parseTOML } from 'toml-eslint-parser'
import type { AST } from 'toml-eslint-parser'
import { applyTextEdits, lineEndOf, placeOf, UnusableConfigError } from './config-document.ts'
import type { ConfigDocument, EntryPath, EntryValue, TextEdit } from './config-document.ts'
import { renderInline, renderKey, renderTable } from './toml-style.ts'

type Statement = AST.TOMLTable | AST.TOMLKeyValue
/** A statement, or a member of an inline table, that holds a part of the entry. */
interface Part {
  readonly node: Statement
  readonly inline?: AST.TOMLInlineTable
}

/** TOML 1.0 with its comments and layout: an edit touches only the statements of the entry. */
export function readToml(text: string): ConfigDocument {
  return new TomlDocument(text, parse(text))
}

class TomlDocument implements ConfigDocument {
  readonly #text: string
  readonly #program: AST.TOMLProgram
  readonly #data: Record<string, unknown>

  constructor(text: string, program: AST.TOMLProgram) {
    this.#text = text
    this.#program = program
    this.#data = getStaticTOMLValue(program)
  }

  get isBlank(): boolean {
    return this.#text.trim() === ''
  }

  assertHasRoom([container]: EntryPath): void {
    const table = this.#data[container]
    if (table !== undefined && !isTable(table)) throw this.#misfit(`"${container}" is not a table`)
  }

  valueAt([container, name]: EntryPath): unknown {
    const table = this.#data[container]
    return isTable(table) && Object.hasOwn(table, name) ? table[name] : undefined
  }

  hasContainer([container]: EntryPath): boolean {
    return Object.hasOwn(this.#data, container)
  }

  set(path: EntryPath, value: EntryValue): string {
    const [container, name] = path
    this.assertHasRoom(path)
    const parts = this.#partsOf(path)
    if (parts.length > 0) return this.#replace(path, parts, value)
    const inline = this.#inlineContainer(container)
    if (inline) return applyTextEdits(this.#text, [addMember(this.#text, inline, `${renderKey(name)} = ${renderInline(value)}`)])
    return this.#append(renderTable(path, value, lineEndOf(this.#text)))
  }

  remove(path: EntryPath, dropEmpty: boolean): string {
    const parts = this.#partsOf(path)
    const edits = parts.flatMap(({ node, inline }) => (inline ? removeMember(this.#text, inline, node) : [this.#removeLines(node)]))
    const [first] = parts
    const isAlone = first?.inline?.body.length === 1 && dropEmpty
    const holder = isAlone ? this.#statements().find((node) => node.type === 'TOMLKeyValue' && node.value === first.inline) : undefined
    return applyTextEdits(this.#text, holder ? [this.#removeLines(holder)] : edits)
  }

  allBut([container, name]: EntryPath): unknown {
    const table = this.#data[container]
    if (!isTable(table)) return this.#data
    const { [name]: _entry, ...others } = table
    const { [container]: _table, ...rest } = this.#data
    return Object.keys(others).length === 0 ? rest : { ...rest, [container]: others }
  }

  /** In the place and the form of the old one. */
  #replace(path: EntryPath, parts: readonly Part[], value: EntryValue): string {
    const [first, ...others] = parts
    if (!first) return this.#text
    const { node, inline } = first
    const isWhole = node.type === 'TOMLTable' ? isDeepStrictEqual(node.resolvedKey, [...path]) : endsWith(node, path, this.#keyOf(node))
    // An entry in pieces of other forms is gathered at the end.
    if (!isWhole) return readToml(this.remove(path, false)).set(path, value)
    const [start, end] = node.type === 'TOMLTable' ? node.range : node.value.range
    const text = node.type === 'TOMLTable' ? renderTable(path, value, lineEndOf(this.#text)) : renderInline(value)
    const removals = inline ? [] : others.map((part) => this.#removeLines(part.node))
    return applyTextEdits(this.#text, [{ offset: start, length: end - start, text }, ...removals])
  }

  #append(block: string): string {
    const text = this.#text
    const lineEnd = lineEndOf(text)
    if (text.trim() === '') return `${block}${lineEnd}`
    const hasLastLineEnd = text.endsWith('\n')
    const gap = hasLastLineEnd ? lineEnd : lineEnd + lineEnd
    // A file without a line break at its end stays one.
    return `${text}${gap}${block}${hasLastLineEnd ? lineEnd : ''}`
  }

  /** Whole lines, and one empty line before a table, which set it apart. */
  #removeLines(node: Statement): TextEdit {
    const text = this.#text
    const lineStart = text.lastIndexOf('\n', node.range[0] - 1) + 1
    const lineFeed = text.indexOf('\n', node.range[1])
    const isLast = lineFeed === -1
    let start = lineStart
    const end = isLast ? text.length : lineFeed + 1
    if (node.type === 'TOMLTable') start -= /(?<=\n)\r?\n$/.exec(text.slice(0, start))?.[0].length ?? 0
    if (isLast) start -= /\r?\n$/.exec(text.slice(0, start))?.[0].length ?? 0
    return { offset: start, length: end - start, text: '' }
  }

  #statements(): Statement[] {
    return this.#program.body[0].body
  }

  #partsOf(path: EntryPath): Part[] {
    return this.#statements().flatMap((node): Part[] => {
      if (startsWith(this.#keyOf(node), path)) return [{ node }]
      if (node.type === 'TOMLTable') return node.body.flatMap((inner) => this.#partsIn(inner, keysOf(node.resolvedKey), path))
      return this.#partsIn(node, [], path)
    })
  }

  #partsIn(node: AST.TOMLKeyValue, outer: readonly string[], path: EntryPath): Part[] {
    const key = [...outer, ...namesOf(node)]
    if (startsWith(key, path)) return [{ node }]
    const { value } = node
    if (value.type !== 'TOMLInlineTable' || !isDeepStrictEqual(key, [path[0]])) return []
    return value.body.flatMap((member) => (startsWith([...key, ...namesOf(member)], path) ? [{ node: member, inline: value }] : []))
  }

  #inlineContainer(container: string): AST.TOMLInlineTable | undefined {
    const holder = this.#statements().find((node) => node.type === 'TOMLKeyValue' && isDeepStrictEqual(namesOf(node), [container]))
    if (holder?.type !== 'TOMLKeyValue') return undefined
    return holder.value.type === 'TOMLInlineTable' ? holder.value : undefined
  }

  #keyOf(node: Statement): string[] {
    return node.type === 'TOMLTable' ? keysOf(node.resolvedKey) : namesOf(node)
  }

  #misfit(problem: string): UnusableConfigError {
    return new UnusableConfigError(problem, placeOf(this.#text, 0))
  }
}

function parse(text: string): AST.TOMLProgram {
  try {
    return parseTOML(text, { tomlVersion: '1.0.0' })
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    throw new UnusableConfigError(
      error.message.replace(/^./, (letter) => letter.toLowerCase()),
      {
        line: error.lineNumber,
        column: error.column + 1,
      },
    )
  }
}

function addMember(text: string, table: AST.TOMLInlineTable, member: string): TextEdit {
  const last = table.body.at(-1)
  if (last) return { offset: last.range[1], length: 0, text: `, ${member}` }
  const [start, end] = table.range
  return { offset: start, length: end - start, text: `{ ${member} }` }
}

function removeMember(text: string, table: AST.TOMLInlineTable, member: Statement): TextEdit[] {
  const index = table.body.findIndex((node) => node === member)
  const [before, after] = [table.body[index - 1], table.body[index + 1]]
  const start = before ? before.range[1] : member.range[0]
  const end = before ? member.range[1] : (after?.range[0] ?? member.range[1])
  return [{ offset: start, length: end - start, text: '' }]
}

/** Whether a key-value holds the whole entry, not a part of it. */
function endsWith(node: AST.TOMLKeyValue, path: EntryPath, key: readonly string[]): boolean {
  return key.at(-1) === path[1] && namesOf(node).at(-1) === path[1]
}

function startsWith(key: readonly string[], path: EntryPath): boolean {
  return key.length >= path.length && path.every((name, index) => key[index] === name)
}

function namesOf(node: AST.TOMLKeyValue): string[] {
  return node.key.keys.map((key) => (key.type === 'TOMLBare' ? key.name : key.value))
}

/** Numbers in it are the places in arrays of tables. */
function keysOf(key: readonly (string | number)[]): string[] {
  return key.map(String)
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}
