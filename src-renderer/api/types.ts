import type { ToolInput, ToolOutput } from '../../src-main/contract/tools.ts'
import type { Memory, Why } from '../../src-main/contract/memory.ts'

/** Words of the wire as the dashboard uses them; every one is derived from the contract. */
export type { AccessLevel, HistoryEntry, Link, Memory, Share, Why } from '../../src-main/contract/memory.ts'
export type { Check, CheckStatus, Health, SessionInfo, Stats, TransportKind } from '../../src-main/contract/session.ts'
export type { CallEvent, MemoryEvent, RatesEvent, ServerEvent, SessionEvent } from '../../src-main/contract/events.ts'

export type ListInput = ToolInput<'list_memories'>
export type ListPage = ToolOutput<'list_memories'>
export type SearchInput = ToolInput<'semantic_search'>
export type SearchResult = ToolOutput<'semantic_search'>
export type StoreInput = ToolInput<'store_memory'>
export type StoreResult = ToolOutput<'store_memory'>
export type UpdateInput = Omit<ToolInput<'update_memory'>, 'memory_id'>
export type ShareInput = Omit<ToolInput<'share_memory'>, 'memory_id'>
export type HistoryPage = ToolOutput<'get_memory_history'>
export type LinksResult = ToolOutput<'get_memory_links'>
export type TagCount = ToolOutput<'list_tags'>['tags'][number]

/** A memory in a list; a search hit also says how well it fits and why. */
export type ListedMemory = Memory & { readonly score?: number; readonly why?: Why }

export type { Agent } from '../../src-main/contract/agent.ts'
export type { AuditEntry, AuditFilter, AuditOutcome, AuditVerdict } from '../../src-main/contract/audit.ts'
export type { Task, TaskPriority, TaskStatus } from '../../src-main/contract/task.ts'
export type {
  Execution,
  ExecutionStatus,
  ExecutionSummary,
  StepRun,
  StepStatus,
  Workflow,
  WorkflowStep,
} from '../../src-main/contract/workflow.ts'

export type AgentPage = ToolOutput<'list_agents'>
export type AgentInfo = ToolOutput<'get_agent_info'>
export type AuditPage = ToolOutput<'list_audit'>
export type TaskListInput = ToolInput<'list_tasks'>
export type TaskPage = ToolOutput<'list_tasks'>
type TaskFields = Omit<ToolInput<'manage_task'>, 'operation' | 'task_id'>
export type TaskInput = Pick<
  TaskFields,
  'title' | 'description' | 'type' | 'priority' | 'dependencies' | 'due_at' | 'assigned_agent_id' | 'namespace'
>
export type TaskChanges = Omit<TaskFields, 'assigned_agent_id' | 'namespace'>
export type TaskEnding = Pick<TaskFields, 'result' | 'error' | 'note'>
type WorkflowAnswer = ToolOutput<'manage_workflow'>
export type WorkflowPage = Pick<WorkflowAnswer, 'workflows' | 'total' | 'next_cursor'>
export type WorkflowInput = Pick<ToolInput<'manage_workflow'>, 'name' | 'description' | 'steps' | 'schedule' | 'example'>
export type WorkflowExamples = ToolOutput<'list_workflow_examples'>['examples']
export type ExecutionPage = Pick<ToolOutput<'get_workflow_status'>, 'executions' | 'total' | 'next_cursor'>
