import type { EventBus } from '../../base/event-bus.ts'
import { TASK_ASSIGNED_METHOD } from '../../contract/protocol.ts'
import type { Task } from '../../contract/task.ts'
import type { Session } from '../../session/session.ts'
import type { McpTransport } from '../mcp-transport.ts'

interface Listener {
  readonly session: Session
  readonly transport: McpTransport
}

/**
 * Tells the live connections of an agent that a task was given to it, as the notification `task_assigned`. Hosts that do not know
 * the method ignore it, as JSON-RPC asks; whoever is away is told when it comes back (missed-notices.ts). Returns what ends the telling.
 */
export function tellAssignees(bus: EventBus, connections: ReadonlySet<Listener>): () => void {
  return bus.subscribe(({ event, task }) => {
    if (event.type !== 'task-assigned' || !task) return
    for (const { session, transport } of connections) if (isFor(task, session)) transport.notify(TASK_ASSIGNED_METHOD, { task })
  })
}

/** Asked of the connection as it is now: it may have switched to another agent. */
function isFor(task: Task, { scope }: Session): boolean {
  return scope.kind === 'agent' && scope.agentId === task.assigned_agent_id
}
