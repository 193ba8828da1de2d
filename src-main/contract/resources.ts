import type { ToolName } from './tools.ts'

/** MCP resources: readable views over the tools, so they obey the same scope. */
export interface ResourceContract {
  readonly uri: string
  readonly name: string
  readonly title: string
  readonly description: string
  readonly tool: ToolName
  readonly arguments: Readonly<Record<string, unknown>>
}

export const RESOURCES: readonly ResourceContract[] = [
  {
    uri: 'memory://recent',
    name: 'recent',
    title: 'Recent memories',
    description: 'The 20 newest memories you may see.',
    tool: 'list_memories',
    arguments: { limit: 20 },
  },
  { uri: 'memory://tags', name: 'tags', title: 'Tags', description: 'The tags in use, most used first.', tool: 'list_tags', arguments: {} },
  {
    uri: 'memory://stats',
    name: 'stats',
    title: 'Statistics',
    description: 'Counts of this server.',
    tool: 'get_system_stats',
    arguments: {},
  },
]

/** Resources that change with the memories, and can be subscribed to like a memory itself. */
export const MEMORY_LIST_URIS: readonly string[] = RESOURCES.map(({ uri }) => uri)

export const MEMORY_RESOURCE_TEMPLATE = {
  uriTemplate: 'memory://{id}',
  name: 'memory',
  title: 'One memory',
  description: 'A memory by its id.',
  mimeType: 'application/json',
} as const

const MEMORY_URI = /^memory:\/\/([0-9a-f-]{36})$/

/** The memory id in `memory://{id}`, or undefined. */
export function memoryIdOfUri(uri: string): string | undefined {
  return MEMORY_URI.exec(uri)?.[1]
}

/** The URI of one memory. */
export function memoryUri(memoryId: string): string {
  return `memory://${memoryId}`
}
