import type { AccessLevel } from '../../../src-main/contract/memory.ts'
import type { MemoryMap } from '../../../src-main/contract/map.ts'
import { AGENT_COLORS, agentColorIndex } from '../../format/agent-color.ts'

export const COLOR_MODES = ['agent', 'namespace', 'tag', 'level', 'age'] as const
export type ColorMode = (typeof COLOR_MODES)[number]

/** Shapes tell groups apart that share a colour, and all of them to eyes that see few colours. */
export const SHAPES = ['circle', 'square', 'diamond', 'triangle'] as const
export type Shape = (typeof SHAPES)[number]

/** One line of the legend. */
export interface ColorGroup {
  /** Agent, namespace, tag, level, or the number of an age; empty for the others. */
  readonly key: string
  readonly count: number
  /** A colour of the page. */
  readonly color: string
  readonly shape: Shape
}

export interface Coloring {
  readonly groups: readonly ColorGroup[]
  /** Of each point, its group. */
  readonly groupOf: Uint8Array
}

export const OTHERS = ''
/** Ages in days up to which a memory counts as one of a group; the rest is older. */
export const AGE_DAYS = [1, 7, 30, 365] as const
const MOST_GROUPS = 10
const DAY_SECONDS = 86_400

/** The colours of the page that groups may have, by the number in the palette of the picture. */
export const PALETTE: readonly string[] = [
  ...Array.from({ length: AGENT_COLORS }, (_, i) => `var(--agent-${i})`),
  'var(--text-3)',
  'var(--age-0)',
  'var(--age-1)',
  'var(--age-2)',
  'var(--age-3)',
  'var(--age-4)',
]
const GREY = 'var(--text-3)'
const LEVEL_COLORS: Readonly<Record<AccessLevel, string>> = {
  private: 'var(--agent-6)',
  team: 'var(--agent-4)',
  shared: 'var(--agent-10)',
  public: 'var(--agent-8)',
  system: 'var(--agent-3)',
}

/** Groups points by what they are to be coloured by; the most frequent ones have a line of the legend each. `nowMs`: epoch ms. */
export function colorBy(mode: ColorMode, map: MemoryMap, nowMs: number): Coloring {
  switch (mode) {
    case 'agent':
      return byNames(
        map.agents,
        map.points.agent.map((agent) => [agent]),
      )
    case 'namespace':
      return byNames(
        map.namespaces,
        map.points.namespace.map((namespace) => [namespace]),
      )
    case 'tag':
      return byNames(map.tags, map.points.tags)
    case 'level':
      return byLevel(map)
    case 'age':
      return byAge(map.points.created_at, nowMs)
  }
}

function byNames(names: readonly string[], namesOf: readonly (readonly number[])[]): Coloring {
  const counts = new Float64Array(names.length)
  for (const own of namesOf) for (const name of own) counts[name] = (counts[name] ?? 0) + 1
  const ranked = [...names.keys()].filter((name) => (counts[name] ?? 0) > 0).sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || a - b)
  const shown = ranked.length <= MOST_GROUPS ? ranked : ranked.slice(0, MOST_GROUPS - 1)
  const groupOfName = new Map(shown.map((name, group) => [name, group]))
  const rest = shown.length
  // Of several tags the rarest of the legend says most.
  const groupOf = Uint8Array.from(namesOf, (own) => own.reduce((most, name) => Math.max(most, groupOfName.get(name) ?? -1), -1) & 0xff)
  for (let i = 0; i < groupOf.length; i++) if (groupOf[i] === 0xff) groupOf[i] = rest
  const used = new Map<number, number>()
  const groups = shown.map((name): ColorGroup => {
    const key = names[name] ?? ''
    const color = agentColorIndex(key)
    const before = used.get(color) ?? 0
    used.set(color, before + 1)
    return { key, count: 0, color: `var(--agent-${color})`, shape: SHAPES[before % SHAPES.length] ?? 'circle' }
  })
  return counted({ groups: [...groups, { key: OTHERS, count: 0, color: GREY, shape: 'circle' }], groupOf })
}

function byLevel({ levels, points }: MemoryMap): Coloring {
  const groups = levels.map((level, i): ColorGroup => ({
    key: level,
    count: 0,
    color: LEVEL_COLORS[level],
    shape: SHAPES[i % SHAPES.length] ?? 'circle',
  }))
  return counted({ groups, groupOf: Uint8Array.from(points.level) })
}

function byAge(createdAt: readonly number[], nowMs: number): Coloring {
  const now = nowMs / 1000
  const groups = Array.from({ length: AGE_DAYS.length + 1 }, (_, i): ColorGroup => ({
    key: String(i),
    count: 0,
    color: `var(--age-${i})`,
    shape: 'circle',
  }))
  const groupOf = Uint8Array.from(createdAt, (created) => {
    const days = (now - created) / DAY_SECONDS
    const group = AGE_DAYS.findIndex((most) => days < most)
    return group < 0 ? AGE_DAYS.length : group
  })
  return counted({ groups, groupOf })
}

/** With how many points each group has. */
function counted({ groups, groupOf }: Coloring): Coloring {
  const counts = groups.map(() => 0)
  for (const group of groupOf) counts[group] = (counts[group] ?? 0) + 1
  return { groups: groups.map((group, i) => ({ ...group, count: counts[i] ?? 0 })), groupOf }
}
