import { expect, test } from 'vitest'
import type { MemoryGraph } from '../../../src-main/contract/map.ts'
import { cardSize, edgeOf, layOutGraph } from './graph-layout.ts'

function aGraph(near: number, far: number): MemoryGraph {
  const node = (id: string, hops: number) => ({
    id,
    hops,
    text: id,
    agent_id: 'ada',
    namespace: 'acme',
    access_level: 'team' as const,
    created_at: '2026-11-20T10:00:00.000Z',
  })
  const nodes = [
    node('middle', 0),
    ...Array.from({ length: near }, (_, i) => node(`near-${i}`, 1)),
    ...Array.from({ length: far }, (_, i) => node(`far-${i}`, 2)),
  ]
  const links = [
    ...Array.from({ length: near }, (_, i) => ({ from: 'middle', to: `near-${i}`, kind: 'relates' as const })),
    ...Array.from({ length: far }, (_, i) => ({ from: `far-${i}`, to: `near-${i % near}`, kind: 'causes' as const })),
  ]
  return { center: 'middle', nodes, links, truncated: false }
}

test('the same graph is laid out the same, around its middle', () => {
  const graph = aGraph(6, 10)
  const places = layOutGraph(graph)
  expect(layOutGraph(graph)).toEqual(places)
  expect(places.get('middle')).toEqual({ x: 0, y: 0 })
  expect(places.size).toBe(17)
})

test('no card lies over another', () => {
  const graph = aGraph(8, 16)
  const places = layOutGraph(graph)
  const cards = graph.nodes.map(({ id, hops }) => ({ ...places.get(id)!, ...cardSize(hops) }))
  const over = cards.flatMap((a, i) =>
    cards.slice(i + 1).filter((b) => Math.abs(a.x - b.x) < (a.width + b.width) / 2 && Math.abs(a.y - b.y) < (a.height + b.height) / 2),
  )
  expect(over).toEqual([])
})

test('a line ends at the edge of a card', () => {
  expect(edgeOf({ x: -500, y: 0 }, { x: 0, y: 0 }, { width: 100, height: 40 }, 0)).toEqual({ x: -50, y: 0 })
  expect(edgeOf({ x: 0, y: 300 }, { x: 0, y: 0 }, { width: 100, height: 40 }, 5)).toEqual({ x: 0, y: 25 })
})
