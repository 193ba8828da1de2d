import { seededRandom } from '../../../e2e/bench/lib/sample-text.ts'

/**
 * Notes of the shape agents keep: one to five sentences, a few hundred common words, and names that follow Zipf's law, as names of people,
 * parts and tickets do. The same in every run. Notes of one `topic` are about the same thing in other words and with other names.
 */
export interface Note {
  readonly topic: number
  readonly text: string
}

const SENTENCES = [
  'We decided to move {n} to {n} because {p} measured that failover took {d} minutes.',
  '{p} prefers short reviews for {n} and asks for a test with each change.',
  'The deployment of {n} fails when the clock changes; compare times in UTC.',
  'Customers of {n} cannot change their address since release {d}; {p} looks after it.',
  'The auditors want the logs of {n} kept for {d} days and no longer.',
  'To restart {n}: drain the queue, stop the workers, then check the dead letters.',
  '{p} is away until Thursday and hands {n} over to the team of {p}.',
  'Half of the time of {n} goes into serialisation; a binary format would save {d} percent.',
  'The contract with {n} ends in autumn, and the price goes up by {d} percent after that.',
  'User {p} likes answers in bullet points, without apologies, and with the source of each number.',
  'The tests of {n} need a real database; the fake one hides errors of encoding.',
  'Never run the migration of {n} on a Friday: last time it held a lock for {d} minutes.',
  'The garden behind {n} floods in spring; {p} wants the drain cleaned before March.',
  'For dinner with {p}: no nuts, no fish, and a table near the window.',
  'The flight to {n} was moved to gate {d}; the hotel keeps the room until midnight.',
  '{p} plays the violin and looks for two more people for a quartet on {n} street.',
  'The password rules of {n} changed: at least {d} characters, and no expiry any more.',
  'The search of {n} ignores accents; {p} reported it twice, and it is still open.',
  'Our model of {n} overfits after epoch {d}; early stopping and more noise helped.',
  'The memory leak of {n} came from listeners that nobody removed; fixed in build {d}.',
  'Invoices of {n} are paid on the {d}th; {p} signs those above a thousand.',
  '{p} explained the physics of {n} with a swing and a child that pushes at the right moment.',
  'The museum of {n} is closed on Mondays and free on the first Sunday of the month.',
  'The new lamp from {n} flickers below {d} percent; the seller sends another driver.',
  'In the meeting about {n}, {p} asked for fewer alerts: {d} a night is too many.',
  'The dataset of {n} has {d} duplicates; drop them before the split, not after.',
  'The window of {n} does not fit on small screens; the buttons fall below the edge.',
  'My knee hurts after {d} kilometres; {p} says to change the shoes and walk on {n} days.',
  '{n} speaks HTTP/2 only behind the proxy; directly it answers with an error {d}.',
  'The recipe of {p}: {d} grams of flour, cold butter, and an hour in the fridge.',
  'Ticket {n}-{d}: the export stops at the first row with a line break in a cell.',
  'The school of {p} starts at eight; on days with {n} training somebody must fetch the bag.',
]
const SYLLABLES = [
  'ka',
  'lo',
  'mi',
  'ren',
  'tor',
  'vi',
  'sa',
  'du',
  'pel',
  'gra',
  'no',
  'zen',
  'bi',
  'ul',
  'har',
  'tis',
  'mo',
  'fen',
  'qua',
  'ley',
]
const NAMES = 20_000

/** A made-up name: number 0 is the most common. */
function nameOf(rank: number): string {
  let name = ''
  for (let rest = rank + SYLLABLES.length; rest > 0; rest = Math.floor(rest / SYLLABLES.length))
    name += SYLLABLES[rest % SYLLABLES.length] ?? ''
  return name
}

export function noteOf(index: number, topics: number): Note {
  const topic = index % topics
  const about = seededRandom(topic + 1)
  const own = seededRandom(index + 104_729)
  // Zipf: the logarithm of the rank is uniform.
  const rank = (random: () => number): number => Math.floor(NAMES ** random()) - 1
  const subject = nameOf(rank(about))
  const count = 1 + Math.floor(about() ** 2 * 5)
  const text = Array.from({ length: count }, () => {
    const sentence = SENTENCES[Math.floor(about() * SENTENCES.length)] ?? ''
    let isFirst = true
    return sentence
      .replaceAll('{n}', () => (isFirst ? ((isFirst = false), subject) : nameOf(rank(own))))
      .replaceAll('{p}', () => capital(nameOf(rank(own) % 400)))
      .replaceAll('{d}', () => String(2 + Math.floor(own() * 96)))
  }).join(' ')
  return { topic, text: index < topics ? text : `${text} (${index})` }
}

/** A question about a topic, in the words of its first sentence and not in all of them. */
export function questionOf(number: number, topics: number): string {
  const topic = (number * 7_919) % topics
  const random = seededRandom(number + 15_485_863)
  const words = noteOf(topic, topics).text.split(/[.;:]/)[0]?.split(' ') ?? []
  const kept = words.filter((word) => word.length > 2 && random() < 0.7)
  return `what about ${kept.join(' ')}?`
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1)
}
