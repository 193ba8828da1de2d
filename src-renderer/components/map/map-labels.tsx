import type { PlacedLabel } from '../../model/map/place-labels.ts'

interface MapLabelsProps {
  readonly labels: readonly PlacedLabel[]
}

/** The clusters that a name at a place on the screen stands for. */
export function clustersAt(clientX: number, clientY: number): number[] | undefined {
  const label = document.elementsFromPoint(clientX, clientY).find((element) => element.classList.contains('map-label'))
  return label?.getAttribute('data-clusters')?.split(',').map(Number)
}

/** Names over the points. The list of topics says the same to a screen reader and to the keyboard. */
export function MapLabels({ labels }: MapLabelsProps) {
  return (
    <div className="map-labels" aria-hidden="true">
      {labels.map(({ key, text, x, y, clusters, isRegion }) => (
        <span
          key={key}
          data-clusters={clusters.join()}
          className={isRegion ? 'map-label region' : 'map-label'}
          style={{ transform: `translate(${Math.round(x)}px, ${Math.round(y)}px) translate(-50%, -50%)` }}
        >
          {text}
        </span>
      ))}
    </div>
  )
}
