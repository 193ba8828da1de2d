import type { EventBus } from '../../base/event-bus.ts'
import { TASK_ASSIGNED_METHOD } from '../../contract/protocol.ts'
import type { Task } from '../../contract/task.ts'
import type { Session } from '../../session/session.ts'
import type { McpTransport } from '../mcp-transport.ts'
import { tellOfGap } from './missed-notices.ts'

interface Listener {
  readonly session: Session
  readonly transport: McpTransport
}

/**
 * Tells the live connections of an agent that a task was given to it, as the notification `task_assigned`. Hosts that do not know
 * the method ignore it, as JSON-RPC asks; whoever is away is told when it comes back (missed-notices.ts). When assignments
 * that other instances made may be lost, each is told that, and of its open tasks. Returns what ends the telling.
 */
export function tellAssignees(bus: EventBus, connections: ReadonlySet<Listener>): () => void {
  return bus.subscribeAll(
    ({ event, task }) => {
      if (event.type !== 'task-assigned' || !task) return
      for (const { session, transport } of connections) if (isFor(task, session)) transport.notify(TASK_ASSIGNED_METHOD, { task })
    },
    ({ sinceMs }) => {
      for (const { session, transport } of connections)
        void tellOfGap(session, (method, params) => transport.notify(method, params), sinceMs)
    },
  )
}

/** Asked of the connection as it is now: it may have switched to another agent. */
function isFor(task: Task, { scope }: Session): boolean {
  return scope.kind === 'agent' && scope.agentId === task.assigned_agent_id
}
