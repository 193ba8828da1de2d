const SYLLABLES = 'ka lo mi ren tor vi sa du pel gra no zen bi ul har tis mo fen qua ley'.split(' ')

/** A made-up name of people, places, parts; each number has its own. */
export function nameOf(rank: number): string {
  let name = ''
  for (let rest = rank + SYLLABLES.length; rest > 0; rest = Math.floor(rest / SYLLABLES.length))
    name += SYLLABLES[rest % SYLLABLES.length] ?? ''
  return name
}
