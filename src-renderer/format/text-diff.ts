/** A run of text that both sides share, or that only one has. */
export interface DiffPart {
  readonly kind: 'same' | 'added' | 'removed'
  readonly text: string
}

/** Beyond this many pairs of words the middle is shown as one replacement: the page must not freeze over a long text. */
const MOST_PAIRS = 1_000_000

const CJK = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}`
const PIECES = new RegExp(String.raw`[${CJK}]|[[\p{L}\p{N}_]--[${CJK}]]+|\s+|[^\p{L}\p{N}_\s]`, 'gv')

/** What changed from `before` to `after`, by words, so that moved line breaks do not colour a whole paragraph. */
export function diffText(before: string, after: string): readonly DiffPart[] {
  const a = wordsOf(before)
  const b = wordsOf(after)
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1
  let end = 0
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1

  const parts = new Parts()
  parts.add('same', a.slice(0, start))
  const left = a.slice(start, a.length - end)
  const right = b.slice(start, b.length - end)
  if (left.length * right.length > MOST_PAIRS) {
    parts.add('removed', left)
    parts.add('added', right)
  } else {
    walk(left, right, parts)
  }
  parts.add('same', a.slice(a.length - end))
  return parts.list
}

/** Words, runs of white space, and single signs. Scripts without spaces go by the character. */
function wordsOf(text: string): readonly string[] {
  return text.match(PIECES) ?? []
}

/** Longest common subsequence by dynamic programming, read from the start. */
function walk(a: readonly string[], b: readonly string[], parts: Parts): void {
  const width = b.length + 1
  const longest = new Uint16Array((a.length + 1) * width)
  const at = (i: number, j: number) => longest[i * width + j] ?? 0
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      longest[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      parts.add('same', a.slice(i, i + 1))
      i += 1
      j += 1
    } else if (i < a.length && (j === b.length || at(i + 1, j) >= at(i, j + 1))) {
      parts.add('removed', a.slice(i, i + 1))
      i += 1
    } else {
      parts.add('added', b.slice(j, j + 1))
      j += 1
    }
  }
}

/** Collects runs, joining neighbours of one kind. */
class Parts {
  readonly list: DiffPart[] = []

  add(kind: DiffPart['kind'], words: readonly string[]): void {
    if (words.length === 0) return
    const last = this.list.at(-1)
    const text = words.join('')
    if (last?.kind === kind) this.list[this.list.length - 1] = { kind, text: last.text + text }
    else this.list.push({ kind, text })
  }
}
