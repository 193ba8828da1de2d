/** What the longest texts and lists may have at first; halved until the whole fits. */
const FIRST_CHARACTERS = 16_384
const FIRST_ITEMS = 512

export interface CutOutput {
  readonly value: unknown
  readonly isCut: boolean
}

/**
 * A JSON value in at most `maxBytes` of UTF-8: texts lose their ends and lists their last items, so that the paths into it stay. What
 * cannot be made small enough that way becomes null.
 */
export function cutToSize(value: unknown, maxBytes: number): CutOutput {
  if (fits(value, maxBytes)) return { value, isCut: false }
  for (let characters = FIRST_CHARACTERS, items = FIRST_ITEMS; items >= 1; characters = characters / 2, items = Math.floor(items / 2)) {
    const cut = shorten(value, Math.max(16, Math.floor(characters)), items)
    if (fits(cut, maxBytes)) return { value: cut, isCut: true }
  }
  return { value: null, isCut: true }
}

function fits(value: unknown, maxBytes: number): boolean {
  return Buffer.byteLength(JSON.stringify(value)) <= maxBytes
}

function shorten(value: unknown, characters: number, items: number): unknown {
  if (typeof value === 'string') return value.length <= characters ? value : `${value.slice(0, characters - 1).toWellFormed()}…`
  if (Array.isArray(value)) return value.slice(0, items).map((item) => shorten(item, characters, items))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shorten(item, characters, items)]))
}
