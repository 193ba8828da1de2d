import type { MemoryGraph } from '../../../src-main/contract/map.ts'
import { cardSize, edgeOf, type Place } from '../../model/graph/graph-layout.ts'
import { strings } from '../../strings/strings.ts'

const words = strings.graph

interface GraphLinesProps {
  readonly graph: MemoryGraph
  readonly places: ReadonlyMap<string, Place>
  readonly pointedId: string | undefined
}

/** Links: the kind is told by a word and by the look of the line; an arrow leads to the memory that is linked to. */
export function GraphLines({ graph, places, pointedId }: GraphLinesProps) {
  const hopsOf = new Map(graph.nodes.map(({ id, hops }) => [id, hops]))
  const lines = graph.links.flatMap(({ from, to, kind }) => {
    const [start, end] = [places.get(from), places.get(to)]
    if (!start || !end) return []
    const [a, b] = [edgeOf(end, start, cardSize(hopsOf.get(from) ?? 2)), edgeOf(start, end, cardSize(hopsOf.get(to) ?? 2), 7)]
    return [{ key: `${from} ${to} ${kind}`, kind, a, b, isLit: pointedId === from || pointedId === to }]
  })
  const faded = (isLit: boolean) => (pointedId !== undefined && !isLit ? ' faded' : '')
  return (
    <>
      <svg className="graph-lines" aria-hidden="true">
        <defs>
          <marker id="graph-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">
            <path d="M0 0.5 8 4 0 7.5z" />
          </marker>
        </defs>
        {lines.map(({ key, kind, a, b, isLit }) => (
          <line
            key={key}
            className={`graph-line ${kind}${faded(isLit)}`}
            x1={a.x}
            y1={a.y}
            x2={b.x}
            y2={b.y}
            markerEnd="url(#graph-arrow)"
          />
        ))}
      </svg>
      {lines.map(({ key, kind, a, b, isLit }) => (
        <span
          key={key}
          className={isLit ? 'graph-kind lit' : 'graph-kind'}
          aria-hidden="true"
          style={{ transform: `translate(${(a.x + b.x) / 2}px, ${(a.y + b.y) / 2}px) translate(-50%, -50%)` }}
        >
          {words.kinds[kind]}
        </span>
      ))}
    </>
  )
}
