import { useEffect, useEffectEvent, useMemo, useState, type KeyboardEvent, type RefObject } from 'react'
import { panned, wholeView, zoomed, type MapView, type Size, type Spot } from '../../model/map/map-view.ts'

export interface SeenSize extends Size {
  readonly ratio: number
}

export interface MapViewControls {
  readonly view: MapView
  readonly size: SeenSize
  readonly show: (view: MapView) => void
  readonly pan: (byX: number, byY: number) => void
  readonly zoom: (factor: number, at?: Spot) => void
  readonly fit: () => void
  readonly onKeyDown: (event: KeyboardEvent) => void
}

const KEY_PAN = 60
const KEY_ZOOM = 1.4
const WHEEL_ZOOM = 0.0016

/** What part of the map is seen, moved by wheel and keys, and by whoever holds the controls. Undefined view: the whole map, whatever its size. */
export function useMapView(frame: RefObject<HTMLElement | null>): MapViewControls {
  const [size, setSize] = useState<SeenSize>({ width: 0, height: 0, ratio: 1 })
  const [moved, setMoved] = useState<MapView>()
  const view = useMemo(() => moved ?? wholeView(size), [moved, size])
  const move = (change: (before: MapView) => MapView) => setMoved((before) => change(before ?? wholeView(size)))
  const pan = (byX: number, byY: number) => move((before) => panned(before, byX, byY, size))
  const zoom = (factor: number, at: Spot = { x: size.width / 2, y: size.height / 2 }) => move((before) => zoomed(before, factor, at, size))

  useEffect(() => {
    const element = frame.current
    if (!element) return
    const observer = new ResizeObserver(() => {
      setSize({ width: element.clientWidth, height: element.clientHeight, ratio: Math.min(3, devicePixelRatio || 1) })
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [frame])

  const onWheel = useEffectEvent((event: WheelEvent) => {
    event.preventDefault()
    const box = frame.current?.getBoundingClientRect()
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1
    // A pinch on a touch pad is a wheel with Ctrl, of smaller steps.
    const speed = event.ctrlKey ? 6 * WHEEL_ZOOM : WHEEL_ZOOM
    zoom(Math.exp(-event.deltaY * lines * speed), { x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0) })
  })
  useEffect(() => {
    const element = frame.current
    // React listens to wheels passively, and then the page would scroll.
    const listener = (event: WheelEvent) => onWheel(event)
    element?.addEventListener('wheel', listener, { passive: false })
    return () => element?.removeEventListener('wheel', listener)
  }, [frame])

  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => pan(KEY_PAN, 0),
      ArrowRight: () => pan(-KEY_PAN, 0),
      ArrowUp: () => pan(0, KEY_PAN),
      ArrowDown: () => pan(0, -KEY_PAN),
      '+': () => zoom(KEY_ZOOM),
      '=': () => zoom(KEY_ZOOM),
      '-': () => zoom(1 / KEY_ZOOM),
      '0': () => setMoved(undefined),
    }
    const step = event.ctrlKey || event.metaKey || event.altKey ? undefined : steps[event.key]
    if (!step) return
    step()
    event.preventDefault()
  }
  return { view, size, show: setMoved, pan, zoom, fit: () => setMoved(undefined), onKeyDown }
}
