import { slicesOf } from '../text-windows.ts'

/** Characters of one window: some 500 tokens of English, what the smallest models take; a refused one is halved. */
const WINDOW_CHARACTERS = 2_000
/** What a window shares with the one before: about two sentences. */
const OVERLAP_CHARACTERS = 200
/** Of one request, prefixes not counted. */
const BATCH_CHARACTERS = 60_000

/** A text as windows, each beginning with the end of the one before. At least one. */
export function windowsOfText(text: string): string[] {
  const slices = [...slicesOf(text, WINDOW_CHARACTERS - OVERLAP_CHARACTERS)]
  return slices.map((slice, i) => tailOf(slices[i - 1] ?? '') + slice)
}

/** Cuts a list into requests of at most `maxCount` texts and so many characters; a longer text goes alone. */
export function batchesOf(texts: readonly string[], maxCount: number): string[][] {
  const batches: string[][] = []
  let characters = 0
  for (const text of texts) {
    const last = batches.at(-1)
    if (last && last.length < maxCount && characters + text.length <= BATCH_CHARACTERS) last.push(text)
    else {
      batches.push([text])
      characters = 0
    }
    characters += text.length
  }
  return batches
}

/** The two halves of a text, cut at white space where there is some. */
export function halvesOf(text: string): string[] {
  const [first = '', ...rest] = slicesOf(text, Math.ceil(text.length / 2))
  return [first, rest.join('')].filter((half) => half !== '')
}

/** The end of a window, from a word's beginning on. */
function tailOf(slice: string): string {
  const tail = slice.slice(-OVERLAP_CHARACTERS)
  const space = tail.search(/\s/)
  if (space >= 0) return tail.slice(space + 1)
  return tail.replace(/^[\uDC00-\uDFFF]/, '')
}
