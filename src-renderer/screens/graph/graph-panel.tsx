import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { MemoryGraph } from '../../api/map-api.ts'
import { ServerError, messageOf } from '../../api/server-error.ts'
import { Button } from '../../components/button.tsx'
import { ChoiceMenu } from '../../components/choice-menu.tsx'
import { Face } from '../../components/face.tsx'
import { GraphView } from '../../components/graph/graph-view.tsx'
import { LinkWords } from '../../components/graph/link-words.tsx'
import { layOutGraph, type Place } from '../../model/graph/graph-layout.ts'
import type { Stores } from '../../state/stores.ts'
import { useStore } from '../../state/use-store.ts'
import { strings } from '../../strings/strings.ts'

const words = strings.graph

interface GraphPanelProps {
  readonly stores: Stores
  readonly openId: string | undefined
  readonly onOpen: (id: string) => void
}

interface Laid {
  readonly graph: MemoryGraph
  readonly places: ReadonlyMap<string, Place>
}

/** What the open memory is linked to. */
export function GraphPanel({ stores, openId, onOpen }: GraphPanelProps) {
  const [hops, setHops] = useState<'1' | '2'>('2')
  const [laid, setLaid] = useState<Laid>()
  const now = useStore(stores.clock, (time) => Math.floor(time / 60_000) * 60_000)
  const query = useQuery({
    queryKey: ['graph', openId, hops],
    queryFn: ({ signal }) => stores.map.graph(openId ?? '', Number(hops), signal),
    enabled: openId !== undefined,
    placeholderData: keepPreviousData,
  })
  const { data } = query
  // An answer that says the same is the same object, so this happens once for each graph.
  if (data && data !== laid?.graph) setLaid({ graph: data, places: layOutGraph(data, laid?.places) })

  if (openId === undefined) return <Face fill title={words.choose} text={words.chooseHow} />
  if (query.error) {
    const isGone = query.error instanceof ServerError && query.error.code === 'not_found'
    return (
      <Face fill title={isGone ? words.missing : strings.common.loadFailed} text={isGone ? undefined : messageOf(query.error)}>
        {isGone ? undefined : <Button onClick={() => void query.refetch()}>{strings.common.retry}</Button>}
      </Face>
    )
  }
  if (!laid) return <div className="map-loading" role="status" aria-label={strings.common.loading} />
  const { graph, places } = laid
  const isAlone = graph.nodes.length === 1 && !query.isPlaceholderData
  return (
    <div className="graph-stage">
      <div className="graph-bar">
        <span className="figures faint" role="status">
          {words.nodes(graph.nodes.length - 1)}
          {graph.truncated && ` · ${words.truncated}`}
        </span>
        <ChoiceMenu
          label={words.hops}
          value={hops}
          options={[
            { value: '1', text: words.oneHop },
            { value: '2', text: words.twoHops },
          ]}
          onChange={setHops}
        />
      </div>
      {isAlone ? (
        <Face fill title={words.empty} text={words.emptyHow} />
      ) : (
        <>
          <GraphView graph={graph} places={places} now={now} onOpen={onOpen} />
          <LinkWords graph={graph} />
        </>
      )}
    </div>
  )
}
