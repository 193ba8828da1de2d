/** Words of a text as a label may show them, each once. */

/** Scripts that put no spaces between words; the runtime's own dictionary parts them. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー々]/u
const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}_'’-]*/gu
const ONLY_HIRAGANA = /^[\p{Script=Hiragana}ー]+$/u
const HAS_LETTER = /\p{L}/u
const LEAST_CHARACTERS = 3
const MOST_CHARACTERS = 24

/** Words that hold sentences together. */
const FUNCTION_WORDS = new Set(
  (
    'about above after again all also always and any are because been before being between both but can cannot could did does doing done ' +
    'down each even every for from get gets got had has have her here him his how however into its just like made make makes many may ' +
    'more most must need needs never new not now off once one only other our out over own per same set she should since some still such ' +
    'take than that the their them then there these they this those through too two under until upon use used user uses using very via ' +
    'was way well were what when where which while who why will with within without would yes you your'
  ).split(' '),
)

let segmenter: Intl.Segmenter | undefined

export function labelWords(text: string): Set<string> {
  const found = new Set<string>()
  for (const [run] of text.normalize('NFKC').toLowerCase().matchAll(WORD)) {
    if (UNSPACED.test(run)) for (const word of segments(run)) found.add(word)
    else if (isTelling(run)) found.add(run)
  }
  return found
}

/** Words that mean the same to a reader have the same key: the plural counts with the singular. */
export function keyOf(word: string): string {
  return word.replace(/['’]s$/u, '').replace(/(?<=[a-z]{3})(?<![su])s$/u, '')
}

function* segments(run: string): Generator<string> {
  segmenter ??= new Intl.Segmenter('ja', { granularity: 'word' })
  for (const { segment } of segmenter.segment(run)) {
    const isWord = UNSPACED.test(segment) ? Array.from(segment).length >= 2 && !ONLY_HIRAGANA.test(segment) : isTelling(segment)
    if (isWord && segment.length <= MOST_CHARACTERS) yield segment
  }
}

function isTelling(word: string): boolean {
  const { length } = word
  return length >= LEAST_CHARACTERS && length <= MOST_CHARACTERS && HAS_LETTER.test(word) && !FUNCTION_WORDS.has(word)
}
