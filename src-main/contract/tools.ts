import type { z } from 'zod'
import type { TokenScope } from './token.ts'
import { getAgentInfo, getCurrentAgent, listAgents, registerAgent, switchAgent } from './tools/agent-tools.ts'
import { listAudit, verifyAudit } from './tools/audit-tools.ts'
import {
  getMemoryHistory,
  getMemoryLinks,
  listMemories,
  listTags,
  recallMemory,
  searchMemories,
  semanticSearch,
} from './tools/memory-read-tools.ts'
import { createMemory, deleteMemory, restoreMemory, shareMemory, storeMemory, updateMemory } from './tools/memory-write-tools.ts'
import { disconnectSession, getSession, getSessionStatistics, getSystemStats, healthCheck, listSessions } from './tools/system-tools.ts'
import { listTasks, manageTask } from './tools/task-tools.ts'
import { createToken, getToken, listTokens, revokeToken, rotateToken } from './tools/token-tools.ts'
import type { ToolContract, ToolProfile } from './tools/tool-contract.ts'
import { cancelWorkflow, executeWorkflow, getWorkflowStatus, listWorkflowExamples, manageWorkflow } from './tools/workflow-tools.ts'

/** Every tool by name, in the order that `tools/list` shows. */
export const TOOLS = {
  store_memory: storeMemory,
  semantic_search: semanticSearch,
  recall_memory: recallMemory,
  update_memory: updateMemory,
  delete_memory: deleteMemory,
  restore_memory: restoreMemory,
  share_memory: shareMemory,
  list_memories: listMemories,
  get_memory_history: getMemoryHistory,
  create_memory: createMemory,
  search_memories: searchMemories,
  register_agent: registerAgent,
  switch_agent: switchAgent,
  get_current_agent: getCurrentAgent,
  get_agent_info: getAgentInfo,
  list_agents: listAgents,
  manage_task: manageTask,
  list_tasks: listTasks,
  manage_workflow: manageWorkflow,
  execute_workflow: executeWorkflow,
  get_workflow_status: getWorkflowStatus,
  cancel_workflow: cancelWorkflow,
  health_check: healthCheck,
  get_system_stats: getSystemStats,
  get_session_statistics: getSessionStatistics,
  get_memory_links: getMemoryLinks,
  list_tags: listTags,
  list_sessions: listSessions,
  list_workflow_examples: listWorkflowExamples,
  get_session: getSession,
  disconnect_session: disconnectSession,
  list_tokens: listTokens,
  get_token: getToken,
  create_token: createToken,
  rotate_token: rotateToken,
  revoke_token: revokeToken,
  list_audit: listAudit,
  verify_audit: verifyAudit,
} as const satisfies Readonly<Record<string, ToolContract>>

export type ToolName = keyof typeof TOOLS
/** Arguments as a caller may write them: defaults left out. */
export type ToolInput<N extends ToolName> = z.input<(typeof TOOLS)[N]['input']>
/** Arguments after parsing: defaults filled in. */
export type ToolArguments<N extends ToolName> = z.output<(typeof TOOLS)[N]['input']>
export type ToolOutput<N extends ToolName> = z.output<(typeof TOOLS)[N]['output']>

export function isToolName(name: string): name is ToolName {
  return Object.hasOwn(TOOLS, name)
}

/** What a caller must be allowed for a call: to see, to change, or to run the server. */
export function scopeOf(tool: ToolContract, args: unknown): TokenScope {
  if (tool.scope !== undefined) return tool.scope
  if (tool.annotations.readOnlyHint) return 'read'
  const operation = typeof args === 'object' && args !== null && 'operation' in args ? args.operation : undefined
  return typeof operation === 'string' && tool.audit.harmless?.includes(operation) === true ? 'read' : 'write'
}

const PROFILE_RANK: Readonly<Record<ToolProfile | 'rest', number>> = { core: 0, standard: 1, all: 2, rest: 3 }

/** Whether a client with `profile` is shown `tool`. Tools that are not shown can still be called by name, except REST's own. */
export function isInProfile(tool: ToolContract, profile: ToolProfile): boolean {
  return PROFILE_RANK[tool.profile] <= PROFILE_RANK[profile]
}
