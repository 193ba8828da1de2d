import { stem } from './porter-stemmer.ts'

/**
 * Words of the keyword leg. Every dialect indexes and asks with exactly these terms, so that a memory is found the same way
 * wherever it lives: letters and digits folded to lower case without accents, English words stemmed, runs of scripts that
 * put no spaces between words cut into overlapping pairs of characters.
 */

/** Raised when the terms of a text change: a store that was indexed under another number indexes itself again. */
export const SEARCH_TEXT_VERSION = 1

/** A pasted page is no question; the first words of it are. */
const MAX_QUERY_TERMS = 128
/** Longer runs (base64, hashes) are told apart well enough by their start. */
const MAX_TERM_CHARACTERS = 64

const ACCENTS = /[\u0300-\u036f]/g
// eslint-disable-next-line no-control-regex -- plain ASCII is the whole range
const ASCII_ONLY = /^[\u0000-\u007f]*$/
const WORD = /[\p{L}\p{N}\p{M}\p{Co}]+|\p{Extended_Pictographic}/gu
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー]+/gu
const HAS_UNSPACED = new RegExp(UNSPACED.source, 'u')

const STOP_WORDS = new Set(
  (
    'a about after all also am an and any are as at be because been before being between both but by can could d did do does doing ' +
    'down during each few for from further had has have having he her here hers him his how i if in into is it its just ll m me ' +
    'more most my no nor not now of off on once only or other our out over own re s same she should so some such t than that the ' +
    'their them then there these they this those through to too under until up ve very was we were what when where which while ' +
    'who whom whose why will with would you your'
  ).split(' '),
)

/** Every term of `text` in its order, repeated as often as it stands there. */
export function indexTerms(text: string): string[] {
  const terms: string[] = []
  for (const word of words(text)) {
    if (HAS_UNSPACED.test(word)) pushMixed(terms, word, true)
    else terms.push(toTerm(word))
  }
  return terms
}

/** `indexTerms` as one text for an index that splits at spaces. */
export function indexText(text: string): string {
  return indexTerms(text).join(' ')
}

/** The distinct terms of a question: stop words dropped unless nothing else is asked, single characters only where they stand alone. */
export function queryTerms(question: string): string[] {
  const asked = words(question)
  const telling = asked.filter((word) => !STOP_WORDS.has(word))
  const terms: string[] = []
  for (const word of telling.length > 0 ? telling : asked) {
    if (HAS_UNSPACED.test(word)) pushMixed(terms, word, false)
    else terms.push(toTerm(word))
  }
  return [...new Set(terms)].slice(0, MAX_QUERY_TERMS)
}

/** Inverse document frequency as FTS5 counts it in bm25(): never quite 0, so that a common word still counts for a little. */
export function inverseDocumentFrequency(documents: number, documentsWithTerm: number): number {
  return Math.max(1e-6, Math.log((documents - documentsWithTerm + 0.5) / (documentsWithTerm + 0.5)))
}

/** How much a word counts by where it stands. */
export const FIELD_WEIGHTS = { content: 1, summary: 1, tags: 1.5 } as const

function words(text: string): string[] {
  return fold(text).match(WORD) ?? []
}

function fold(text: string): string {
  if (ASCII_ONLY.test(text)) return text.toLowerCase()
  return text.normalize('NFKD').replace(ACCENTS, '').normalize('NFC').toLowerCase()
}

/** Splits a word of mixed script: unspaced runs into pairs (and, for the index, single characters), the rest as words. */
function pushMixed(terms: string[], word: string, isForIndex: boolean): void {
  let end = 0
  for (const run of word.matchAll(UNSPACED)) {
    if (run.index > end) terms.push(toTerm(word.slice(end, run.index)))
    pushPairs(terms, Array.from(run[0]), isForIndex)
    end = run.index + run[0].length
  }
  if (end < word.length) terms.push(toTerm(word.slice(end)))
}

function pushPairs(terms: string[], characters: readonly string[], isForIndex: boolean): void {
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i] ?? ''
    if (isForIndex || characters.length === 1) terms.push(character)
    const next = characters[i + 1]
    if (next !== undefined) terms.push(character + next)
  }
}

function toTerm(word: string): string {
  if (word.length <= MAX_TERM_CHARACTERS) return stem(word)
  const cut = word.slice(0, MAX_TERM_CHARACTERS)
  return cut.isWellFormed() ? cut : cut.slice(0, -1)
}
