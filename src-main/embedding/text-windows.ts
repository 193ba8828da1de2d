/** Cuts texts into pieces that a tokenizer takes quickly, and token ids into windows that the model takes at all. */

/**
 * Pieces of `text` of at most `maxCharacters`, cut after white space where there is some: tokens do not reach over it, so
 * the tokens of the pieces are the tokens of the text. Where there is none, between two characters, never inside one.
 */
export function* slicesOf(text: string, maxCharacters: number): Generator<string> {
  let start = 0
  while (text.length - start > maxCharacters) {
    const end = cutBefore(text, start, start + maxCharacters)
    yield text.slice(start, end)
    start = end
  }
  yield text.slice(start)
}

/**
 * Windows of at most `size` ids, each sharing `overlap` ids with the one before, so that a sentence on a border stands whole
 * in one of them. At least one, empty when there are no ids.
 */
export function windowsOf(ids: readonly number[], size: number, overlap: number): number[][] {
  const windows = [ids.slice(0, size)]
  for (let end = size; end < ids.length; end += size - overlap) windows.push(ids.slice(end - overlap, end - overlap + size))
  return windows
}

/** Windows of the same length in groups of at most `maxTokens` ids, or of one window. */
export function* sameLengths<T extends { readonly ids: readonly number[] }>(windows: readonly T[], maxTokens: number): Generator<T[]> {
  let group: T[] = []
  for (const window of windows.toSorted((a, b) => a.ids.length - b.ids.length)) {
    const { length } = window.ids
    const fits = group[0]?.ids.length === length && (group.length + 1) * length <= maxTokens
    if (group.length > 0 && !fits) {
      yield group
      group = []
    }
    group.push(window)
  }
  if (group.length > 0) yield group
}

/** A bound between `start` and `limit` of words of any sane length: further back the search for white space gives up. */
const MAX_WORD_CHARACTERS = 200

function cutBefore(text: string, start: number, limit: number): number {
  const lowest = Math.max(start + 1, limit - MAX_WORD_CHARACTERS)
  for (let end = limit; end >= lowest; end--) {
    if (/\s/.test(text.charAt(end - 1))) return end
  }
  const splitsPair = /[\uD800-\uDBFF]/.test(text.charAt(limit - 1)) && limit - 1 > start
  return splitsPair ? limit - 1 : limit
}
