import { keyOf, labelWords } from './label-words.ts'

/** A text, and the group it was taken from. */
export interface GroupedText {
  readonly group: number
  readonly text: string
}

const WORDS_PER_LABEL = 3
/** Share of a group's texts that a word must stand in to speak for it. */
const LEAST_SHARE = 0.06
/** Share of all texts from which on a word tells nothing. */
const MOST_SHARE = 0.6

interface WordUse {
  readonly key: string
  /** How it is written most often. */
  readonly shown: string
  /** Of each group, the texts it stands in. */
  readonly texts: Map<number, number>
}

/**
 * Of each group the words that tell it from the others: TF-IDF of groups instead of texts (as in BERTopic, Grootendorst 2022). A word counts
 * once a text, so that one talkative text does not name a group, and for nothing where it stands in all of them.
 */
export function tellingWords(texts: readonly GroupedText[], groups: number): string[][] {
  const uses = usesOf(texts)
  const sizes = new Array<number>(groups).fill(0)
  for (const { group } of texts) sizes[group] = (sizes[group] ?? 0) + 1
  const telling = uses.filter(({ texts: own }) => total(own) <= MOST_SHARE * texts.length)
  return sizes.map((size, group) => {
    const best = bestWords(telling, { group, size, all: texts.length })
    // Where all groups say the same, that is what they are about.
    return best.length > 0 ? best : bestWords(uses, { group, size, all: texts.length })
  })
}

function bestWords(
  uses: readonly WordUse[],
  { group, size, all }: { readonly group: number; readonly size: number; readonly all: number },
): string[] {
  const least = Math.max(Math.min(2, size), size * LEAST_SHARE)
  const scored = uses.flatMap((use) => {
    const own = use.texts.get(group) ?? 0
    return own < least ? [] : [{ use, score: (own / size) * Math.log(1 + all / total(use.texts)) }]
  })
  scored.sort((a, b) => b.score - a.score || (a.use.key < b.use.key ? -1 : 1))
  return distinct(scored.map(({ use }) => use.shown))
}

function usesOf(texts: readonly GroupedText[]): WordUse[] {
  const spellings = new Map<string, Map<string, number>>()
  const uses = new Map<string, Map<number, number>>()
  for (const { group, text } of texts) {
    const keys = new Set<string>()
    for (const word of labelWords(text)) {
      const key = keyOf(word)
      count(spellings, key, word)
      if (keys.has(key)) continue
      keys.add(key)
      count(uses, key, group)
    }
  }
  return [...uses].map(([key, own]) => {
    const written = [...(spellings.get(key) ?? [])].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    return { key, shown: written[0]?.[0] ?? key, texts: own }
  })
}

/** The first few that do not begin alike: "deploy" and "deployment" say one thing. */
function distinct(words: readonly string[]): string[] {
  const chosen: string[] = []
  for (const word of words) {
    if (chosen.length === WORDS_PER_LABEL) break
    if (!chosen.some((other) => beginAlike(word, other))) chosen.push(word)
  }
  return chosen
}

function beginAlike(a: string, b: string): boolean {
  const length = Math.min(a.length, b.length, 5)
  return (length >= 4 && a.slice(0, length) === b.slice(0, length)) || a.includes(b) || b.includes(a)
}

function count<K>(table: Map<string, Map<K, number>>, key: string, inner: K): void {
  const counts = table.get(key) ?? new Map<K, number>()
  counts.set(inner, (counts.get(inner) ?? 0) + 1)
  table.set(key, counts)
}

function total(counts: ReadonlyMap<unknown, number>): number {
  let sum = 0
  for (const value of counts.values()) sum += value
  return sum
}
