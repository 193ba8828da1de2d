import { isDeepStrictEqual } from 'node:util'

/** Where an entry stands in a configuration: the name of the table of servers, and the entry's name in it. */
export type EntryPath = readonly [container: string, name: string]

/** A configuration as it was read. Edits give a new text and leave everything but the entry as it stands, byte for byte. */
export interface ConfigDocument {
  /** Throws UnusableConfigError where an entry has no place, with the reason. */
  assertHasRoom(path: EntryPath): void
  /** The entry as plain data; undefined when there is none. */
  valueAt(path: EntryPath): unknown
  /** True if the table of servers is there. */
  hasContainer(path: EntryPath): boolean
  /** The whole text with this entry in it, in the manner of the file. Throws UnusableConfigError where it has no place. */
  set(path: EntryPath, value: EntryValue): string
  /** The whole text without the entry, and with `dropEmpty` also without a table that holds nothing else. */
  remove(path: EntryPath, dropEmpty: boolean): string
  /** All data but the entry and a table that is empty without it: what an edit must leave the same. */
  allBut(path: EntryPath): unknown
  /** True if neither data nor a comment is in it. */
  readonly isBlank: boolean
}

/** What an entry may hold: JSON without null, which TOML does not know. */
export type EntryValue = string | number | boolean | readonly EntryValue[] | { readonly [key: string]: EntryValue }

/** Reads a text of one format. Throws UnusableConfigError with the place when it is not of that format. */
export type ReadConfig = (text: string) => ConfigDocument

/** A configuration that cannot be read, or holds something else where our entry belongs. It stays as it is. */
export class UnusableConfigError extends Error {
  override readonly name = 'UnusableConfigError'
  /** From 1. */
  readonly line: number
  /** From 1, in UTF-16 units. */
  readonly column: number

  constructor(problem: string, { line, column }: { readonly line: number; readonly column: number }) {
    super(problem)
    this.line = line
    this.column = column
  }
}

/** The text with the entry set, checked: read again, it differs in the entry alone, and the entry is this one. */
export function withEntry(read: ReadConfig, text: string, path: EntryPath, value: EntryValue): string {
  const before = read(text)
  const after = before.set(path, value)
  assertOnlyEntryDiffers(read, before, after, path)
  if (!isDeepStrictEqual(read(after).valueAt(path), value)) throw new Error('The entry that was written reads back as another one.')
  return after
}

/** The text without the entry, checked in the same way. */
export function withoutEntry(read: ReadConfig, text: string, path: EntryPath, dropEmpty: boolean): string {
  const before = read(text)
  const after = before.remove(path, dropEmpty)
  assertOnlyEntryDiffers(read, before, after, path)
  if (read(after).valueAt(path) !== undefined) throw new Error('The entry is still there after it was removed.')
  return after
}

function assertOnlyEntryDiffers(read: ReadConfig, before: ConfigDocument, after: string, path: EntryPath): void {
  if (isDeepStrictEqual(read(after).allBut(path), before.allBut(path))) return
  throw new Error('The edit would have changed more than the entry of TMWS; nothing was written.')
}

/** Line and column, from 1, of a place in a text. */
export function placeOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset)
  return { line: before.split('\n').length, column: offset - (before.lastIndexOf('\n') + 1) + 1 }
}

/** One change of a text; edits of one text do not overlap. */
export interface TextEdit {
  readonly offset: number
  readonly length: number
  readonly text: string
}

export function applyTextEdits(text: string, edits: readonly TextEdit[]): string {
  return edits
    .toSorted((one, other) => other.offset - one.offset)
    .reduce((result, { offset, length, text: inserted }) => result.slice(0, offset) + inserted + result.slice(offset + length), text)
}

/** How lines end in a text, by the majority. */
export function lineEndOf(text: string): '\n' | '\r\n' {
  const all = text.split('\n').length - 1
  const withReturn = text.split('\r\n').length - 1
  return withReturn * 2 > all ? '\r\n' : '\n'
}
