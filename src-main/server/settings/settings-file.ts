import { createHash } from 'node:crypto'
import { lstatSync, readFileSync } from 'node:fs'
import { parseTree } from 'jsonc-parser'
import type { Node } from 'jsonc-parser'
import { AppError } from '../../base/errors.ts'
import { writePrivateText } from '../../base/private-files.ts'
import type { SettingValue } from '../../contract/settings.ts'
import { applyTextEdits } from '../connect/edit/config-document.ts'
import { deleteProperty, insertProperty } from '../connect/edit/json-edits.ts'
import { renderValue, styleOf } from '../connect/edit/json-style.ts'

/** Version of a settings file that is not there. */
const NO_FILE = 'none'
const FIRST_TEXT = '{\n}\n'

export interface SettingsFile {
  readonly path: string
  /** Undefined when there is none. */
  readonly text: string | undefined
  readonly version: string
}

/** Throws `unavailable` for a file that is there and cannot be read. */
export function readSettingsText(path: string): SettingsFile {
  try {
    const text = readFileSync(path, 'utf8')
    return { path, text, version: createHash('sha256').update(text).digest('hex') }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown'
    if (code === 'ENOENT' || code === 'ENOTDIR') return { path, text: undefined, version: NO_FILE }
    throw new AppError('unavailable', `The settings file ${path} cannot be read (${code}).`, { cause: error })
  }
}

/** The text with some keys set or, by null, taken out. Comments, order and layout of the rest stay. The text is a JSON object with any comments. */
export function withChanges(text: string | undefined, changes: Readonly<Record<string, SettingValue | null>>): string {
  const start = text === undefined || text.trim() === '' ? FIRST_TEXT : text
  return Object.entries(changes).reduce(
    (result, [key, value]) => (value === null ? withoutKey(result, key) : withKey(result, key, value)),
    start,
  )
}

function withKey(text: string, key: string, value: SettingValue): string {
  const root = rootOf(text)
  const style = styleOf(text, root)
  // Of two of one name the last one counts.
  const old = propertiesOf(root, key).at(-1)?.children?.[1]
  if (!old) return applyTextEdits(text, insertProperty(text, root, key, value, style))
  const rendered = renderValue(value, { ...style, isInline: true }, '')
  return applyTextEdits(text, [{ offset: old.offset, length: old.length, text: rendered }])
}

function withoutKey(text: string, key: string): string {
  const root = rootOf(text)
  const [property] = propertiesOf(root, key)
  return property ? withoutKey(applyTextEdits(text, deleteProperty(text, root, property)), key) : text
}

function propertiesOf(root: Node, key: string): Node[] {
  return (root.children ?? []).filter(({ children }) => children?.[0]?.value === key)
}

function rootOf(text: string): Node {
  const root = parseTree(text, [], { allowTrailingComma: true })
  if (root?.type !== 'object') throw new AppError('conflict', 'The settings file holds no JSON object.')
  return root
}

/** Puts the text in its place at once or not at all, for this user only. Throws `conflict` for a file that is not ours to replace, `unavailable` when it cannot be written. */
export function writeSettingsText({ path, version }: SettingsFile, text: string): void {
  if (readSettingsText(path).version !== version) throw changedMeanwhile()
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true
  if (isLink) throw new AppError('conflict', `The settings file ${path} is a link; change the file that it leads to.`)
  try {
    writePrivateText(path, text, { isDurable: true })
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown'
    throw new AppError('unavailable', `The settings file ${path} cannot be written (${code}). Nothing was changed.`, { cause: error })
  }
}

export function changedMeanwhile(): AppError {
  return new AppError('conflict', 'The settings were changed meanwhile. Look at them as they are now, and change them again.')
}
