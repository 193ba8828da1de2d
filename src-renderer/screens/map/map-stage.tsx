import { useCallback, useMemo, useRef, useState } from 'react'
import type { MemoryMap } from '../../api/map-api.ts'
import { Face } from '../../components/face.tsx'
import { MapCanvas, type Hovered } from '../../components/map/map-canvas.tsx'
import { MapCard } from '../../components/map/map-card.tsx'
import { MapLegend } from '../../components/map/map-legend.tsx'
import { MapTools } from '../../components/map/map-tools.tsx'
import { SelectionList } from '../../components/map/selection-list.tsx'
import { TopicList } from '../../components/map/topic-list.tsx'
import { useMapView } from '../../components/map/use-map-view.ts'
import { count } from '../../format/numbers.ts'
import { useShortcuts } from '../../keyboard/use-shortcuts.ts'
import { colorBy, type ColorMode } from '../../model/map/map-colors.ts'
import { matchPoints } from '../../model/map/map-match.ts'
import { viewOf } from '../../model/map/map-view.ts'
import { pointStyles } from '../../model/map/point-styles.ts'
import type { CardCache } from '../../state/map/card-cache.ts'
import type { Stores } from '../../state/stores.ts'
import { useMedia } from '../../state/use-media.ts'
import { useStore } from '../../state/use-store.ts'
import { strings } from '../../strings/strings.ts'

const words = strings.map

interface MapStageProps {
  readonly stores: Stores
  readonly cards: CardCache
  readonly map: MemoryMap
  readonly waiting: number
  /** How much in percent, while it is worked out. */
  readonly computing: string | undefined
  readonly freshIds: ReadonlySet<string>
  readonly openId: string | undefined
  readonly onOpen: (id: string | undefined) => void
}

/** A map that has points: looked at, pointed at, chosen from. */
export function MapStage({ stores, cards, map, waiting, computing, freshIds, openId, onOpen }: MapStageProps) {
  const frame = useRef<HTMLDivElement>(null)
  const controls = useMapView(frame)
  const [mode, setMode] = useState<ColorMode>('agent')
  const [pointedGroup, setPointedGroup] = useState<number>()
  const [heldGroup, setHeldGroup] = useState<number>()
  const [isLasso, setIsLasso] = useState(false)
  const [isListShown, setIsListShown] = useState(true)
  const [chosenIds, setChosenIds] = useState<readonly string[]>([])
  const [pointed, setPointed] = useState<Hovered>()
  const hovered = pointed?.view === controls.view ? pointed : undefined
  const [pointedId, setPointedId] = useState<string>()
  const [isUnsupported, setIsUnsupported] = useState(false)
  const known = useStore(cards.store, (value) => value)
  const now = useStore(stores.clock, (time) => Math.floor(time / 60_000) * 60_000)
  const filters = useStore(stores.list.store, (state) => state.filters)
  const hits = useStore(stores.list.store, (state) => (state.answered === undefined ? undefined : state.items))
  const theme = useStore(stores.preferences, (state) => state.theme)
  const isDark = useMedia('(prefers-color-scheme: dark)')

  const pointOf = useMemo(() => new Map(map.points.id.map((id, point) => [id, point])), [map])
  const coloring = useMemo(() => colorBy(mode, map, now), [mode, map, now])
  const matches = useMemo(() => matchPoints(map, filters, now, hits && new Set(hits.map(({ id }) => id))), [map, filters, now, hits])
  const chosen = useMemo(() => new Set(chosenIds.flatMap((id) => pointOf.get(id) ?? [])), [chosenIds, pointOf])
  const styles = useMemo(() => pointStyles(coloring, matches, chosen), [coloring, matches, chosen])
  const shown = useMemo(() => matches.reduce((sum, match) => sum + match, 0), [matches])
  const pointsOf = (ids: Iterable<string>) => [...ids].flatMap((id) => pointOf.get(id) ?? [])
  const idOf = (point: number) => map.points.id[point] ?? ''

  const choose = (points: readonly number[], isSeen = false) => {
    // Newest first, as in the list.
    const newest = points.toSorted((a, b) => (map.points.created_at[b] ?? 0) - (map.points.created_at[a] ?? 0))
    setChosenIds(newest.map(idOf))
    setIsLasso(false)
    if (!isSeen)
      controls.show(
        viewOf(
          points.map((point) => ({ x: map.points.x[point] ?? 0, y: map.points.y[point] ?? 0 })),
          controls.size,
        ),
      )
  }
  const chooseClusters = (clusters: readonly number[]) => {
    const wanted = new Set(clusters)
    choose([...matches.keys()].filter((point) => matches[point] === 1 && wanted.has(map.points.cluster[point] ?? -1)))
  }
  const point = (next: Hovered | undefined) => {
    setPointed(next)
    if (next) cards.want(next.points.map(idOf))
  }
  const want = useCallback((ids: readonly string[]) => cards.want(ids), [cards])
  useShortcuts({
    Escape: () => {
      if (isLasso) return (setIsLasso(false), true)
      if (chosenIds.length === 0 || openId !== undefined) return false
      setChosenIds([])
      return true
    },
  })

  const summary = shown < map.points.id.length ? words.shown(count(shown), count(map.points.id.length)) : words.total(count(shown), shown)
  const hoveredPoint = hovered?.points[0] ?? (pointedId === undefined ? undefined : pointOf.get(pointedId))
  const marked: Hovered | undefined =
    hovered ?? (hoveredPoint === undefined ? undefined : { points: [hoveredPoint], at: { x: 0, y: 0 }, view: controls.view })
  return (
    <div className="map-stage">
      <div className="map-main">
        <p className="map-summary figures faint" role="status">
          {shown === 0 ? words.noMatch : summary}
          {computing === undefined && waiting > 0 && ` · ${words.waiting(count(waiting))}`}
          {computing !== undefined && ` · ${words.computing(computing)}`}
        </p>
        {isUnsupported ? (
          <Face fill title={words.unsupported} text={words.unsupportedHow} />
        ) : (
          <MapCanvas
            frame={frame}
            map={map}
            controls={controls}
            styles={styles}
            matches={matches}
            highlight={pointedGroup ?? heldGroup}
            openPoint={openId === undefined ? undefined : pointOf.get(openId)}
            freshPoints={pointsOf(freshIds)}
            isLasso={isLasso}
            theme={`${theme} ${isDark}`}
            hovered={marked}
            onHover={point}
            onOpen={(opened) => onOpen(idOf(opened))}
            onLasso={(points) => choose(points, true)}
            onClusters={chooseClusters}
            onUnsupported={() => setIsUnsupported(true)}
          />
        )}
        <MapTools
          isLasso={isLasso}
          isListShown={isListShown}
          onLasso={() => setIsLasso(!isLasso)}
          onList={() => setIsListShown(!isListShown)}
          onNearer={() => controls.zoom(1.5)}
          onFarther={() => controls.zoom(1 / 1.5)}
          onWhole={controls.fit}
        />
        {hovered && <MapCard card={known.get(idOf(hovered.points[0] ?? -1))} at={hovered.at} size={controls.size} now={now} />}
      </div>
      {(isListShown || chosenIds.length > 0) && (
        <aside className="map-side" aria-label={words.side}>
          <MapLegend
            mode={mode}
            groups={coloring.groups}
            held={heldGroup}
            onMode={(next) => {
              setMode(next)
              setHeldGroup(undefined)
            }}
            onPoint={setPointedGroup}
            onHold={setHeldGroup}
          />
          {chosenIds.length > 0 ? (
            <SelectionList
              ids={chosenIds}
              cards={known}
              openId={openId}
              now={now}
              onOpen={onOpen}
              onClear={() => setChosenIds([])}
              onWant={want}
              onPoint={setPointedId}
            />
          ) : (
            <TopicList map={map} onClusters={chooseClusters} />
          )}
        </aside>
      )}
    </div>
  )
}
