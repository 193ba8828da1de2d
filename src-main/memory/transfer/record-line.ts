import type { Task } from '../../contract/task.ts'
import type { Execution, Workflow } from '../../contract/workflow.ts'
import type { AgentRecord, StoredMemory, TransferRecord } from '../../storage/transfer-store.ts'

/**
 * A record as its line in an export, without the line feed. Keys stand in the order of this file, whatever order a store keeps them
 * in: the same record is the same bytes wherever it comes from. What callers put into a JSON object keeps its own order.
 */
export function lineOf(record: TransferRecord): string {
  switch (record.kind) {
    case 'agent':
      return JSON.stringify({ kind: 'agent', ...agentFields(record.agent) })
    case 'memory':
      return withJson({ kind: 'memory', ...memoryFields(record.memory) }, 'context', record.memory.context)
    case 'history': {
      const { version, action, changed_at, changed_by, before } = record.entry
      const line = { kind: 'history', memory_id: record.memoryId, version, action, changed_at, changed_by }
      return before === undefined ? JSON.stringify(line) : withJson(line, 'before', memoryJson(JSON.parse(before) as StoredMemory)) // a store wrote it
    }
    case 'vector': {
      const { memoryId, model, dimensions, vectors } = record
      return JSON.stringify({ kind: 'vector', memory_id: memoryId, model, dimensions, windows: vectors.map(toBase64) })
    }
    case 'task':
      return JSON.stringify({ kind: 'task', ...taskFields(record.task) })
    case 'workflow':
      return JSON.stringify({ kind: 'workflow', ...workflowFields(record.workflow) })
    case 'execution': {
      const { execution, definition, scope, cancel } = record.run
      const { kind, agentId, namespace, isAdmin } = scope
      return JSON.stringify({
        kind: 'execution',
        ...executionFields(execution),
        scope: { kind, agentId, namespace, isAdmin },
        definition,
        cancel_reason: cancel?.reason,
      })
    }
  }
}

/** The memory as JSON, its context put in as the text it is kept as: it may nest deeper than is good to take apart. */
function memoryJson(memory: StoredMemory): string {
  return withJson(memoryFields(memory), 'context', memory.context)
}

function withJson(object: object, key: string, json: string): string {
  return `${JSON.stringify(object).slice(0, -1)},${JSON.stringify(key)}:${json}}`
}

// JSON.stringify leaves out what is undefined.

function memoryFields(memory: StoredMemory) {
  return {
    id: memory.id,
    agent_id: memory.agent_id,
    namespace: memory.namespace,
    access_level: memory.access_level,
    content: memory.content,
    summary: memory.summary,
    tags: memory.tags,
    importance: memory.importance,
    pinned: memory.pinned,
    created_at: memory.created_at,
    updated_at: memory.updated_at,
    accessed_at: memory.accessed_at,
    access_count: memory.access_count,
    expires_at: memory.expires_at,
    deleted_at: memory.deleted_at,
    version: memory.version,
    superseded_by: memory.superseded_by,
    source_url: memory.source_url,
    shared_with: memory.shared_with.map(({ agent_id, permission, expires_at }) => ({ agent_id, permission, expires_at })),
    links: memory.links.map(({ to, kind }) => ({ to, kind })),
  }
}

function agentFields(agent: AgentRecord) {
  return {
    agent_id: agent.agent_id,
    display_name: agent.display_name,
    namespace: agent.namespace,
    access_level: agent.access_level,
    is_registered: agent.is_registered,
    created_at: agent.created_at,
    last_seen_at: agent.last_seen_at,
    capabilities: agent.capabilities,
    metadata: agent.metadata,
  }
}

function taskFields(task: Task) {
  return {
    id: task.id,
    title: task.title,
    description: task.description,
    type: task.type,
    status: task.status,
    priority: task.priority,
    progress: task.progress,
    created_by: task.created_by,
    assigned_agent_id: task.assigned_agent_id,
    dependencies: task.dependencies,
    namespace: task.namespace,
    due_at: task.due_at,
    error: task.error,
    notes: task.notes.map(({ at, by, text }) => ({ at, by, text })),
    retry_count: task.retry_count,
    version: task.version,
    created_at: task.created_at,
    updated_at: task.updated_at,
    started_at: task.started_at,
    completed_at: task.completed_at,
    result: task.result,
  }
}

function workflowFields(workflow: Workflow) {
  return {
    id: workflow.id,
    name: workflow.name,
    description: workflow.description,
    namespace: workflow.namespace,
    created_by: workflow.created_by,
    version: workflow.version,
    created_at: workflow.created_at,
    updated_at: workflow.updated_at,
    next_run_at: workflow.next_run_at,
    last_run_at: workflow.last_run_at,
    schedule: workflow.schedule,
    steps: workflow.steps,
  }
}

function executionFields(run: Execution) {
  return {
    id: run.id,
    workflow_id: run.workflow_id,
    workflow_name: run.workflow_name,
    workflow_version: run.workflow_version,
    status: run.status,
    trigger: run.trigger,
    agent_id: run.agent_id,
    namespace: run.namespace,
    depth: run.depth,
    parent_execution_id: run.parent_execution_id,
    root_execution_id: run.root_execution_id,
    created_at: run.created_at,
    started_at: run.started_at,
    completed_at: run.completed_at,
    error: run.error,
    input: run.input,
    output: run.output,
    output_truncated: run.output_truncated,
    steps: run.steps,
  }
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}
