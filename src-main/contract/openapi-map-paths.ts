import { PLACEHOLDERS } from './examples/placeholders.ts'
import { cardsQuerySchema, cardsSchema, graphQuerySchema, graphSchema, mapProgressSchema, mapSchema } from './map.ts'
import { errorResponses } from './openapi-errors.ts'
import { about, json, queryParameters } from './openapi-moving-paths.ts'
import { API_PREFIX } from './protocol.ts'

const SAMPLE_ID = PLACEHOLDERS.$memory_id.shows

/** The map of meanings and the graph of links: reading, by the rule that lists obey. */
export function mapPaths(): Record<string, unknown> {
  const reading = (...[id, summary, description]: Parameters<typeof about>) => ({
    ...about(id, summary, description),
    tags: ['memory'],
    security: [{}, { bearer: [] }],
  })
  return {
    [`${API_PREFIX}/map`]: {
      get: {
        ...reading(
          'get_map',
          'Memories by meaning',
          'Places on a plane, near where the meaning is near, with clusters and their telling words. Worked out in the background while somebody looks; what is there is answered at once. With `If-None-Match`, 304 when nothing has changed.',
        ),
        responses: { '200': json('The map.', mapSchema), '304': { description: 'It is as it was.' }, ...errorResponses() },
      },
    },
    [`${API_PREFIX}/map/progress`]: {
      get: {
        ...reading('get_map_progress', 'How far the map is', 'Without its points, for asking often.'),
        responses: { '200': json('So far.', mapProgressSchema), ...errorResponses() },
      },
    },
    [`${API_PREFIX}/map/cards`]: {
      get: {
        ...reading(
          'get_map_cards',
          'The beginnings of some memories',
          'For what is pointed at or chosen on a map. Not counted as an access.',
        ),
        parameters: queryParameters(cardsQuerySchema, { one: { id: [SAMPLE_ID] } }).map((parameter) => ({ ...parameter, required: true })),
        responses: { '200': json('They begin like this.', cardsSchema), ...errorResponses() },
      },
    },
    [`${API_PREFIX}/graph`]: {
      get: {
        ...reading('get_graph', 'Typed links around a memory', 'In both directions, one or two links away.'),
        parameters: queryParameters(graphQuerySchema, { 'two-links-away': { memory_id: SAMPLE_ID, hops: 2 } }).map((parameter) => ({
          ...parameter,
          required: parameter.name === 'memory_id',
        })),
        responses: { '200': json('They are these.', graphSchema), ...errorResponses() },
      },
    },
  }
}
