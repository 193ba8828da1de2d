import type { Node } from 'jsonc-parser'
import { lineEndOf } from './config-document.ts'
import type { EntryValue } from './config-document.ts'

/** How a JSON file is laid out, so that what is added looks like the rest. */
export interface JsonStyle {
  readonly lineEnd: '\n' | '\r\n'
  /** One step. */
  readonly indent: string
  /** Everything on one line. */
  readonly isInline: boolean
  /** Whether a colon and a comma are followed by a space on one line. */
  readonly isSpaced: boolean
}

export function styleOf(text: string, root: Node | undefined): JsonStyle {
  const first = root?.children?.[0]
  const isInline = root !== undefined && first !== undefined && !hasLineBreak(text, root.offset, first.offset)
  const ownIndent = first && indentBefore(text, first.offset)
  const [key, value] = first?.children ?? []
  const isSpaced = !isInline || (key !== undefined && value !== undefined && /\s/.test(text.slice(key.offset + key.length, value.offset)))
  return { lineEnd: lineEndOf(text), indent: ownIndent === undefined || ownIndent === '' ? '  ' : ownIndent, isInline, isSpaced }
}

/** `"name": value`, its further lines indented by `indent`. */
export function renderProperty(name: string, value: EntryValue, style: JsonStyle, indent: string): string {
  const key = JSON.stringify(name)
  return style.isInline
    ? `${key}:${style.isSpaced ? ' ' : ''}${renderValue(value, style, indent)}`
    : `${key}: ${renderValue(value, style, indent)}`
}

export function renderValue(value: EntryValue, style: JsonStyle, indent: string): string {
  if (style.isInline && !style.isSpaced) return JSON.stringify(value)
  // Line breaks within strings are escapes, so those in the text are all layout.
  if (style.isInline) return JSON.stringify(value, null, 1).replace(/\n */g, ' ')
  return JSON.stringify(value, null, style.indent).replaceAll('\n', style.lineEnd + indent)
}

/** The white space between the start of a line and this place, if there is nothing else. */
export function indentBefore(text: string, offset: number): string | undefined {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  const before = text.slice(start, offset)
  return /^[ \t]*$/.test(before) ? before : undefined
}

/** The white space that the line of this place begins with. */
export function lineIndent(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? ''
}

export function hasLineBreak(text: string, from: number, to: number): boolean {
  return text.slice(from, to).includes('\n')
}
