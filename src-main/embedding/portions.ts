/** Of a portion, which is some 150 ms of work: whoever shares work with another waits no longer for it at the end. */
const MAX_CHARACTERS = 6_000
const MAX_TEXTS = 64
/** Something for each run of the model, however short the text. */
const CHARACTERS_OF_A_RUN = 20

/**
 * Places of texts in portions, to be taken from both ends, the shortest texts first and the longest last: in one portion many are of the
 * same length, and those go through the model together.
 */
export class Portions {
  readonly #portions: number[][] = []

  constructor(texts: readonly string[]) {
    const lengthAt = (place: number) => (texts[place]?.length ?? 0) + CHARACTERS_OF_A_RUN
    let characters = Infinity
    for (const place of [...texts.keys()].sort((a, b) => lengthAt(a) - lengthAt(b))) {
      const portion = this.#portions.at(-1)
      if (portion && portion.length < MAX_TEXTS && characters + lengthAt(place) <= MAX_CHARACTERS) {
        portion.push(place)
        characters += lengthAt(place)
      } else {
        this.#portions.push([place])
        characters = lengthAt(place)
      }
    }
  }

  takeShortest(): readonly number[] | undefined {
    return this.#portions.shift()
  }

  takeLongest(): readonly number[] | undefined {
    return this.#portions.pop()
  }
}
