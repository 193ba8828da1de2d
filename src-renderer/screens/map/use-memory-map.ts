import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useEffectEvent, useState } from 'react'
import type { MapApi, MapProgress, MemoryMap } from '../../api/map-api.ts'

const COMPUTING_MS = 700
const WAITING_MS = 2_500
/** A map may have five megabytes; the browser keeps the last answer on disk. */
const KEPT_MS = 5_000
const FRESH_MS = 2_600
/** More than these at once are no news but another map. */
const MOST_FRESH = 24

export interface MemoryMapState {
  readonly map: MemoryMap | undefined
  readonly progress: MapProgress | undefined
  readonly error: Error | null
  readonly refetch: () => void
  /** Memories that have just come, for a while. */
  readonly freshIds: ReadonlySet<string>
}

/** The map as it is now: how far it is is asked while it is worked out and after events, the points only when they are other ones. */
export function useMemoryMap(api: MapApi): MemoryMapState {
  const progress = useQuery({
    queryKey: ['map'],
    queryFn: ({ signal }) => api.progress(signal),
    refetchInterval: ({ state: { data } }) => (data?.state === 'computing' ? COMPUTING_MS : (data?.waiting ?? 0) > 0 ? WAITING_MS : false),
  })
  const points = useQuery({
    queryKey: ['map-points', progress.data?.version],
    queryFn: ({ signal }) => api.map(signal),
    enabled: progress.data !== undefined,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: KEPT_MS,
  })
  const freshIds = useFresh(points.data)
  const refetch = () => {
    void progress.refetch()
    void points.refetch()
  }
  const isBehind = points.data !== undefined && progress.data !== undefined && points.data.version !== progress.data.version
  const isAsking = points.isFetching || progress.isFetching
  const catchUp = useEffectEvent(refetch)
  useEffect(() => {
    // Something has changed between the two answers.
    if (!isBehind || isAsking) return
    const timer = setTimeout(() => catchUp(), COMPUTING_MS)
    return () => clearTimeout(timer)
  }, [isBehind, isAsking])
  return { map: points.data, progress: progress.data, error: progress.error ?? points.error, refetch, freshIds }
}

interface Seen {
  readonly map: MemoryMap | undefined
  readonly fresh: ReadonlySet<string>
}

const NONE: ReadonlySet<string> = new Set()

/** What the map has that the one before it had not. */
function useFresh(map: MemoryMap | undefined): ReadonlySet<string> {
  const [seen, setSeen] = useState<Seen>({ map, fresh: NONE })
  if (map !== seen.map) setSeen({ map, fresh: newIn(map, seen.map) })
  useEffect(() => {
    if (seen.fresh.size === 0) return
    const timer = setTimeout(() => setSeen((now) => ({ ...now, fresh: NONE })), FRESH_MS)
    return () => clearTimeout(timer)
  }, [seen.fresh])
  return seen.fresh
}

function newIn(map: MemoryMap | undefined, before: MemoryMap | undefined): ReadonlySet<string> {
  if (!map || !before || map.layout !== before.layout || map.points.id.length - before.points.id.length > MOST_FRESH) return NONE
  const known = new Set(before.points.id)
  const fresh = map.points.id.filter((id) => !known.has(id))
  return fresh.length > MOST_FRESH ? NONE : new Set(fresh)
}
