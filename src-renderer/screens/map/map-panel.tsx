import { useEffect, useState } from 'react'
import { messageOf } from '../../api/server-error.ts'
import { Banner } from '../../components/banner.tsx'
import { Button } from '../../components/button.tsx'
import { Face } from '../../components/face.tsx'
import { count } from '../../format/numbers.ts'
import { CardCache } from '../../state/map/card-cache.ts'
import type { Stores } from '../../state/stores.ts'
import { useStore } from '../../state/use-store.ts'
import { strings } from '../../strings/strings.ts'
import { MapStage } from './map-stage.tsx'
import { useMemoryMap } from './use-memory-map.ts'

const words = strings.map

interface MapPanelProps {
  readonly stores: Stores
  readonly openId: string | undefined
  readonly onOpen: (id: string | undefined) => void
}

/** The memories by meaning: what is there, what is being worked out, or why there is nothing. */
export function MapPanel({ stores, openId, onOpen }: MapPanelProps) {
  const { map, progress, error, refetch, freshIds } = useMemoryMap(stores.map)
  const isTrash = useStore(stores.list.store, (state) => state.filters.isTrash)
  const [cards] = useState(() => new CardCache(stores.map))
  const version = map?.version
  // A text may be another one now.
  useEffect(() => cards.forget(), [cards, version])
  const retry = (
    <Button small onClick={refetch}>
      {strings.common.retry}
    </Button>
  )
  if (!map) {
    if (error) {
      return (
        <Face fill title={strings.common.loadFailed} text={messageOf(error)}>
          {retry}
        </Face>
      )
    }
    return <div className="map-loading" role="status" aria-label={strings.common.loading} />
  }
  const isComputing = progress?.state === 'computing'
  const percent = progress ? count((100 * progress.done) / Math.max(1, progress.total)) : ''
  const degraded = progress?.state === 'degraded' ? progress.message : undefined
  if (map.points.id.length === 0) {
    if (isComputing || ((progress?.waiting ?? 0) > 0 && degraded === undefined)) {
      return (
        <Face fill title={words.computing(percent)} text={words.computingHow}>
          <progress className="map-progress" value={progress?.done ?? 0} max={progress?.total ?? 1} aria-label={words.computing(percent)} />
        </Face>
      )
    }
    return <Face fill title={degraded === undefined ? words.empty : words.degraded} text={degraded ?? words.emptyHow} />
  }
  return (
    <>
      {degraded !== undefined && (
        <Banner action={retry}>
          <b>{words.degraded}</b> {degraded}
        </Banner>
      )}
      {error && (
        <Banner tone="error" action={retry}>
          {messageOf(error)}
        </Banner>
      )}
      {isTrash && <Banner>{words.trash}</Banner>}
      <MapStage
        stores={stores}
        cards={cards}
        map={map}
        waiting={progress?.waiting ?? 0}
        computing={isComputing ? percent : undefined}
        freshIds={freshIds}
        openId={openId}
        onOpen={onOpen}
      />
    </>
  )
}
