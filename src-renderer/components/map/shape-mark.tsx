import type { Shape } from '../../model/map/map-colors.ts'

const PATHS: Readonly<Record<Shape, string>> = {
  circle: 'M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1z',
  square: 'M2 2h8v8H2z',
  diamond: 'M6 .6 11.4 6 6 11.4.6 6z',
  triangle: 'M6 1.2 11.4 10.6H.6z',
}

/** A point as it looks on the map. */
export function ShapeMark({ shape, color }: { readonly shape: Shape; readonly color: string }) {
  return (
    <svg width={10} height={10} viewBox="0 0 12 12" aria-hidden="true">
      <path d={PATHS[shape]} fill={color} />
    </svg>
  )
}
