import type { PlacedLabel } from '../../model/map/place-labels.ts'

interface MapLabelsProps {
  readonly labels: readonly PlacedLabel[]
  readonly onClusters: (clusters: readonly number[]) => void
}

/** Names over the points. The list of topics says the same to a screen reader and to the keyboard. */
export function MapLabels({ labels, onClusters }: MapLabelsProps) {
  return (
    <div className="map-labels" aria-hidden="true">
      {labels.map(({ key, text, x, y, clusters, isRegion }) => (
        <button
          key={key}
          type="button"
          tabIndex={-1}
          className={isRegion ? 'map-label region' : 'map-label'}
          style={{ transform: `translate(${Math.round(x)}px, ${Math.round(y)}px) translate(-50%, -50%)` }}
          onClick={() => onClusters(clusters)}
        >
          {text}
        </button>
      ))}
    </div>
  )
}
