import type { Clock } from '../base/clock.ts'
import type { EventBus } from '../base/event-bus.ts'
import type { Log } from '../base/log.ts'
import type { ResourceStack } from '../base/resource-stack.ts'
import type { EmbeddingModels } from '../memory/embedding-models.ts'
import { GraphReader } from '../memory/map/graph-reader.ts'
import { MapPlacer } from '../memory/map/map-placer.ts'
import { MapService } from '../memory/map/map-service.ts'
import type { Stores } from '../storage/open-stores.ts'
import type { MapPort } from '../transport/http/map-routes.ts'

export interface MapParts {
  readonly stores: Stores
  readonly models: EmbeddingModels
  readonly bus: EventBus
  readonly clock: Clock
  readonly log: Log
  readonly resources: ResourceStack
}

/** The map of meanings and the graph of links, over the same stores as everything else. */
export function createMap({ stores, models, bus, clock, log, resources }: MapParts): MapPort {
  const { map: store, takeTurn } = stores
  const placer = resources.own(
    'map placer',
    new MapPlacer({
      store,
      model: () => models.report,
      clock,
      log: log.child('map'),
      onPlaced: () => maps.changed(),
      ...(takeTurn && { takeTurn: () => takeTurn('map') }),
    }),
    (part) => part.close(),
  )
  const meaningProblem = (): string | undefined => meaningProblemOf(models)
  const maps: MapService = resources.own(
    'map',
    new MapService({ store, placer, clock, modelId: () => models.report.modelId, meaningProblem }),
    (part) => part.close(),
  )
  const stop = bus.subscribe(({ event }) => {
    if ('memory_id' in event || event.type === 'data-imported') maps.changed()
  })
  resources.own('map news', stop, (end) => end())
  const graphs = new GraphReader({ store, clock })
  return {
    progress: (scope) => maps.progress(scope),
    map: (scope, known) => maps.map(scope, known),
    cards: (ids, scope) => maps.cards(ids, scope),
    graph: (question, scope) => graphs.around(question, scope),
  }
}

function meaningProblemOf(models: EmbeddingModels): string | undefined {
  const { embedder, problem } = models.report
  const { state } = embedder
  if (state.status === 'off')
    return 'Search by meaning is off (TMWS_EMBEDDING_PROVIDER is off), so there is no map. Turn it on, and the map comes by itself.'
  return state.status === 'failed' ? state.message : problem
}
