import { forceCollide, forceLink, forceManyBody, forceRadial, forceSimulation, type SimulationNodeDatum } from 'd3-force'
import type { MemoryGraph } from '../../../src-main/contract/map.ts'

export interface Place {
  readonly x: number
  readonly y: number
}

/** Sizes of cards in CSS pixels, by how far they are from the middle. */
export const CARD_SIZES = [
  { width: 224, height: 76 },
  { width: 196, height: 74 },
  { width: 152, height: 44 },
] as const

export function cardSize(hops: number): { readonly width: number; readonly height: number } {
  return CARD_SIZES[hops] ?? CARD_SIZES[2]
}

interface Body extends SimulationNodeDatum {
  readonly id: string
  readonly hops: number
}

const RINGS = [0, 210, 390]
const TICKS = 260
/** Screens are wider than high. */
const STRETCH = 1.45

/**
 * Where each memory of a graph lies, the middle at 0, 0: worked out once, to rest, and the same for the same graph. What lay on the screen
 * before begins where it was, so that a step to a neighbour moves the picture and does not shake it.
 */
export function layOutGraph(graph: MemoryGraph, before: ReadonlyMap<string, Place> = new Map()): Map<string, Place> {
  const middle = before.get(graph.center) ?? { x: 0, y: 0 }
  const perRing = RINGS.map((_, hops) => graph.nodes.filter((node) => node.hops === hops))
  const bodies = graph.nodes.map((node): Body => {
    const ring = perRing[node.hops] ?? []
    const angle = (2 * Math.PI * ring.indexOf(node)) / Math.max(1, ring.length) + node.hops
    const radius = RINGS[node.hops] ?? 0
    const old = before.get(node.id)
    const start = old
      ? { x: (old.x - middle.x) / STRETCH, y: old.y - middle.y }
      : { x: radius * Math.cos(angle), y: radius * Math.sin(angle) }
    return { id: node.id, hops: node.hops, ...start, ...(node.id === graph.center && { x: 0, y: 0, fx: 0, fy: 0 }) }
  })
  const links = graph.links.map(({ from, to }) => ({ source: from, target: to }))
  forceSimulation(bodies)
    .force(
      'link',
      forceLink<Body, { source: string; target: string }>(links)
        .id(({ id }) => id)
        .distance(150)
        .strength(0.25),
    )
    .force('charge', forceManyBody<Body>().strength(-420).distanceMax(600))
    .force('ring', forceRadial<Body>(({ hops }) => RINGS[hops] ?? 400, 0, 0).strength(0.5))
    .force('apart', forceCollide<Body>(({ hops }) => cardSize(hops).width / 2.9 + 14).iterations(3))
    .stop()
    .tick(TICKS)
  return new Map(bodies.map(({ id, x = 0, y = 0 }) => [id, { x: Math.round(x * STRETCH), y: Math.round(y) }]))
}

/** Where a line from `from` meets the card around `to`. */
export function edgeOf(from: Place, to: Place, { width, height }: { readonly width: number; readonly height: number }, gap = 4): Place {
  const [dx, dy] = [from.x - to.x, from.y - to.y]
  if (dx === 0 && dy === 0) return to
  const share = Math.min((width / 2 + gap) / Math.max(1e-6, Math.abs(dx)), (height / 2 + gap) / Math.max(1e-6, Math.abs(dy)), 1)
  return { x: to.x + dx * share, y: to.y + dy * share }
}
