import { z } from 'zod'
import { instantSchema, memoryIdSchema } from './fields.ts'
import { CARD_CHARACTERS, MAX_CARDS } from './map-limits.ts'
import { accessLevelSchema, linkSchema } from './memory.ts'

const index = z.number().int()

/** `computing`: places are being worked out; what is there is shown. `degraded`: they cannot be, for the reason in `message`. */
export const mapStateSchema = z.enum(['ready', 'computing', 'degraded'])
export type MapState = z.infer<typeof mapStateSchema>

export const mapClusterSchema = z.object({
  x: index.describe('Where it is densest.'),
  y: index,
  count: index.describe('How many of the points belong to it.'),
  words: z.array(z.string()).describe('The words that tell it from the others, of memories that the caller may see.'),
  region: index.describe('Which of `regions` it is a part of.'),
})
export type MapCluster = z.infer<typeof mapClusterSchema>

/** How far the map is, without its points. */
export const mapProgressSchema = z.object({
  state: mapStateSchema,
  message: z.string().optional(),
  version: z.string().describe('Another one whenever the points or clusters would be other ones.'),
  done: index.describe('While `computing`: how much of `total` is worked out. Of the whole store, in no unit.'),
  total: index,
  waiting: index.describe('Memories that the caller may see and that have no place yet.'),
})
export type MapProgress = z.infer<typeof mapProgressSchema>

/** Memories by meaning, column by column: `points.id[i]` lies at `points.x[i]`, `points.y[i]`. Numbers of names count from 0. */
export const mapSchema = z.object({
  ...mapProgressSchema.shape,
  layout: index.describe('Places of another layout are not to be compared.'),
  agents: z.array(z.string()),
  namespaces: z.array(z.string()),
  levels: z.array(accessLevelSchema),
  tags: z.array(z.string()),
  points: z.object({
    id: z.array(memoryIdSchema),
    x: z.array(index),
    y: z.array(index),
    agent: z.array(index),
    namespace: z.array(index),
    level: z.array(index),
    importance: z.array(index).describe('In hundredths.'),
    created_at: z.array(index).describe('Seconds since 1970.'),
    tags: z.array(z.array(index)),
    cluster: z.array(index).describe('Of `clusters`; -1 for none.'),
  }),
  clusters: z.array(mapClusterSchema),
  regions: z.array(mapClusterSchema.omit({ region: true })).describe('Clusters of clusters, for a look from afar.'),
})
export type MemoryMap = z.infer<typeof mapSchema>

/** The beginning of a memory. */
export const memoryCardSchema = z.object({
  id: memoryIdSchema,
  text: z.string().describe(`At most ${CARD_CHARACTERS} characters.`),
  agent_id: z.string(),
  namespace: z.string(),
  access_level: accessLevelSchema,
  created_at: instantSchema,
})
export type MemoryCard = z.infer<typeof memoryCardSchema>

export const cardsQuerySchema = z.strictObject({
  id: z
    .array(memoryIdSchema, 'must name the memories, as id=...&id=...')
    .min(1, 'must name a memory')
    .max(MAX_CARDS, `must name at most ${MAX_CARDS} memories`)
    .describe('Of which memories; once for each.'),
})
export const cardsSchema = z.object({ cards: z.array(memoryCardSchema).describe('Of those the caller may see, in the order asked for.') })

export const graphQuerySchema = z.strictObject({
  memory_id: memoryIdSchema.describe('The memory in the middle.'),
  hops: z.int().min(1).max(2).default(1).describe('How many links away.'),
  limit: z.int().min(1).max(200).default(60).describe('Memories at most, with the one in the middle.'),
})

export const graphSchema = z.object({
  center: memoryIdSchema,
  nodes: z.array(memoryCardSchema.extend({ hops: index.describe('Links away from the middle.') })).describe('The middle first.'),
  links: z.array(linkSchema.extend({ from: memoryIdSchema })).describe('Both ends are among the nodes.'),
  truncated: z.boolean().describe('Whether there is more around than is shown.'),
})
export type MemoryGraph = z.infer<typeof graphSchema>
export type GraphNode = MemoryGraph['nodes'][number]
