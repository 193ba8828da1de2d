import { seededRandom } from '../../../e2e/bench/lib/sample-text.ts'
import { FACTS, FRAMES } from './sentences.ts'
import { nameOf } from './names.ts'
import { readVocabulary } from './vocabulary.ts'

/**
 * Notes of the shape agents keep: one to six sentences about one subject, some of them plain statements, some facts such as paths, errors, dates
 * and commands, some free talk. Words follow Zipf's law over a real vocabulary of 21,000, names one of 20,000, so that each word stands in as
 * many notes as it would in real ones. The same in every run. Notes of one `topic` are about the same thing, with its own words, in other
 * sentences and with other names.
 */
export interface Note {
  readonly topic: number
  readonly text: string
}

type Random = () => number

const NAMES = 20_000
const TOPIC_WORDS = 12
/** Words that are rarer than these are what a topic is about. */
const COMMON_WORDS = 300

export class Notes {
  readonly #topics: number
  readonly #vocabulary = readVocabulary()

  constructor(topics: number) {
    this.#topics = topics
  }

  note(index: number): Note {
    const topic = index % this.#topics
    const { subject, words, first } = this.#topic(topic)
    const own = seededRandom(index + 104_729)
    const fill = this.#filler(subject, words, own)
    const sentences = [first === undefined ? `${capital(subject)}: ${this.#talk(words, own)}` : fill(first)]
    // Half of all notes have one or two sentences, one in ten five or more.
    for (let more = Math.floor(own() ** 2 * 6); more > 0; more -= 1) {
      const kind = own()
      sentences.push(kind < 0.2 ? fill(pick(FRAMES, own)) : kind < 0.5 ? fill(pick(FACTS, own)) : capital(this.#talk(words, own)))
    }
    return { topic, text: index < this.#topics ? sentences.join(' ') : `${sentences.join(' ')} (${index})` }
  }

  /** A question about a topic: some words of a note's first sentence, eight at most. */
  question(number: number): string {
    const random = seededRandom(number + 15_485_863)
    const { text } = this.note((number * 7_919) % this.#topics)
    const words = text.split(/[.;]/)[0]?.split(' ') ?? []
    const kept = words.filter((word) => word.length > 2 && random() < 0.7)
    return `what about ${kept.slice(0, 8).join(' ')}?`
  }

  #topic(topic: number): { subject: string; words: readonly string[]; first: string | undefined } {
    const about = seededRandom(topic + 1)
    const words = Array.from({ length: TOPIC_WORDS }, () => {
      const span = this.#vocabulary.length / COMMON_WORDS
      return this.#vocabulary[Math.floor(COMMON_WORDS * span ** about())] ?? ''
    })
    return { subject: nameOf(zipf(NAMES, about)), words, first: about() < 0.5 ? pick(FRAMES, about) : undefined }
  }

  /** Fills in a sentence: {s} the subject, {n} a name, {p} a person, {w} a word of the topic, {v} any word, {d} a number, {h} a hash. */
  #filler(subject: string, words: readonly string[], own: Random): (sentence: string) => string {
    const values: Readonly<Record<string, () => string>> = {
      s: () => subject,
      n: () => nameOf(zipf(NAMES, own)),
      p: () => capital(nameOf(zipf(400, own))),
      w: () => pick(words, own),
      v: () => this.#vocabulary[zipf(this.#vocabulary.length, own)] ?? '',
      W: () => capital(pick(words, own)),
      d: () => String(2 + Math.floor(own() ** 3 * 4000)),
      h: () => Math.floor(own() * 0x10000000).toString(16),
    }
    return (sentence) => sentence.replaceAll(/\{(\w)\}/g, (_, slot: string) => values[slot]?.() ?? '')
  }

  #talk(words: readonly string[], own: Random): string {
    const length = 6 + Math.floor(own() * 14)
    const said = Array.from({ length }, () =>
      own() < 0.15 ? pick(words, own) : (this.#vocabulary[zipf(this.#vocabulary.length, own)] ?? ''),
    )
    return `${said.join(' ')}.`
  }
}

/** A rank by Zipf's law, 0 the most common: its logarithm is uniform. */
function zipf(ranks: number, random: Random): number {
  return Math.floor(ranks ** random()) - 1
}

function pick(items: readonly string[], random: Random): string {
  return items[Math.floor(random() * items.length)] ?? ''
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1)
}
