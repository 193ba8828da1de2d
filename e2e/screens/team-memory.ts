import type { ToolInput } from '../../src-main/contract/tools.ts'
import { NOTES } from '../data/notes.ts'

/** What one agent of the team keeps, as it would call `store_memory`. */
export interface TeamMemory {
  readonly agentId: string
  readonly namespace: string
  readonly input: ToolInput<'store_memory'>
}

const AGENTS = [
  { agentId: 'claude-desktop', namespace: 'default' },
  { agentId: 'claude-code', namespace: 'shop' },
  { agentId: 'researcher', namespace: 'shop' },
  { agentId: 'release-bot', namespace: 'shop' },
  { agentId: 'cursor', namespace: 'billing' },
  { agentId: 'support-desk', namespace: 'billing' },
] as const

/** A subject has its own words, so that the memories of one lie near each other in meaning. */
const SUBJECTS = [
  {
    tag: 'billing',
    thing: 'the billing service',
    acts: ['retries a failed card', 'sends the invoice', 'rounds the tax', 'refunds a deposit'],
  },
  { tag: 'search', thing: 'the product search', acts: ['ranks by stock', 'drops accents', 'shows synonyms', 'reindexes at night'] },
  { tag: 'deploy', thing: 'the deploy pipeline', acts: ['waits for the canary', 'rolls back', 'tags the release', 'warms the cache'] },
  { tag: 'mobile', thing: 'the mobile app', acts: ['asks for push rights', 'syncs offline orders', 'opens deep links', 'scans a barcode'] },
  {
    tag: 'travel',
    thing: 'the team trip to Lisbon',
    acts: ['starts with a walk', 'needs a hotel near the river', 'ends with a dinner', 'goes by train'],
  },
  {
    tag: 'hiring',
    thing: 'the interview for the data role',
    acts: ['begins with a small task', 'takes two calls', 'asks for SQL', 'closes with questions'],
  },
  {
    tag: 'kitchen',
    thing: 'the office kitchen',
    acts: ['orders oat milk', 'keeps peanuts away', 'runs the dishwasher', 'stores the good coffee'],
  },
  {
    tag: 'legal',
    thing: 'the contract with the courier',
    acts: ['limits the damages', 'renews in May', 'names a contact', 'allows a price change'],
  },
] as const

const PEOPLE = ['Marta', 'Yusuf', 'Ines', 'Kenji', 'Olu', 'Priya', 'Tomas', 'Wen'] as const
const FRAMES = [
  (who: string, thing: string, act: string, day: string) =>
    `Decision of ${day}: ${thing} ${act}, because ${who} measured that the other way costs more.`,
  (who: string, thing: string, act: string, day: string) =>
    `${who} prefers that ${thing} ${act} before ten in the morning (said on ${day}).`,
  (who: string, thing: string, act: string, day: string) =>
    `Open question since ${day}: does ${thing} really need to be the one that ${act}? ${who} will find out.`,
  (who: string, thing: string, act: string, day: string) =>
    `Bug found by ${who} on ${day}: sometimes ${thing} ${act} twice. It was a missing lock, fixed the same evening.`,
  (who: string, thing: string, act: string, day: string) =>
    `How it works: ${thing} ${act} as soon as ${who} has signed it off; the checklist of ${day} says what to look at.`,
] as const
const KINDS = ['decision', 'preference', 'question', 'bug', 'howto'] as const
const LEVELS = ['team', 'private', 'team', 'public', 'private'] as const

/** The notes of the small team, and so many more of their kind; the same for the same number, no two alike. */
export function teamMemories(count: number): readonly TeamMemory[] {
  const own = NOTES.map(({ content, tags, importance }, at): TeamMemory => {
    const agent = AGENTS[at % AGENTS.length]!
    return { ...agent, input: { content, tags: [...tags], access_level: 'team', ...(importance !== undefined && { importance }) } }
  })
  return [...own, ...Array.from({ length: Math.max(0, count - own.length) }, (_none, at) => madeUp(at))]
}

function madeUp(at: number): TeamMemory {
  const subject = SUBJECTS[at % SUBJECTS.length]!
  const act = subject.acts[Math.floor(at / SUBJECTS.length) % subject.acts.length]!
  const kind = Math.floor(at / 32) % FRAMES.length
  const who = PEOPLE[Math.floor(at / 160) % PEOPLE.length]!
  const day = new Date(Date.UTC(2026, 10, 28) - Math.floor(at / 8) * 86_400_000).toISOString().slice(0, 10)
  const agent = AGENTS[(at * 7 + kind) % AGENTS.length]!
  return {
    ...agent,
    input: {
      content: FRAMES[kind]!(who, subject.thing, act, day),
      tags: [subject.tag, KINDS[kind]!],
      importance: ((at * 37) % 100) / 100,
      access_level: LEVELS[at % LEVELS.length]!,
    },
  }
}
