import type { WorkflowStep } from '../api/types.ts'

export interface Point {
  readonly x: number
  readonly y: number
}

export interface GraphNode extends Point {
  readonly id: string
}

export interface GraphEdge {
  readonly from: string
  readonly to: string
  readonly points: readonly Point[]
}

export interface WorkflowGraph {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
  /** CSS pixels. */
  readonly width: number
  readonly height: number
}

export const NODE = { width: 176, height: 48 } as const

/** What a step waits for: what it says, what its templates and conditions name, and the branch that chooses it. */
export function dependenciesOf(step: WorkflowStep, steps: readonly WorkflowStep[]): readonly string[] {
  const known = new Set(steps.map(({ id }) => id))
  const named = [...`${JSON.stringify(step.arguments)} ${step.when ?? ''}`.matchAll(/steps\.([A-Za-z_][A-Za-z0-9_-]*)/g)].map(
    (match) => match[1] ?? '',
  )
  const branches = steps.filter((other) => other.tool === 'branch' && JSON.stringify(other.arguments).includes(`"${step.id}"`))
  return [...new Set([...step.depends_on, ...named, ...branches.map(({ id }) => id)])].filter((id) => known.has(id) && id !== step.id)
}

/** Places for the steps, from left to right in the order of their work; the same for the same steps. The layout is fetched when it is needed. */
export async function layOut(steps: readonly WorkflowStep[]): Promise<WorkflowGraph> {
  const { Graph, layout } = await import('@dagrejs/dagre')
  const graph = new Graph()
  graph.setGraph({ rankdir: 'LR', nodesep: 16, ranksep: 40, marginx: 8, marginy: 8 })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const { id } of steps) graph.setNode(id, { ...NODE })
  for (const step of steps) for (const from of dependenciesOf(step, steps)) graph.setEdge(from, step.id)
  layout(graph)
  // What the layout writes into the labels that were given; its types leave them open.
  const { width = 0, height = 0 } = graph.graph() as { readonly width?: number; readonly height?: number }
  return {
    nodes: graph.nodes().map((id) => {
      const { x, y } = graph.node(id) as Point
      return { id, x: x - NODE.width / 2, y: y - NODE.height / 2 }
    }),
    edges: graph
      .edges()
      .map(({ v, w }) => ({ from: v, to: w, points: (graph.edge(v, w) as { readonly points: readonly Point[] }).points })),
    width,
    height,
  }
}
