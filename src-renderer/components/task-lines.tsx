import { useLayoutEffect, useRef, type RefObject } from 'react'
import { taskCardId } from './task-card.tsx'

interface TaskLinesProps {
  readonly board: RefObject<HTMLElement | null>
  readonly edges: readonly { readonly from: string; readonly to: string }[]
}

/** Curves from what must be done first to what waits for it, over the cards and in nobody's way. */
export function TaskLines({ board, edges }: TaskLinesProps) {
  const svg = useRef<SVGSVGElement>(null)
  // Where the cards are is known only after they are drawn.
  useLayoutEffect(() => {
    const frame = board.current
    if (!frame || !svg.current) return
    const origin = frame.getBoundingClientRect()
    for (const [index, { from, to }] of edges.entries()) {
      const start = document.getElementById(taskCardId(from))?.getBoundingClientRect()
      const end = document.getElementById(taskCardId(to))?.getBoundingClientRect()
      const path = start && end ? curve(start, end, origin.left - frame.scrollLeft, origin.top - frame.scrollTop) : ''
      svg.current.children[index]?.setAttribute('d', path)
    }
  })
  if (edges.length === 0) return null
  return (
    <svg className="task-lines" aria-hidden="true" ref={svg}>
      {edges.map(({ from, to }) => (
        <path key={`${from} ${to}`} />
      ))}
    </svg>
  )
}

function curve(start: DOMRect, end: DOMRect, left: number, top: number): string {
  const isForward = end.left >= start.left
  const x1 = (isForward ? start.right : start.left) - left
  const x2 = (isForward && end.left > start.left ? end.left : end.right) - left
  const y1 = start.top + start.height / 2 - top
  const y2 = end.top + end.height / 2 - top
  const bend = Math.max(24, Math.abs(x2 - x1) / 2) * (isForward ? 1 : -1)
  const bendBack = end.left > start.left ? -bend : Math.abs(bend)
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 + bendBack} ${y2} ${x2} ${y2}`
}
