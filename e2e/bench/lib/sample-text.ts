/** Texts of the shape of real notes, different each, the same in every run. */

const PEOPLE = ['Marta', 'Kenji', 'Aisha', 'Tom', 'Ines', 'Olu', 'Priya', 'Jonas']
const SYSTEMS = [
  'billing service',
  'search index',
  'login page',
  'export job',
  'mobile client',
  'payment gateway',
  'data warehouse',
  'image cache',
]
const ACTIONS = [
  'decided to move {s} to the new cluster after the outage, because failover took nine minutes',
  'found that {s} drops requests when the clock changes; the fix is to compare in UTC',
  'prefers short reviews for {s} and asks for a test with each change',
  'will be away until Thursday and hands {s} over to the platform team',
  'measured that {s} spends half its time in serialisation and wants to try a binary format',
  'reported that customers of {s} cannot change their address since the last release',
  'agreed with the auditors that {s} keeps its logs for ninety days and no longer',
  'wrote the runbook for {s}: drain the queue first, restart the workers, then check the dead letters',
]

/** A small generator with a seed (mulberry32), so that runs can be compared. */
export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export function sampleNote(index: number): string {
  const random = seededRandom(index + 1)
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T // the lists are not empty
  const text = pick(ACTIONS).replace('{s}', `the ${pick(SYSTEMS)}`)
  return `${pick(PEOPLE)} ${text}. Ticket ${1000 + index}, ${String(1 + Math.floor(random() * 28)).padStart(2, '0')} ${pick(['March', 'June', 'October'])}.`
}

export function sampleQuestion(index: number): string {
  const random = seededRandom(index + 7_919)
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T // the lists are not empty
  return pick([
    `what did ${pick(PEOPLE)} say about the ${pick(SYSTEMS)}`,
    `why is the ${pick(SYSTEMS)} slow`,
    `who looks after the ${pick(SYSTEMS)} this week`,
    `how do I restart the ${pick(SYSTEMS)}`,
  ])
}
