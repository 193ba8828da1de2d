import { idFromKey } from '../../base/ids.ts'
import { LIMITS } from '../../contract/protocol.ts'
import type { Link } from '../../contract/memory.ts'
import type { StoredMemory } from '../../storage/transfer-store.ts'

/**
 * `memory.jsonl` of the official MCP memory server (@modelcontextprotocol/server-memory): a graph, a line for each entity and each
 * relation. An entity becomes a memory, each of its observations one that is `part_of` it, each relation one that `relates` to both
 * ends. Ids come from what is said, so that importing a file again finds what is there.
 */
export interface McpMemoryOptions {
  readonly agentId: string
  readonly namespace: string
  /** The file has no times. ISO 8601. */
  readonly now: string
}

export type McpMemoryLine =
  | { readonly type: 'entity'; readonly name: string; readonly entityType: string; readonly observations: readonly string[] }
  | { readonly type: 'relation'; readonly from: string; readonly to: string; readonly relationType: string }

export function isMcpMemoryLine(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'type' in value && (value.type === 'entity' || value.type === 'relation')
}

/** The line, or what is wrong with it. */
export function readMcpMemoryLine(value: unknown): McpMemoryLine | string {
  const line = value as Partial<Record<string, unknown>>
  if (!isMcpMemoryLine(value)) return 'type: must be "entity" or "relation"'
  const wanted = line['type'] === 'entity' ? ['name', 'entityType'] : ['from', 'to', 'relationType']
  const missing = wanted.find((name) => typeof line[name] !== 'string' || line[name].trim() === '')
  if (missing !== undefined) return `${missing}: must be a text`
  if (line['type'] === 'relation') return value as McpMemoryLine // checked above
  const observations = line['observations'] ?? []
  if (!Array.isArray(observations) || !observations.every((one) => typeof one === 'string')) return 'observations: must be a list of texts'
  return {
    ...(value as { type: 'entity'; name: string; entityType: string }),
    observations: observations.filter((text) => text.trim() !== ''),
  }
}

/** The memories that a line stands for. */
export function memoriesOf(line: McpMemoryLine, options: McpMemoryOptions): StoredMemory[] {
  if (line.type === 'relation') {
    const { from, to, relationType } = line
    const links: Link[] = [from, to].map((name) => ({ to: entityId(name, options), kind: 'relates' }))
    const said = `${from} ${relationType.replaceAll('_', ' ')} ${to}`
    return [memoryOf(['relation', from, relationType, to], said, [relationType], { from, relation: relationType, to }, links, options)]
  }
  const { name, entityType, observations } = line
  const context = { entity: name, entity_type: entityType }
  const entity = memoryOf(['entity', name], `${name} (${entityType})`, [entityType, name], context, [], options)
  const partOf: Link[] = [{ to: entity.id, kind: 'part_of' }]
  return [
    entity,
    ...observations.map((text) => memoryOf(['observation', name, text], `${name}: ${text}`, [entityType, name], context, partOf, options)),
  ]
}

function entityId(name: string, options: McpMemoryOptions): string {
  return idOfKey(['entity', name], options)
}

/** The time in the ids of what has none; they sort before all others. */
const NO_TIME = 0

function idOfKey(key: readonly string[], { agentId, namespace }: McpMemoryOptions): string {
  return idFromKey(JSON.stringify(['mcp-memory', agentId, namespace, ...key]), NO_TIME)
}

function memoryOf(
  key: readonly string[],
  content: string,
  tags: readonly string[],
  context: Readonly<Record<string, string>>,
  links: readonly Link[],
  options: McpMemoryOptions,
): StoredMemory {
  return {
    id: idOfKey(key, options),
    content: clean(content).slice(0, LIMITS.contentCharacters).toWellFormed(),
    tags: [...new Set(tags.map(toTag).filter((tag) => tag !== ''))],
    importance: 0.5,
    // The file was shared by every client of that server.
    access_level: 'team',
    shared_with: [],
    agent_id: options.agentId,
    namespace: options.namespace,
    context: JSON.stringify({ imported_from: 'mcp-memory', ...context }),
    pinned: false,
    created_at: options.now,
    updated_at: options.now,
    access_count: 0,
    version: 1,
    links: [...links],
  }
}

function toTag(text: string): string {
  return clean(text).replace(/\s+/g, ' ').trim().slice(0, LIMITS.tagCharacters).trim().toWellFormed()
}

/** Without the control characters that no text here may hold. */
function clean(text: string): string {
  // eslint-disable-next-line no-control-regex -- they are what this is about
  return text.replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001A\u001C-\u001F\u007F]/g, ' ').toWellFormed()
}
