import { PLACEHOLDERS, PLACEHOLDER_WORD, isPlaceholderName } from '../examples/placeholders.ts'
import type { Placeholder, PlaceholderName } from '../examples/placeholders.ts'
import type { ToolName } from '../tools.ts'

/** How real things are made. */
export interface Making {
  /** Calls a tool that must succeed, and returns its answer. */
  readonly call: (tool: ToolName, input: Record<string, unknown>, by?: 'owner') => Promise<unknown>
  /** Opens a connection, and returns the id of its session. */
  readonly connect: () => Promise<string>
}

/**
 * A JSON value with real things in place of its placeholders, each made by a call of its own. The same word gives the same thing
 * throughout the value, and another one in the next value.
 */
export async function fillPlaceholders<T>(value: T, making: Making, made = new Map<PlaceholderName, string>()): Promise<T> {
  const template = JSON.stringify(value)
  for (const [word] of template.matchAll(PLACEHOLDER_WORD)) {
    if (!isPlaceholderName(word)) throw new Error(`${word} is not in PLACEHOLDERS.`)
    if (!made.has(word)) made.set(word, await make(PLACEHOLDERS[word], making, made))
  }
  return JSON.parse(template.replace(PLACEHOLDER_WORD, (word) => made.get(word as PlaceholderName) ?? word)) as T // only texts within it changed
}

/** The placeholders again, from what a document shows in their place. */
export function toPlaceholders<T>(shown: T): T {
  let text = JSON.stringify(shown)
  for (const [word, { shows }] of Object.entries(PLACEHOLDERS)) text = text.replaceAll(shows, () => word)
  return JSON.parse(text) as T // only texts within it changed
}

async function make({ from, shows }: Placeholder, making: Making, made: Map<PlaceholderName, string>): Promise<string> {
  if (from === undefined) return shows
  if (from === 'unused') return `name-${crypto.randomUUID()}`
  if (from === 'connection') return making.connect()
  let value = await making.call(from.tool, await fillPlaceholders(from.input, making, made), from.by)
  for (const key of from.answer.split('.')) value = (value as Record<string, unknown> | undefined)?.[key]
  if (typeof value !== 'string') throw new Error(`${from.tool} answered nothing at ${from.answer}.`)
  return value
}
