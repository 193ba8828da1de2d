import { describe, expect, test } from 'vitest'
import { MAP_EXTENT } from '../../../src-main/contract/map-limits.ts'
import type { MemoryMap } from '../../../src-main/contract/map.ts'
import { NO_FILTERS } from '../memory-filters.ts'
import { colorBy, OTHERS } from './map-colors.ts'
import { matchPoints } from './map-match.ts'
import { nearnessOf, panned, toMap, toScreen, viewOf, wholeView, zoomed } from './map-view.ts'
import { placeLabels } from './place-labels.ts'
import { PointIndex } from './point-index.ts'
import { pointSize, pointStyles } from './point-styles.ts'

const NOW = Date.parse('2026-11-20T12:00:00Z')
const SIZE = { width: 800, height: 600 }
const daysAgo = (days: number) => NOW / 1000 - days * 86_400

function aMap(fields: Partial<MemoryMap> = {}): MemoryMap {
  return {
    state: 'ready',
    version: 'v',
    done: 1,
    total: 1,
    waiting: 0,
    layout: 1,
    agents: ['ada', 'bob'],
    namespaces: ['acme', 'home'],
    levels: ['private', 'team', 'shared', 'public', 'system'],
    tags: ['x', 'y', 'z'],
    points: {
      id: ['a', 'b', 'c', 'd'],
      x: [0, 10_000, 10_500, MAP_EXTENT],
      y: [0, 10_000, 10_200, MAP_EXTENT],
      agent: [0, 0, 1, 1],
      namespace: [0, 1, 0, 1],
      level: [0, 1, 3, 0],
      importance: [10, 50, 90, 100],
      created_at: [daysAgo(0.5), daysAgo(3), daysAgo(20), daysAgo(800)],
      tags: [[], [0], [0, 1], [2]],
      cluster: [-1, 0, 0, 1],
    },
    clusters: [
      { x: 10_200, y: 10_000, count: 2, words: ['billing', 'late'], region: 0 },
      { x: 60_000, y: 60_000, count: 1, words: ['trains'], region: 1 },
    ],
    regions: [],
    ...fields,
  }
}

describe('the view', () => {
  test('shows the whole map, and leads from the map to the screen and back', () => {
    const view = wholeView(SIZE)
    expect(toScreen({ x: MAP_EXTENT / 2, y: MAP_EXTENT / 2 }, view, SIZE)).toEqual({ x: 400, y: 300 })
    const spot = toMap(toScreen({ x: 1_000, y: 60_000 }, view, SIZE), view, SIZE)
    expect([Math.round(spot.x), Math.round(spot.y)]).toEqual([1_000, 60_000])
    expect(toScreen({ x: 0, y: MAP_EXTENT }, view, SIZE).y).toBeCloseTo(24)
  })

  test('comes nearer with what is under the pointer staying there, within bounds', () => {
    const at = { x: 200, y: 150 }
    const before = wholeView(SIZE)
    const after = zoomed(before, 4, at, SIZE)
    const held = toMap(at, before, SIZE)
    expect(toScreen(held, after, SIZE).x).toBeCloseTo(at.x)
    expect(toScreen(held, after, SIZE).y).toBeCloseTo(at.y)
    expect(nearnessOf(zoomed(before, 1e9, at, SIZE), SIZE)).toBeCloseTo(60)
    expect(nearnessOf(zoomed(before, 1e-9, at, SIZE), SIZE)).toBeCloseTo(1)
    const far = panned(after, 1e9, 1e9, SIZE)
    expect([far.x, far.y]).toEqual([0, MAP_EXTENT])
  })

  test('can be of some places', () => {
    const view = viewOf(
      [
        { x: 10_000, y: 10_000 },
        { x: 20_000, y: 12_000 },
      ],
      SIZE,
    )
    expect([view.x, view.y]).toEqual([15_000, 11_000])
    expect(viewOf([], SIZE)).toEqual(wholeView(SIZE))
  })
})

describe('points', () => {
  const { points } = aMap()
  const index = new PointIndex(points.x, points.y, MAP_EXTENT)

  test('are found by place, those that do not count left out', () => {
    expect(index.near({ x: 10_100, y: 10_000 }, 1_000)).toEqual([1, 2])
    expect(index.near({ x: 10_100, y: 10_000 }, 1_000, (point) => point !== 1)).toEqual([2])
    expect(index.near({ x: MAP_EXTENT, y: MAP_EXTENT }, 5)).toEqual([3])
    expect(index.near({ x: 30_000, y: 30_000 }, 5)).toEqual([])
  })

  test('are found within a line', () => {
    const line = [
      { x: 9_000, y: 9_000 },
      { x: 11_000, y: 9_000 },
      { x: 11_000, y: 11_000 },
      { x: 9_000, y: 11_000 },
    ]
    expect(index.inside(line)).toEqual([1, 2])
    expect(index.inside(line, (point) => point === 2)).toEqual([2])
    expect(index.inside(line.slice(0, 2))).toEqual([])
    expect(
      index.inside([
        { x: 9_000, y: 9_000 },
        { x: 10_900, y: 9_000 },
        { x: 9_000, y: 12_000 },
      ]),
    ).toEqual([1])
  })

  test('match the filters as the server’s list does', () => {
    const shown = (filters: Partial<typeof NO_FILTERS>, only?: ReadonlySet<string>) =>
      points.id.filter((_, i) => matchPoints(aMap(), { ...NO_FILTERS, ...filters }, NOW, only)[i] === 1).join('')
    expect(shown({})).toBe('abcd')
    expect(shown({ agentId: 'ada' })).toBe('ab')
    expect(shown({ agentId: 'nobody' })).toBe('')
    expect(shown({ namespace: 'home' })).toBe('bd')
    expect(shown({ level: 'private' })).toBe('ad')
    expect(shown({ minImportance: 0.9 })).toBe('cd')
    expect(shown({ since: 'day' })).toBe('a')
    expect(shown({ since: 'month' })).toBe('abc')
    expect(shown({ tags: ['x', 'y'] })).toBe('bc')
    expect(shown({ tags: ['x', 'y'], tagMatch: 'all' })).toBe('c')
    expect(shown({ tags: ['unheard'] })).toBe('')
    expect(shown({ agentId: 'bob' }, new Set(['a', 'd']))).toBe('d')
  })

  test('are coloured by what one asks for, with as many in the legend as there are', () => {
    const lines = (mode: Parameters<typeof colorBy>[0]) =>
      colorBy(mode, aMap(), NOW)
        .groups.filter(({ count }) => count > 0)
        .map(({ key, count }) => `${key} ${count}`)
    expect(lines('agent')).toEqual(['ada 2', 'bob 2'])
    expect(lines('namespace')).toEqual(['acme 2', 'home 2'])
    // The rarer of two tags counts.
    expect(lines('tag')).toEqual(['x 1', 'y 1', 'z 1', `${OTHERS} 1`])
    expect(lines('level')).toEqual(['private 2', 'team 1', 'public 1'])
    expect(lines('age')).toEqual(['0 1', '1 1', '2 1', '4 1'])
  })

  test('of many agents, those of the same colour have shapes of their own, and the rest is one group', () => {
    const agents = Array.from({ length: 30 }, (_, i) => `agent-${i}`)
    const many = { ...points, id: agents, agent: agents.map((_, i) => i) }
    const { groups, groupOf } = colorBy('agent', aMap({ agents, points: many }), NOW)
    expect(groups).toHaveLength(10)
    expect(groups.at(-1)).toMatchObject({ key: OTHERS, count: 21 })
    expect(new Set(groups.slice(0, -1).map(({ color, shape }) => `${color} ${shape}`)).size).toBe(9)
    expect(Math.max(...groupOf)).toBe(9)
  })

  test('that are chosen stay lit, and what does not match is dimmed', () => {
    const coloring = colorBy('agent', aMap(), NOW)
    const states = (styles: Uint8Array) => [...styles].filter((_, i) => i % 4 === 2)
    expect(states(pointStyles(coloring, Uint8Array.of(1, 1, 0, 1), new Set()))).toEqual([1, 1, 0, 1])
    expect(states(pointStyles(coloring, Uint8Array.of(1, 1, 0, 1), new Set([1, 2])))).toEqual([0, 2, 0, 0])
    expect(pointSize(50_000, 1)).toBeLessThan(pointSize(100, 1))
    expect(pointSize(50_000, 30)).toBeGreaterThan(pointSize(50_000, 1))
  })
})

test('no name lies over another, and the larger cluster has its own', () => {
  const cluster = (x: number, count: number, word: string) => ({ x, y: 30_000, count, words: [word], region: 0 })
  const map = aMap({
    clusters: [
      cluster(30_000, 5, 'small'),
      cluster(31_000, 50, 'large'),
      cluster(60_000, 9, 'elsewhere'),
      { ...cluster(1_000, 99, ''), words: [] },
    ],
  })
  const labels = placeLabels(map, wholeView(SIZE), SIZE)
  expect(labels.map(({ text, clusters }) => [text, clusters])).toEqual([
    ['large', [1]],
    ['elsewhere', [2]],
  ])
  const near = placeLabels(map, zoomed(wholeView(SIZE), 30, toScreen({ x: 30_500, y: 30_000 }, wholeView(SIZE), SIZE), SIZE), SIZE)
  expect(near.map(({ text }) => text)).toEqual(['large', 'small'])
})
