import { useEffect, useRef, useState } from 'react'
import type { MemoryGraph } from '../../../src-main/contract/map.ts'
import { cardSize, type Place } from '../../model/graph/graph-layout.ts'
import { strings } from '../../strings/strings.ts'
import { GraphCard } from './graph-card.tsx'
import { GraphLines } from './graph-lines.tsx'

const words = strings.graph
const MARGIN = 28
const LEAST_SCALE = 0.5

interface GraphViewProps {
  readonly graph: MemoryGraph
  readonly places: ReadonlyMap<string, Place>
  readonly now: number
  readonly onOpen: (id: string) => void
}

/** Memories around the one in the middle, and the lines between them; as large as fits. */
export function GraphView({ graph, places, now, onOpen }: GraphViewProps) {
  const frame = useRef<HTMLDivElement>(null)
  const [size, setSize] = useState({ width: 0, height: 0 })
  const [pointedId, setPointedId] = useState<string>()
  useEffect(() => {
    const element = frame.current
    if (!element) return
    const observer = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  const box = boxOf(graph, places)
  const scale = Math.max(LEAST_SCALE, Math.min(1, (size.width - 2 * MARGIN) / box.width, (size.height - 2 * MARGIN) / box.height))
  const width = Math.max(size.width, box.width * scale + 2 * MARGIN)
  const height = Math.max(size.height, box.height * scale + 2 * MARGIN)
  const transform = `translate(${width / 2 - box.x * scale}px, ${height / 2 - box.y * scale}px) scale(${scale})`
  const near = new Set(graph.links.flatMap(({ from, to }) => (from === pointedId || to === pointedId ? [from, to] : [])))
  return (
    <div className="graph-frame" ref={frame} role="group" aria-label={words.label}>
      {size.width > 0 && (
        <div className="graph-area" style={{ width, height }}>
          <div className="graph-plane" style={{ transform }}>
            <GraphLines graph={graph} places={places} pointedId={pointedId} />
            {graph.nodes.map((node) => (
              <GraphCard
                key={node.id}
                node={node}
                place={places.get(node.id) ?? { x: 0, y: 0 }}
                now={now}
                isLit={near.has(node.id)}
                onOpen={onOpen}
                onPoint={setPointedId}
              />
            ))}
          </div>
        </div>
      )}
    </div>
  )
}

function boxOf({ nodes }: MemoryGraph, places: ReadonlyMap<string, Place>): Place & { readonly width: number; readonly height: number } {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity]
  for (const { id, hops } of nodes) {
    const { x, y } = places.get(id) ?? { x: 0, y: 0 }
    const { width, height } = cardSize(hops)
    left = Math.min(left, x - width / 2)
    right = Math.max(right, x + width / 2)
    top = Math.min(top, y - height / 2)
    bottom = Math.max(bottom, y + height / 2)
  }
  return { x: (left + right) / 2, y: (top + bottom) / 2, width: Math.max(1, right - left), height: Math.max(1, bottom - top) }
}
