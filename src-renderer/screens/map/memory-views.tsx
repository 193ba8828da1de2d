import { lazy, Suspense } from 'react'
import { FailureBoundary } from '../../components/failure-boundary.tsx'
import type { Stores } from '../../state/stores.ts'
import { strings } from '../../strings/strings.ts'

/** Fetched when one goes there: the list needs neither. */
const MapPanel = lazy(async () => ({ default: (await import('./map-panel.tsx')).MapPanel }))
const GraphPanel = lazy(async () => ({ default: (await import('../graph/graph-panel.tsx')).GraphPanel }))

interface MemoryViewProps {
  readonly view: 'map' | 'graph'
  readonly stores: Stores
  readonly openId: string | undefined
  readonly onOpen: (id: string | undefined) => void
}

/** The memories otherwise than as a list. */
export function MemoryView({ view, ...props }: MemoryViewProps) {
  return (
    <div className="view-body">
      <FailureBoundary key={view}>
        <Suspense fallback={<div className="map-loading" role="status" aria-label={strings.common.loading} />}>
          {view === 'map' ? <MapPanel {...props} /> : <GraphPanel {...props} />}
        </Suspense>
      </FailureBoundary>
    </div>
  )
}
