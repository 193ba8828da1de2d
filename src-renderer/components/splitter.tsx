import type { KeyboardEvent, PointerEvent } from 'react'

interface SplitterProps {
  readonly label: string
  /** Width in CSS pixels of what lies to the right. */
  readonly width: number
  readonly min: number
  readonly max: number
  readonly onChange: (width: number) => void
}

const STEP = 16

/** The edge between list and detail; by pointer or arrow keys. */
export function Splitter({ label, width, min, max, onChange }: SplitterProps) {
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    const handle = event.currentTarget
    const startX = event.clientX
    handle.setPointerCapture(event.pointerId)
    const move = (moved: globalThis.PointerEvent) => onChange(width + startX - moved.clientX)
    const stop = () => {
      handle.removeEventListener('pointermove', move)
      handle.removeEventListener('lostpointercapture', stop)
    }
    handle.addEventListener('pointermove', move)
    handle.addEventListener('lostpointercapture', stop)
    event.preventDefault()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return
    onChange(width + (event.key === 'ArrowLeft' ? STEP : -STEP))
    event.preventDefault()
  }
  return (
    <div
      className="splitter"
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={width}
      aria-valuemin={min}
      aria-valuemax={max}
      tabIndex={0}
      onPointerDown={onPointerDown}
      onKeyDown={onKeyDown}
    />
  )
}
