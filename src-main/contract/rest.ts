import { API_PREFIX } from './protocol.ts'
import type { ToolName } from './tools.ts'
import { TASK_OPERATIONS } from './tools/task-tools.ts'
import type { TaskOperation } from './tools/task-tools.ts'

/** One REST route and the tool that answers it: arguments come from path, query and body, in that order of precedence. */
export interface RestRoute {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Path under the API prefix; `:name` segments become arguments of the same name. */
  readonly path: string
  readonly tool: ToolName
  /** Where the other arguments are. */
  readonly argumentsIn: 'query' | 'body'
  /** Arguments that the route itself stands for; they win over what a request says. */
  readonly fixed?: Readonly<Record<string, unknown>>
  /** The arguments it takes besides those, for the document; all of the tool's when absent. */
  readonly takes?: readonly string[]
  /** Status of success; 200 when absent. */
  readonly status?: 201
}

/** The whole REST surface over tools. Health, metrics, documents and the event feed are listed in openapi.ts. */
export const REST_ROUTES: readonly RestRoute[] = [
  { method: 'POST', path: '/memory', tool: 'store_memory', argumentsIn: 'body', status: 201 },
  { method: 'GET', path: '/memory', tool: 'list_memories', argumentsIn: 'query' },
  { method: 'POST', path: '/memory/search', tool: 'semantic_search', argumentsIn: 'body' },
  { method: 'POST', path: '/memory/recall', tool: 'recall_memory', argumentsIn: 'body' },
  { method: 'GET', path: '/memory/:memory_id', tool: 'recall_memory', argumentsIn: 'query' },
  { method: 'PATCH', path: '/memory/:memory_id', tool: 'update_memory', argumentsIn: 'body' },
  { method: 'DELETE', path: '/memory/:memory_id', tool: 'delete_memory', argumentsIn: 'query' },
  { method: 'GET', path: '/memory/:memory_id/history', tool: 'get_memory_history', argumentsIn: 'query' },
  { method: 'POST', path: '/memory/:memory_id/restore', tool: 'restore_memory', argumentsIn: 'body' },
  { method: 'GET', path: '/memory/:memory_id/links', tool: 'get_memory_links', argumentsIn: 'query' },
  { method: 'POST', path: '/memory/:memory_id/share', tool: 'share_memory', argumentsIn: 'body' },
  { method: 'GET', path: '/tags', tool: 'list_tags', argumentsIn: 'query' },
  { method: 'GET', path: '/stats', tool: 'get_system_stats', argumentsIn: 'query' },
  { method: 'GET', path: '/sessions', tool: 'list_sessions', argumentsIn: 'query' },
  { method: 'GET', path: '/sessions/current', tool: 'get_session_statistics', argumentsIn: 'query' },
  { method: 'GET', path: '/sessions/:session_id', tool: 'get_session', argumentsIn: 'query' },
  { method: 'DELETE', path: '/sessions/:session_id', tool: 'disconnect_session', argumentsIn: 'query' },
  { method: 'GET', path: '/agents', tool: 'list_agents', argumentsIn: 'query' },
  { method: 'POST', path: '/agents', tool: 'register_agent', argumentsIn: 'body', status: 201 },
  { method: 'GET', path: '/agents/current', tool: 'get_agent_info', argumentsIn: 'query' },
  { method: 'GET', path: '/agents/current/switches', tool: 'get_current_agent', argumentsIn: 'query' },
  { method: 'POST', path: '/agents/switch', tool: 'switch_agent', argumentsIn: 'body' },
  { method: 'GET', path: '/agents/:agent_id', tool: 'get_agent_info', argumentsIn: 'query' },
  { method: 'GET', path: '/tasks', tool: 'list_tasks', argumentsIn: 'query' },
  { ...taskRoute('POST', '/tasks', 'create'), status: 201 },
  taskRoute('GET', '/tasks/:task_id', 'get'),
  taskRoute('PATCH', '/tasks/:task_id', 'update'),
  taskRoute('DELETE', '/tasks/:task_id', 'delete'),
  taskRoute('POST', '/tasks/:task_id/assign', 'assign'),
  taskRoute('POST', '/tasks/:task_id/complete', 'complete'),
  taskRoute('POST', '/tasks/:task_id/fail', 'fail'),
  taskRoute('POST', '/tasks/:task_id/cancel', 'cancel'),
]

/** One operation of manage_task as a route of its own. */
function taskRoute(method: RestRoute['method'], path: string, operation: TaskOperation): RestRoute {
  const argumentsIn = method === 'GET' || method === 'DELETE' ? 'query' : 'body'
  return { method, path, tool: 'manage_task', argumentsIn, fixed: { operation }, takes: TASK_OPERATIONS[operation].takes }
}

/** Full path of a route, for example `/api/v1/memory/:memory_id`. */
export function fullPathOf(route: RestRoute): string {
  return API_PREFIX + route.path
}
