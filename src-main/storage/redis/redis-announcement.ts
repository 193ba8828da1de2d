import type { Announcement } from '../../base/event-bus.ts'
import type { ServerEvent } from '../../contract/events.ts'

/** What decides who may hear an event: without it, it must not be told to anybody. `owner`: only the person hears it, and nothing has to say so. */
type Guarded = 'access' | 'task' | 'workflow' | 'agentId' | 'owner'

/** Events that cross from one instance to another. The rest are measures of one process, and tell of that alone. */
const CARRIED: Readonly<Record<Exclude<ServerEvent['type'], 'hello' | 'rates' | 'health-changed'>, Guarded>> = {
  'memory-stored': 'access',
  'memory-updated': 'access',
  'memory-deleted': 'access',
  'memory-restored': 'access',
  'memory-purged': 'access',
  'task-created': 'task',
  'task-updated': 'task',
  'task-assigned': 'task',
  'task-released': 'task',
  'task-completed': 'task',
  'task-failed': 'task',
  'task-cancelled': 'task',
  'task-deleted': 'task',
  'workflow-created': 'workflow',
  'workflow-updated': 'workflow',
  'workflow-deleted': 'workflow',
  'execution-queued': 'agentId',
  'execution-started': 'agentId',
  'execution-changed': 'agentId',
  'execution-completed': 'agentId',
  'execution-failed': 'agentId',
  'execution-cancelled': 'agentId',
  'step-changed': 'agentId',
  'session-opened': 'agentId',
  'session-closed': 'agentId',
  'call-answered': 'agentId',
  'data-imported': 'owner',
  'token-created': 'owner',
  'token-rotated': 'owner',
  'token-revoked': 'owner',
}

/** The announcement as JSON, or undefined when it is not for other instances. */
export function encodeAnnouncement(announcement: Announcement): string | undefined {
  if (!Object.hasOwn(CARRIED, announcement.event.type)) return undefined
  const { task } = announcement
  if (!task || announcement.event.type === 'task-assigned') return JSON.stringify(announcement)
  // Only an assignment is told with its texts; they can be long, and the stream is short of room.
  const { description: _d, result: _r, ...facts } = task
  return JSON.stringify({ ...announcement, task: { ...facts, notes: [] } })
}

/** What another instance has written, or undefined when it is none of what we know. Throws for what is no JSON. */
export function decodeAnnouncement(value: unknown): Announcement | undefined {
  if (!isObject(value) || !isObject(value['event'])) return undefined
  const { type, at } = value['event']
  if (typeof type !== 'string' || typeof at !== 'string' || !Object.hasOwn(CARRIED, type)) return undefined
  if (!isGuarded(value, CARRIED[type as keyof typeof CARRIED]) || !hasSubject(value['event'], type)) return undefined
  return value as unknown as Announcement // what is read of it has been looked at; the rest is shown as it is
}

function isGuarded(value: Record<string, unknown>, by: Guarded): boolean {
  if (by === 'owner') return true
  const guard = value[by]
  if (by === 'agentId') return typeof guard === 'string'
  if (!isObject(guard)) return false
  if (by === 'access') return hasTexts(guard, 'agent_id', 'namespace', 'access_level') && Array.isArray(guard['shared_with'])
  if (by === 'task') return hasTexts(guard, 'id', 'namespace', 'created_by')
  return hasTexts(guard, 'namespace', 'created_by')
}

function hasSubject(event: Record<string, unknown>, type: string): boolean {
  if (type.startsWith('memory-')) return hasTexts(event, 'memory_id')
  if (type.startsWith('task-')) return hasTexts(event, 'task_id')
  if (type.startsWith('workflow-')) return hasTexts(event, 'workflow_id')
  if (type.startsWith('session-')) return isObject(event['session'])
  if (type === 'data-imported') return typeof event['records'] === 'number'
  if (type === 'call-answered') return hasTexts(event, 'session_id', 'agent_id', 'tool')
  return hasTexts(event, 'execution_id', 'status')
}

function hasTexts(value: Record<string, unknown>, ...names: string[]): boolean {
  return names.every((name) => typeof value[name] === 'string')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
