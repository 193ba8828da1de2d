import { useEffectEvent, useLayoutEffect, useRef, useState, type RefObject } from 'react'
import type { MapView, Size } from '../../model/map/map-view.ts'
import { nearnessOf } from '../../model/map/map-view.ts'
import { pointSize } from '../../model/map/point-styles.ts'
import { readPaint } from './map-paint.ts'
import { PointRenderer } from './point-renderer.ts'

export interface Picture {
  readonly places: Uint16Array
  readonly styles: Uint8Array
  readonly view: MapView
  readonly size: Size
  /** Device pixels per CSS pixel. */
  readonly ratio: number
  readonly highlight: number | undefined
  /** Changes with the colours of the page. */
  readonly theme: string
  /** The browser draws no WebGL 2. */
  readonly onUnsupported: () => void
}

/** Keeps a canvas painted with points, also after the graphics chip was taken away and came back. */
export function usePointPicture(canvas: RefObject<HTMLCanvasElement | null>, picture: Picture): void {
  const { places, styles, view, size, ratio, highlight, theme } = picture
  const renderer = useRef<PointRenderer>(undefined)
  /** Raised when the context came back: everything has to be handed over again. */
  const [generation, setGeneration] = useState(0)
  const onUnsupported = useEffectEvent(() => picture.onUnsupported())

  useLayoutEffect(() => {
    const element = canvas.current
    if (!element) return
    renderer.current = PointRenderer.on(element)
    if (!renderer.current && element.getContext('webgl2')?.isContextLost() !== true) onUnsupported()
    const lost = (event: Event) => event.preventDefault()
    const restored = () => setGeneration((before) => before + 1)
    element.addEventListener('webglcontextlost', lost)
    element.addEventListener('webglcontextrestored', restored)
    return () => {
      element.removeEventListener('webglcontextlost', lost)
      element.removeEventListener('webglcontextrestored', restored)
    }
  }, [canvas, generation])
  useLayoutEffect(() => renderer.current?.setPlaces(places), [places, generation])
  useLayoutEffect(() => renderer.current?.setStyles(styles), [styles, generation])
  useLayoutEffect(() => {
    const element = canvas.current?.parentElement
    if (element) renderer.current?.setPaint(readPaint(element))
  }, [canvas, theme, generation])
  useLayoutEffect(() => {
    if (size.width === 0) return
    // Once a frame, however many moves of the pointer come in it.
    const frame = requestAnimationFrame(() => {
      renderer.current?.draw(view, size, { pointSize: pointSize(places.length / 2, nearnessOf(view, size)), highlight, ratio })
    })
    return () => cancelAnimationFrame(frame)
  }, [places, styles, view, size, ratio, highlight, theme, generation])
}
