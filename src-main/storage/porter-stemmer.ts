/**
 * The Porter stemming algorithm (M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980), the same that
 * FTS5 calls `porter`. Kept in code so that every dialect, and the counting of words in a question, use one and the same.
 */
export function stem(word: string): string {
  if (word.length < 3 || !/^[a-z]+$/.test(word)) return word
  let w = stepOneA(word)
  w = stepOneB(w)
  if (w.endsWith('y') && hasVowel(w.slice(0, -1))) w = w.slice(0, -1) + 'i'
  w = replaceSuffix(w, STEP_TWO, 0)
  w = replaceSuffix(w, STEP_THREE, 0)
  w = stepFour(w)
  return stepFive(w)
}

const STEP_TWO: readonly (readonly [string, string])[] = [
  ['ational', 'ate'],
  ['tional', 'tion'],
  ['enci', 'ence'],
  ['anci', 'ance'],
  ['izer', 'ize'],
  ['logi', 'log'],
  ['bli', 'ble'],
  ['alli', 'al'],
  ['entli', 'ent'],
  ['eli', 'e'],
  ['ousli', 'ous'],
  ['ization', 'ize'],
  ['ation', 'ate'],
  ['ator', 'ate'],
  ['alism', 'al'],
  ['iveness', 'ive'],
  ['fulness', 'ful'],
  ['ousness', 'ous'],
  ['aliti', 'al'],
  ['iviti', 'ive'],
  ['biliti', 'ble'],
]

const STEP_THREE: readonly (readonly [string, string])[] = [
  ['icate', 'ic'],
  ['ative', ''],
  ['alize', 'al'],
  ['iciti', 'ic'],
  ['ical', 'ic'],
  ['ful', ''],
  ['ness', ''],
]

const STEP_FOUR = 'ement ance ence able ible ment ant ent ism ate iti ous ive ize ion al er ic ou'.split(' ')

function stepOneA(w: string): string {
  if (!w.endsWith('s')) return w
  if (w.endsWith('sses') || w.endsWith('ies')) return w.slice(0, -2)
  return w.endsWith('ss') ? w : w.slice(0, -1)
}

function stepOneB(w: string): string {
  if (w.endsWith('eed')) return measure(w.slice(0, -3)) > 0 ? w.slice(0, -1) : w
  const cut = w.endsWith('ed') ? 2 : w.endsWith('ing') ? 3 : 0
  if (cut === 0 || !hasVowel(w.slice(0, -cut))) return w
  const root = w.slice(0, -cut)
  if (root.endsWith('at') || root.endsWith('bl') || root.endsWith('iz')) return root + 'e'
  if (endsInDouble(root) && !/[lsz]$/.test(root)) return root.slice(0, -1)
  return measure(root) === 1 && endsInShortSyllable(root) ? root + 'e' : root
}

function replaceSuffix(w: string, rules: readonly (readonly [string, string])[], minMeasure: number): string {
  for (const [suffix, replacement] of rules) {
    if (!w.endsWith(suffix)) continue
    const root = w.slice(0, -suffix.length)
    return measure(root) > minMeasure ? root + replacement : w
  }
  return w
}

function stepFour(w: string): string {
  for (const suffix of STEP_FOUR) {
    if (!w.endsWith(suffix)) continue
    const root = w.slice(0, -suffix.length)
    if (suffix === 'ion' && !/[st]$/.test(root)) return w
    return measure(root) > 1 ? root : w
  }
  return w
}

function stepFive(w: string): string {
  let result = w
  if (result.endsWith('e')) {
    const root = result.slice(0, -1)
    const m = measure(root)
    if (m > 1 || (m === 1 && !endsInShortSyllable(root))) result = root
  }
  return result.endsWith('ll') && measure(result) > 1 ? result.slice(0, -1) : result
}

function isConsonant(w: string, i: number): boolean {
  const letter = w[i] ?? ''
  if (letter === 'y') return i === 0 || !isConsonant(w, i - 1)
  return !'aeiou'.includes(letter)
}

/** The number of vowel-consonant turns: m of the paper. */
function measure(w: string): number {
  let turns = 0
  let wasVowel = false
  for (let i = 0; i < w.length; i++) {
    const consonant = isConsonant(w, i)
    if (consonant && wasVowel) turns++
    wasVowel = !consonant
  }
  return turns
}

function hasVowel(w: string): boolean {
  for (let i = 0; i < w.length; i++) if (!isConsonant(w, i)) return true
  return false
}

function endsInDouble(w: string): boolean {
  return w.length > 1 && w.at(-1) === w.at(-2) && isConsonant(w, w.length - 1)
}

/** Consonant, vowel, consonant other than w, x and y: *o of the paper. */
function endsInShortSyllable(w: string): boolean {
  const last = w.length - 1
  return last >= 2 && isConsonant(w, last) && !isConsonant(w, last - 1) && isConsonant(w, last - 2) && !/[wxy]$/.test(w)
}
