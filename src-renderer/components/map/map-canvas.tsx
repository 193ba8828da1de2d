import { useMemo, useRef, useState, type PointerEvent, type RefObject } from 'react'
import { MAP_EXTENT } from '../../../src-main/contract/map-limits.ts'
import type { MemoryMap } from '../../../src-main/contract/map.ts'
import { toMap, toScreen, type MapView, type Spot } from '../../model/map/map-view.ts'
import { placeLabels } from '../../model/map/place-labels.ts'
import { PointIndex } from '../../model/map/point-index.ts'
import { strings } from '../../strings/strings.ts'
import { clustersAt, MapLabels } from './map-labels.tsx'
import type { MapViewControls } from './use-map-view.ts'
import { usePointPicture } from './use-point-picture.ts'

const words = strings.map
/** How near the pointer must be, in CSS pixels, and how far it may move in a click. */
const REACH = 12
const CLICK_SLOP = 4
/** Neighbours whose beginnings are fetched along with that of the point under the pointer. */
const NEIGHBOURS = 12

export interface Hovered {
  /** The point, and after it those around it. */
  readonly points: readonly number[]
  readonly at: Spot
  /** When the view is another one, the pointer is at other points. */
  readonly view: MapView
}

interface MapCanvasProps {
  readonly frame: RefObject<HTMLDivElement | null>
  readonly map: MemoryMap
  readonly controls: MapViewControls
  readonly styles: Uint8Array
  readonly matches: Uint8Array
  readonly highlight: number | undefined
  readonly openPoint: number | undefined
  readonly freshPoints: readonly number[]
  readonly isLasso: boolean
  readonly theme: string
  readonly hovered: Hovered | undefined
  readonly onHover: (hovered: Hovered | undefined) => void
  readonly onOpen: (point: number) => void
  readonly onLasso: (points: readonly number[]) => void
  readonly onClusters: (clusters: readonly number[]) => void
  readonly onUnsupported: () => void
}

/** The points, what they are called, and what the pointer does with them. */
export function MapCanvas(props: MapCanvasProps) {
  const { frame, map, controls, matches, openPoint, freshPoints, isLasso, hovered, onHover } = props
  const { view, size } = controls
  const canvas = useRef<HTMLCanvasElement>(null)
  const drag = useRef<{ readonly start: Spot; last: Spot; readonly isLasso: boolean; hasMoved: boolean }>(undefined)
  const [line, setLine] = useState<readonly Spot[]>([])
  const { x, y } = map.points
  const places = useMemo(() => Uint16Array.from({ length: 2 * x.length }, (_, i) => (i % 2 === 0 ? x : y)[i >> 1] ?? 0), [x, y])
  const index = useMemo(() => new PointIndex(x, y, MAP_EXTENT), [x, y])
  const labels = useMemo(() => placeLabels(map, view, size), [map, view, size])
  const counts = (point: number) => matches[point] === 1
  const spotOf = (point: number) => toScreen({ x: x[point] ?? 0, y: y[point] ?? 0 }, view, size)
  usePointPicture(canvas, { ...props, places, view, size, ratio: size.ratio })

  const near = (at: Spot) => index.near(toMap(at, view, size), REACH / view.scale, counts)
  const hover = (at: Spot) => {
    const [nearest] = near(at)
    if (nearest === hovered?.points[0]) return
    if (nearest === undefined) {
      onHover(undefined)
      return
    }
    const around = index.near({ x: x[nearest] ?? 0, y: y[nearest] ?? 0 }, (4 * REACH) / view.scale, counts).slice(0, NEIGHBOURS)
    onHover({ points: [nearest, ...around.filter((point) => point !== nearest)], at: spotOf(nearest), view })
  }
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return
    event.currentTarget.setPointerCapture(event.pointerId)
    const at = spotIn(event)
    drag.current = { start: at, last: at, isLasso: isLasso || event.shiftKey, hasMoved: false }
    if (drag.current.isLasso) setLine([at])
  }
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    const at = spotIn(event)
    const held = drag.current
    if (!held) {
      hover(at)
      return
    }
    if (!held.hasMoved && Math.hypot(at.x - held.start.x, at.y - held.start.y) < CLICK_SLOP) return
    held.hasMoved = true
    onHover(undefined)
    if (held.isLasso) setLine((before) => [...before, at])
    else controls.pan(at.x - held.last.x, at.y - held.last.y)
    held.last = at
  }
  const onPointerUp = (event: PointerEvent<HTMLDivElement>) => {
    const held = drag.current
    drag.current = undefined
    if (!held) return
    if (held.isLasso && held.hasMoved)
      props.onLasso(
        index.inside(
          [...line, spotIn(event)].map((spot) => toMap(spot, view, size)),
          counts,
        ),
      )
    else if (!held.hasMoved) {
      const [nearest] = near(held.start)
      const clusters = clustersAt(event.clientX, event.clientY)
      if (clusters) props.onClusters(clusters)
      else if (nearest !== undefined) props.onOpen(nearest)
    }
    setLine([])
  }
  return (
    <div
      ref={frame}
      className={isLasso ? 'map-frame drawing' : hovered ? 'map-frame pointing' : 'map-frame'}
      role="application"
      aria-label={words.label(x.length)}
      aria-describedby="map-keys"
      tabIndex={0}
      onKeyDown={controls.onKeyDown}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={() => {
        drag.current = undefined
        setLine([])
      }}
      onPointerLeave={() => onHover(undefined)}
      onDoubleClick={(event) => controls.zoom(2, spotIn(event))}
    >
      <canvas ref={canvas} className="map-points" />
      <MapLabels labels={labels} />
      <svg className="map-marks" aria-hidden="true">
        {freshPoints.map((point) => (
          <circle key={map.points.id[point]} className="fresh" cx={spotOf(point).x} cy={spotOf(point).y} r={12} />
        ))}
        {openPoint !== undefined && <circle className="open" cx={spotOf(openPoint).x} cy={spotOf(openPoint).y} r={11} />}
        {hovered?.points[0] !== undefined && (
          <circle className="hovered" cx={spotOf(hovered.points[0]).x} cy={spotOf(hovered.points[0]).y} r={8} />
        )}
        {line.length > 1 && <polygon className="lasso" points={line.map((spot) => `${spot.x},${spot.y}`).join(' ')} />}
      </svg>
      <p id="map-keys" className="visually-hidden">
        {words.keys}
      </p>
    </div>
  )
}

function spotIn(event: { readonly clientX: number; readonly clientY: number; readonly currentTarget: HTMLElement }): Spot {
  const box = event.currentTarget.getBoundingClientRect()
  return { x: event.clientX - box.left, y: event.clientY - box.top }
}
