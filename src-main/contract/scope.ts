import type { AccessLevel, Share } from './memory.ts'
import type { TokenScope } from './token.ts'
import { DEFAULT_NAMESPACE, OWNER_AGENT_ID } from './protocol.ts'

/** Who asks: what every read and write is checked against. Made by the guard from a connection, never from arguments. */
export interface Scope {
  /** `owner` is the person at the machine: sees, edits and undoes everything. */
  readonly kind: 'owner' | 'agent'
  readonly agentId: string
  readonly namespace: string
  /** May write `system` memories. The owner always may. */
  readonly isAdmin: boolean
  /** True of one whose token only reads: it may change nothing. */
  readonly isReadOnly?: boolean
}

/** Whether a caller is allowed what a call needs. */
export function mayDo(scope: Scope, needed: TokenScope): boolean {
  if (scope.kind === 'owner') return true
  if (needed === 'admin') return scope.isAdmin
  return needed === 'read' || scope.isReadOnly !== true
}

export const OWNER_SCOPE: Scope = { kind: 'owner', agentId: OWNER_AGENT_ID, namespace: DEFAULT_NAMESPACE, isAdmin: true }

/** The part of a memory that decides who may see it. */
export interface AccessFacts {
  readonly agent_id: string
  readonly namespace: string
  readonly access_level: AccessLevel
  readonly shared_with: readonly Share[]
}

/** Whether `scope` may see `memory` at `now` (epoch ms). The same rule as SQL stands in each storage dialect. */
export function canRead(memory: AccessFacts, scope: Scope, now: number): boolean {
  if (scope.kind === 'owner' || memory.agent_id === scope.agentId) return true
  switch (memory.access_level) {
    case 'public':
    case 'system':
      return true
    case 'team':
      return memory.namespace === scope.namespace
    case 'shared':
      return liveShareOf(memory, scope.agentId, now) !== undefined
    case 'private':
      return false
  }
}

/** Whether `scope` may change the text, tags and other content of `memory`. */
export function canEdit(memory: AccessFacts, scope: Scope, now: number): boolean {
  if (canManage(memory, scope)) return true
  return memory.access_level === 'shared' && liveShareOf(memory, scope.agentId, now)?.permission === 'write'
}

/** Whether `scope` may delete, restore, share or re-level `memory`: its own agent and the person only. */
export function canManage(memory: AccessFacts, scope: Scope): boolean {
  if (scope.kind === 'owner') return true
  return memory.agent_id === scope.agentId && (memory.access_level !== 'system' || scope.isAdmin)
}

/** The part of a task that decides who may see it. */
export interface TaskFacts {
  readonly namespace: string
  readonly created_by: string
  readonly assigned_agent_id?: string | undefined
}

/** Whether `scope` may see and work on `task`: agents of its namespace, who made it, and whom it was given to. */
export function canSeeTask(task: TaskFacts, scope: Scope): boolean {
  if (scope.kind === 'owner' || task.namespace === scope.namespace) return true
  return task.created_by === scope.agentId || task.assigned_agent_id === scope.agentId
}

/** The part of a workflow that decides who may see and run it. */
export interface WorkflowFacts {
  readonly namespace: string
  readonly created_by: string
}

/** Whether `scope` may see and run `workflow`: agents of its namespace, and who made it. */
export function canSeeWorkflow(workflow: WorkflowFacts, scope: Scope): boolean {
  return scope.kind === 'owner' || workflow.namespace === scope.namespace || workflow.created_by === scope.agentId
}

/** Whether `scope` may see a run: it holds what its agent may see, so nobody else but the person. */
export function canSeeExecution(execution: { readonly agent_id: string }, scope: Scope): boolean {
  return scope.kind === 'owner' || execution.agent_id === scope.agentId
}

function liveShareOf(memory: AccessFacts, agentId: string, now: number): Share | undefined {
  return memory.shared_with.find(
    (share) => share.agent_id === agentId && (share.expires_at === undefined || Date.parse(share.expires_at) > now),
  )
}
