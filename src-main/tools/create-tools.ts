import type { Clock } from '../base/clock.ts'
import type { ToolName } from '../contract/tools.ts'
import type { AuditReader } from '../coordination/audit/audit-reader.ts'
import type { AgentService } from '../coordination/agent-service.ts'
import type { TokenService } from '../coordination/token-service.ts'
import type { TaskService } from '../coordination/task-service.ts'
import type { ExecutionService } from '../coordination/workflows/execution-service.ts'
import type { WorkflowService } from '../coordination/workflows/workflow-service.ts'
import type { MemoryReader } from '../memory/memory-reader.ts'
import type { MemorySearch } from '../memory/memory-search.ts'
import type { MemoryWriter } from '../memory/memory-writer.ts'
import { createTokenTool } from './create-token.ts'
import { deleteMemoryTool } from './delete-memory.ts'
import { disconnectSessionTool } from './disconnect-session.ts'
import { getAgentInfoTool } from './get-agent-info.ts'
import { getCurrentAgentTool } from './get-current-agent.ts'
import { getMemoryHistoryTool } from './get-memory-history.ts'
import { getMemoryLinksTool } from './get-memory-links.ts'
import { getSessionTool } from './get-session.ts'
import { getSessionStatisticsTool } from './get-session-statistics.ts'
import { getSystemStatsTool } from './get-system-stats.ts'
import { getTokenTool } from './get-token.ts'
import { healthCheckTool } from './health-check.ts'
import { listAgentsTool } from './list-agents.ts'
import { listAuditTool } from './list-audit.ts'
import { listMemoriesTool } from './list-memories.ts'
import { listSessionsTool } from './list-sessions.ts'
import { listTagsTool } from './list-tags.ts'
import { listTasksTool } from './list-tasks.ts'
import { listTokensTool } from './list-tokens.ts'
import { manageTaskTool } from './manage-task.ts'
import { recallMemoryTool } from './recall-memory.ts'
import { registerAgentTool } from './register-agent.ts'
import { restoreMemoryTool } from './restore-memory.ts'
import { revokeTokenTool } from './revoke-token.ts'
import { rotateTokenTool } from './rotate-token.ts'
import { searchMemoriesTool, semanticSearchTool } from './semantic-search.ts'
import { shareMemoryTool } from './share-memory.ts'
import { createMemoryTool, storeMemoryTool } from './store-memory.ts'
import { switchAgentTool } from './switch-agent.ts'
import type { SystemReport } from './system-report.ts'
import type { Tool } from './tool.ts'
import { cancelWorkflowTool } from './cancel-workflow.ts'
import { executeWorkflowTool } from './execute-workflow.ts'
import { getWorkflowStatusTool } from './get-workflow-status.ts'
import { listWorkflowExamplesTool } from './list-workflow-examples.ts'
import { manageWorkflowTool } from './manage-workflow.ts'
import { updateMemoryTool } from './update-memory.ts'
import { verifyAuditTool } from './verify-audit.ts'

/** Every tool of the contract, by name: a missing one does not compile. */
export type ToolTable = { readonly [N in ToolName]: Tool<N> }

export interface ToolParts {
  readonly reader: MemoryReader
  readonly writer: MemoryWriter
  readonly search: MemorySearch
  readonly system: SystemReport
  readonly agents: AgentService
  readonly tasks: TaskService
  readonly tokens: TokenService
  readonly workflows: WorkflowService
  readonly executions: ExecutionService
  readonly audit: AuditReader
  readonly clock: Clock
}

/** Builds the table of tools from the services they use. */
export function createTools({
  reader,
  writer,
  search,
  system,
  agents,
  tasks,
  tokens,
  workflows,
  executions,
  audit,
  clock,
}: ToolParts): ToolTable {
  return {
    store_memory: storeMemoryTool(writer, agents),
    create_memory: createMemoryTool(writer, agents),
    semantic_search: semanticSearchTool(search),
    search_memories: searchMemoriesTool(search),
    recall_memory: recallMemoryTool(reader, search),
    update_memory: updateMemoryTool(writer),
    delete_memory: deleteMemoryTool(writer),
    restore_memory: restoreMemoryTool(writer),
    share_memory: shareMemoryTool(writer),
    list_memories: listMemoriesTool(reader),
    get_memory_history: getMemoryHistoryTool(reader),
    get_memory_links: getMemoryLinksTool(reader),
    list_tags: listTagsTool(reader),
    register_agent: registerAgentTool(agents),
    switch_agent: switchAgentTool(agents),
    get_current_agent: getCurrentAgentTool({ agents, reader, clock }),
    get_agent_info: getAgentInfoTool(agents, reader),
    list_agents: listAgentsTool(agents),
    manage_task: manageTaskTool(tasks),
    list_tasks: listTasksTool(tasks),
    manage_workflow: manageWorkflowTool(workflows),
    execute_workflow: executeWorkflowTool(executions),
    get_workflow_status: getWorkflowStatusTool(executions),
    cancel_workflow: cancelWorkflowTool(executions),
    list_workflow_examples: listWorkflowExamplesTool(),
    health_check: healthCheckTool(system),
    get_system_stats: getSystemStatsTool(system),
    get_session_statistics: getSessionStatisticsTool(),
    list_sessions: listSessionsTool(system),
    get_session: getSessionTool(system),
    disconnect_session: disconnectSessionTool(system),
    list_tokens: listTokensTool(tokens),
    get_token: getTokenTool(tokens),
    create_token: createTokenTool(tokens),
    rotate_token: rotateTokenTool(tokens),
    revoke_token: revokeTokenTool(tokens),
    list_audit: listAuditTool(audit),
    verify_audit: verifyAuditTool(audit),
  }
}
