import { API_PREFIX } from './protocol.ts'
import type { ToolName } from './tools.ts'
import { TASK_OPERATIONS } from './tools/task-tools.ts'
import type { TaskOperation } from './tools/task-tools.ts'
import { WORKFLOW_OPERATIONS } from './tools/workflow-tools.ts'
import type { WorkflowOperation } from './tools/workflow-tools.ts'

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
  /** Those that it cannot do without, besides what the tool always needs. */
  readonly needs?: readonly string[]
  /** Status of success; 200 when absent. */
  readonly status?: 201
}

/** The whole REST surface over tools. Health, metrics, documents and the event feed are listed in openapi.ts. */
export const REST_ROUTES: readonly RestRoute[] = [
  { method: 'POST', path: '/memory', tool: 'store_memory', argumentsIn: 'body', status: 201 },
  { method: 'GET', path: '/memory', tool: 'list_memories', argumentsIn: 'query' },
  { method: 'POST', path: '/memory/search', tool: 'semantic_search', argumentsIn: 'body' },
  { method: 'POST', path: '/memory/recall', tool: 'recall_memory', argumentsIn: 'body' },
  { method: 'GET', path: '/memory/:memory_id', tool: 'recall_memory', argumentsIn: 'query', takes: ['memory_id'] },
  { method: 'PATCH', path: '/memory/:memory_id', tool: 'update_memory', argumentsIn: 'body' },
  { method: 'DELETE', path: '/memory/:memory_id', tool: 'delete_memory', argumentsIn: 'query' },
  { method: 'GET', path: '/memory/:memory_id/history', tool: 'get_memory_history', argumentsIn: 'query' },
  { method: 'POST', path: '/memory/:memory_id/restore', tool: 'restore_memory', argumentsIn: 'body' },
  { method: 'GET', path: '/memory/:memory_id/links', tool: 'get_memory_links', argumentsIn: 'query' },
  { method: 'POST', path: '/memory/:memory_id/share', tool: 'share_memory', argumentsIn: 'body' },
  { method: 'GET', path: '/tags', tool: 'list_tags', argumentsIn: 'query' },
  { method: 'GET', path: '/health', tool: 'health_check', argumentsIn: 'query' },
  { method: 'GET', path: '/stats', tool: 'get_system_stats', argumentsIn: 'query' },
  { method: 'GET', path: '/sessions', tool: 'list_sessions', argumentsIn: 'query' },
  { method: 'GET', path: '/sessions/current', tool: 'get_session_statistics', argumentsIn: 'query' },
  { method: 'GET', path: '/sessions/:session_id', tool: 'get_session', argumentsIn: 'query' },
  { method: 'DELETE', path: '/sessions/:session_id', tool: 'disconnect_session', argumentsIn: 'query' },
  { method: 'GET', path: '/tokens', tool: 'list_tokens', argumentsIn: 'query' },
  { method: 'POST', path: '/tokens', tool: 'create_token', argumentsIn: 'body', status: 201 },
  { method: 'GET', path: '/tokens/:token_id', tool: 'get_token', argumentsIn: 'query' },
  { method: 'DELETE', path: '/tokens/:token_id', tool: 'revoke_token', argumentsIn: 'query' },
  { method: 'POST', path: '/tokens/:token_id/rotate', tool: 'rotate_token', argumentsIn: 'body' },
  { method: 'GET', path: '/audit', tool: 'list_audit', argumentsIn: 'query' },
  { method: 'GET', path: '/audit/verify', tool: 'verify_audit', argumentsIn: 'query' },
  { method: 'GET', path: '/agents', tool: 'list_agents', argumentsIn: 'query' },
  { method: 'POST', path: '/agents', tool: 'register_agent', argumentsIn: 'body', status: 201 },
  { method: 'GET', path: '/agents/current', tool: 'get_agent_info', argumentsIn: 'query', takes: [] },
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
  workflowRoute('GET', '/workflows', 'list'),
  { ...workflowRoute('POST', '/workflows', 'create'), status: 201 },
  { method: 'GET', path: '/workflows/examples', tool: 'list_workflow_examples', argumentsIn: 'query' },
  { method: 'POST', path: '/workflows/execute', tool: 'execute_workflow', argumentsIn: 'body' },
  { method: 'GET', path: '/executions', tool: 'get_workflow_status', argumentsIn: 'query' },
  {
    method: 'GET',
    path: '/executions/:execution_id',
    tool: 'get_workflow_status',
    argumentsIn: 'query',
    takes: ['execution_id'],
  },
  { method: 'POST', path: '/executions/:execution_id/cancel', tool: 'cancel_workflow', argumentsIn: 'body' },
  workflowRoute('GET', '/workflows/:workflow_id', 'get'),
  workflowRoute('PATCH', '/workflows/:workflow_id', 'update'),
  workflowRoute('DELETE', '/workflows/:workflow_id', 'delete'),
  {
    method: 'POST',
    path: '/workflows/:workflow_id/execute',
    tool: 'execute_workflow',
    argumentsIn: 'body',
    takes: ['workflow_id', 'input', 'wait', 'wait_seconds'],
  },
  {
    method: 'GET',
    path: '/workflows/:workflow_id/executions',
    tool: 'get_workflow_status',
    argumentsIn: 'query',
    takes: ['workflow_id', 'status', 'limit', 'cursor'],
  },
]

/** One operation of manage_task as a route of its own. */
function taskRoute(method: RestRoute['method'], path: string, operation: TaskOperation): RestRoute {
  const argumentsIn = method === 'GET' || method === 'DELETE' ? 'query' : 'body'
  return { method, path, tool: 'manage_task', argumentsIn, fixed: { operation }, ...TASK_OPERATIONS[operation] }
}

/** One operation of manage_workflow as a route of its own. */
function workflowRoute(method: RestRoute['method'], path: string, operation: WorkflowOperation): RestRoute {
  const argumentsIn = method === 'GET' || method === 'DELETE' ? 'query' : 'body'
  return { method, path, tool: 'manage_workflow', argumentsIn, fixed: { operation }, ...WORKFLOW_OPERATIONS[operation] }
}

/** Names of the arguments that stand in the path of a route. */
export function pathNamesOf(route: RestRoute): string[] {
  return [...route.path.matchAll(/:(\w+)/g)].map((match) => match[1] ?? '')
}

/** Whether a call with these arguments can go by a route: they hold what its path needs and what it stands for. */
export function canCarry(route: RestRoute, args: Readonly<Record<string, unknown>>): boolean {
  return (
    pathNamesOf(route).every((name) => typeof args[name] === 'string') &&
    Object.entries(route.fixed ?? {}).every(([name, value]) => args[name] === value)
  )
}

/** Full path of a route, for example `/api/v1/memory/:memory_id`. */
export function fullPathOf(route: RestRoute): string {
  return API_PREFIX + route.path
}
