import { createScanner } from 'jsonc-parser'
import type { JSONScanner, Node } from 'jsonc-parser'
import type { EntryValue, TextEdit } from './config-document.ts'
import { hasLineBreak, indentBefore, lineIndent, renderProperty } from './json-style.ts'
import type { JsonStyle } from './json-style.ts'

/** Kinds of tokens, as jsonc-parser numbers them; its own enumeration is gone when types are stripped. */
const TOKEN = { comma: 5, lineComment: 12, blockComment: 13, blank: 15 } as const

// jsonc-parser's own `modify` lays whole lines out anew, and puts what it adds before a comment that belongs to the line above.

/** Adds a property at the end of an object, behind the comments that belong to the last one. */
export function insertProperty(text: string, object: Node, name: string, value: EntryValue, style: JsonStyle): TextEdit[] {
  const last = object.children?.at(-1)
  if (!last) return [fillEmpty(text, object, name, value, style)]
  const end = endOf(last)
  const comma = commaAfter(text, end)
  const isInline = !hasLineBreak(text, object.offset, last.offset)
  const addComma: TextEdit[] = comma === undefined ? [{ offset: end, length: 0, text: ',' }] : []
  const closing = comma === undefined ? '' : ','
  if (isInline) {
    const property = renderProperty(name, value, { ...style, isInline: true }, '')
    const gap = style.isSpaced ? ' ' : ''
    const after = comma === undefined ? end : comma + 1
    return [{ offset: after, length: 0, text: `${comma === undefined ? ',' : ''}${gap}${property}${closing}` }]
  }
  const indent = indentBefore(text, last.offset) ?? lineIndent(text, object.offset) + style.indent
  const property = renderProperty(name, value, { ...style, isInline: false }, indent)
  const place = endOfLineComments(text, comma === undefined ? end : comma + 1)
  const added: TextEdit = { offset: place, length: 0, text: `${style.lineEnd}${indent}${property}${closing}` }
  if (place === end && comma === undefined) return [{ ...added, text: `,${added.text}` }]
  return [...addComma, added]
}

function fillEmpty(text: string, object: Node, name: string, value: EntryValue, style: JsonStyle): TextEdit {
  const from = object.offset + 1
  const to = endOf(object) - 1
  const inside = text.slice(from, to)
  if (style.isInline && inside.trim() === '') {
    const gap = style.isSpaced ? ' ' : ''
    return { offset: from, length: to - from, text: `${gap}${renderProperty(name, value, style, '')}${gap}` }
  }
  const outer = lineIndent(text, object.offset)
  const indent = outer + style.indent
  const property = `${style.lineEnd}${indent}${renderProperty(name, value, { ...style, isInline: false }, indent)}${style.lineEnd}${outer}`
  // Comments stay before it, in their own words and lines.
  const kept = inside.trimEnd().length
  return { offset: from + kept, length: inside.length - kept, text: property }
}

/** Takes a property out with its line and one comma; comments around it stay. */
export function deleteProperty(text: string, object: Node, property: Node): TextEdit[] {
  const children = object.children ?? []
  const before = children[children.indexOf(property) - 1]
  const comma = commaAfter(text, endOf(property))
  const edits: TextEdit[] = []
  let end = endOf(property)
  if (comma !== undefined && text.slice(end, comma).trim() === '') end = comma + 1
  else if (comma !== undefined) edits.push({ offset: comma, length: 1, text: '' })
  let start = property.offset
  const ownLine = indentBefore(text, start) !== undefined && start - (indentBefore(text, start) ?? '').length > 0
  if (ownLine) {
    start = lineBreakBefore(text, start)
    const rest = /^[ \t]*(?=\r?\n|$)/.exec(text.slice(end))
    if (rest) end += rest[0].length
  } else if (comma !== undefined) {
    end += /^[ \t]*/.exec(text.slice(end))?.[0].length ?? 0
  }
  if (comma === undefined && before) {
    const previousComma = commaAfter(text, endOf(before))
    if (previousComma !== undefined) {
      if (text.slice(previousComma + 1, start).trim() === '' && !ownLine) start = previousComma
      else edits.push({ offset: previousComma, length: 1, text: '' })
    }
  }
  return [...edits, { offset: start, length: end - start, text: '' }]
}

export function endOf(node: Node): number {
  return node.offset + node.length
}

/** Where the comma after this place is, past comments and white space; undefined when something else comes first. */
function commaAfter(text: string, from: number): number | undefined {
  const scanner = createScanner(text, true)
  scanner.setPosition(from)
  return tokenOf(scanner) === TOKEN.comma ? scanner.getTokenOffset() : undefined
}

/** The end of the comments that follow on the same line; `from` itself when there are none. */
function endOfLineComments(text: string, from: number): number {
  const scanner = createScanner(text, false)
  scanner.setPosition(from)
  let end = from
  for (let token = tokenOf(scanner); ; token = tokenOf(scanner)) {
    if (token === TOKEN.blank) continue
    const isComment = token === TOKEN.lineComment || token === TOKEN.blockComment
    if (!isComment || scanner.getTokenValue().includes('\n')) return end
    end = scanner.getTokenOffset() + scanner.getTokenLength()
  }
}

function lineBreakBefore(text: string, offset: number): number {
  const lineFeed = text.lastIndexOf('\n', offset - 1)
  return text[lineFeed - 1] === '\r' ? lineFeed - 1 : lineFeed
}

function tokenOf(scanner: JSONScanner): number {
  return scanner.scan()
}
