import { findNodeAtLocation, getNodeValue, parseTree, printParseErrorCode } from 'jsonc-parser'
import type { Node, ParseError } from 'jsonc-parser'
import { applyTextEdits, placeOf, UnusableConfigError } from './config-document.ts'
import type { ConfigDocument, EntryPath, EntryValue, ReadConfig } from './config-document.ts'
import { deleteProperty, endOf, insertProperty } from './json-edits.ts'
import { lineIndent, renderValue, styleOf } from './json-style.ts'

/** What a program that reads the file takes besides JSON; a file with more than that is broken for it already. */
export interface JsonFlavour {
  readonly comments: boolean
  readonly trailingCommas: boolean
}

export function jsonReader(flavour: JsonFlavour): ReadConfig {
  return (text) => new JsonDocument(text, parse(text, flavour))
}

class JsonDocument implements ConfigDocument {
  readonly #text: string
  /** Absent in a file of white space and comments. */
  readonly #root: Node | undefined

  constructor(text: string, root: Node | undefined) {
    this.#text = text
    this.#root = root
  }

  get isBlank(): boolean {
    if (!this.#root) return this.#text.trim() === ''
    return this.#text.replace(/\s/g, '') === '{}'
  }

  assertHasRoom([container, name]: EntryPath): void {
    const table = this.#root && this.#table(container)
    if (table) this.#property(table, name)
  }

  valueAt(path: EntryPath): unknown {
    const node = this.#root && findNodeAtLocation(this.#root, [...path])
    // By way of text: the library's objects have no prototype, which makes them unequal to all others.
    return node && (JSON.parse(JSON.stringify(getNodeValue(node))) as unknown)
  }

  hasContainer([container]: EntryPath): boolean {
    return this.#root !== undefined && findNodeAtLocation(this.#root, [container]) !== undefined
  }

  set(path: EntryPath, value: EntryValue): string {
    const text = this.#text
    const style = styleOf(text, this.#root)
    const [container, name] = path
    if (!this.#root) return this.#fillBlank({ [container]: { [name]: value } })
    const table = this.#table(container)
    if (!table) return applyTextEdits(text, insertProperty(text, this.#root, container, { [name]: value }, style))
    const present = this.#property(table, name)
    if (!present) return applyTextEdits(text, insertProperty(text, table, name, value, style))
    const old = valueOf(present)
    const isInline = style.isInline || indentOfProperty(text, present) === undefined
    const rendered = renderValue(value, { ...style, isInline }, lineIndent(text, present.offset))
    return applyTextEdits(text, [{ offset: old.offset, length: old.length, text: rendered }])
  }

  remove([container, name]: EntryPath, dropEmpty: boolean): string {
    const text = this.#text
    const table = this.#table(container)
    const property = table && this.#property(table, name)
    if (!this.#root || !table || !property) return text
    const without = applyTextEdits(text, deleteProperty(text, table, property))
    const isLast = table.children?.length === 1
    if (!dropEmpty || !isLast || text.slice(table.offset + 1, property.offset).trim() !== '') return without
    if (
      text
        .slice(endOf(property), endOf(table) - 1)
        .replace(',', '')
        .trim() !== ''
    )
      return without
    const outer = table.parent
    return outer ? applyTextEdits(text, deleteProperty(text, this.#root, outer)) : without
  }

  allBut([container, name]: EntryPath): unknown {
    const shape = shapeOf(this.#root)
    if (!Array.isArray(shape) || shape[0] !== 'object') return this.#root ? shape : ['object', []]
    const members = (shape[1] as [string, unknown][]).flatMap(([key, inner]): [string, unknown][] => {
      if (key !== container || !Array.isArray(inner) || inner[0] !== 'object') return [[key, inner]]
      const others = (inner[1] as [string, unknown][]).filter(([own]) => own !== name)
      return others.length === 0 ? [] : [[key, ['object', others]]]
    })
    return ['object', members]
  }

  #fillBlank(value: EntryValue): string {
    const text = this.#text
    const style = styleOf(text, undefined)
    const gap = text.trim() === '' || text.endsWith('\n') ? '' : style.lineEnd
    return `${text.trim() === '' ? '' : text}${gap}${renderValue(value, style, '')}${style.lineEnd}`
  }

  #table(container: string): Node | undefined {
    if (this.#root?.type !== 'object') throw this.#misfit(this.#root, 'the file holds no object')
    const property = this.#property(this.#root, container)
    if (!property) return undefined
    const table = valueOf(property)
    if (table.type !== 'object') throw this.#misfit(table, `"${container}" is not an object`)
    return table
  }

  /** Programs differ in which of two equal names they take, so neither is touched. */
  #property(object: Node, name: string): Node | undefined {
    const found = (object.children ?? []).filter((property) => keyOf(property) === name)
    if (found.length > 1) throw this.#misfit(found[1], `"${name}" stands there twice`)
    return found[0]
  }

  #misfit(node: Node | undefined, problem: string): UnusableConfigError {
    return new UnusableConfigError(problem, placeOf(this.#text, node?.offset ?? 0))
  }
}

function parse(text: string, { comments, trailingCommas }: JsonFlavour): Node | undefined {
  const errors: ParseError[] = []
  const root = parseWhole(text, errors, { disallowComments: !comments, allowTrailingComma: trailingCommas, allowEmptyContent: true })
  const [error] = errors
  if (error) throw new UnusableConfigError(sentenceOf(error), placeOf(text, error.offset))
  return root
}

function parseWhole(text: string, errors: ParseError[], options: Parameters<typeof parseTree>[2]): Node | undefined {
  try {
    return parseTree(text, errors, options)
  } catch (error) {
    if (error instanceof RangeError) throw new UnusableConfigError('it nests too deep', { line: 1, column: 1 })
    throw error
  }
}

/** "CommaExpected" as "comma expected". */
function sentenceOf({ error }: ParseError): string {
  const name = printParseErrorCode(error)
  if (name === 'InvalidCommentToken') return 'a comment, which the program that reads this file does not take'
  return name.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).replace(/^./, (letter) => letter.toLowerCase())
}

function keyOf(property: Node): unknown {
  return property.children?.[0]?.value as unknown // jsonc-parser types it as any
}

function valueOf(property: Node): Node {
  const value = property.children?.[1]
  if (!value) throw new Error('A property of a tree without errors has a value.')
  return value
}

function indentOfProperty(text: string, property: Node): string | undefined {
  const start = text.lastIndexOf('\n', property.offset - 1) + 1
  return /^[ \t]*$/.test(text.slice(start, property.offset)) ? text.slice(start, property.offset) : undefined
}

/** A tree as nested lists, with order and doubles, which plain objects would hide. */
function shapeOf(node: Node | undefined): unknown {
  if (node?.type === 'object') return ['object', (node.children ?? []).map((property) => [keyOf(property), shapeOf(valueOf(property))])]
  if (node?.type === 'array') return ['array', (node.children ?? []).map(shapeOf)]
  return [node?.type, node?.value as unknown] // jsonc-parser types it as any
}
