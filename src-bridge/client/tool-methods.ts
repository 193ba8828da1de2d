import type { ToolInput, ToolName, ToolOutput } from '../../src-main/contract/tools.ts'

export interface CallOptions {
  /** Cancels the call, on the server too; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal
  /** Instead of the client's `requestTimeoutMs`; 0 for ever. */
  readonly timeoutMs?: number
}

/** `wait_seconds` of execute_workflow when it is absent, and how long its answer may take after that. */
const DEFAULT_WAIT_SECONDS = 50
const ANSWER_SECONDS = 10

/** One method a tool, typed by the contract. Each rejects with TmwsError, or with the reason of the signal. */
export abstract class ToolMethods {
  /** Calls any tool by its name. */
  abstract call<N extends ToolName>(tool: N, args: ToolInput<N>, options?: CallOptions): Promise<ToolOutput<N>>

  /** Keeps a text; durable when this resolves. `duplicate_of` is set when you had stored exactly this content before. */
  storeMemory(args: ToolInput<'store_memory'>, options?: CallOptions): Promise<ToolOutput<'store_memory'>> {
    return this.call('store_memory', args, options)
  }

  /** The same as `storeMemory`, under its older name. */
  createMemory(args: ToolInput<'create_memory'>, options?: CallOptions): Promise<ToolOutput<'create_memory'>> {
    return this.call('create_memory', args, options)
  }

  /** Finds memories by meaning and by words, best first. */
  semanticSearch(args: ToolInput<'semantic_search'>, options?: CallOptions): Promise<ToolOutput<'semantic_search'>> {
    return this.call('semantic_search', args, options)
  }

  /** The same as `semanticSearch`, under its older name. */
  searchMemories(args: ToolInput<'search_memories'>, options?: CallOptions): Promise<ToolOutput<'search_memories'>> {
    return this.call('search_memories', args, options)
  }

  /** One whole memory by `memory_id`, or the few that matter most for a `query`. Counts as an access. */
  recallMemory(args: ToolInput<'recall_memory'>, options?: CallOptions): Promise<ToolOutput<'recall_memory'>> {
    return this.call('recall_memory', args, options)
  }

  /** Changes the named fields; `expected_version` makes it fail with `conflict` if somebody else was there before. */
  updateMemory(args: ToolInput<'update_memory'>, options?: CallOptions): Promise<ToolOutput<'update_memory'>> {
    return this.call('update_memory', args, options)
  }

  /** Moves a memory to the trash. */
  deleteMemory(args: ToolInput<'delete_memory'>, options?: CallOptions): Promise<ToolOutput<'delete_memory'>> {
    return this.call('delete_memory', args, options)
  }

  /** Brings a memory back from the trash, or back to an earlier version. */
  restoreMemory(args: ToolInput<'restore_memory'>, options?: CallOptions): Promise<ToolOutput<'restore_memory'>> {
    return this.call('restore_memory', args, options)
  }

  /** Lets other agents see a memory, or takes that back. */
  shareMemory(args: ToolInput<'share_memory'>, options?: CallOptions): Promise<ToolOutput<'share_memory'>> {
    return this.call('share_memory', args, options)
  }

  /** Pages through the memories you may see; `next_cursor` of a page is the `cursor` of the next. */
  listMemories(args: ToolInput<'list_memories'> = {}, options?: CallOptions): Promise<ToolOutput<'list_memories'>> {
    return this.call('list_memories', args, options)
  }

  /** Who changed a memory, when, and what it was before. */
  getMemoryHistory(args: ToolInput<'get_memory_history'>, options?: CallOptions): Promise<ToolOutput<'get_memory_history'>> {
    return this.call('get_memory_history', args, options)
  }

  /** Gives an agent id a name, a namespace and capabilities that outlive this connection. */
  registerAgent(args: ToolInput<'register_agent'>, options?: CallOptions): Promise<ToolOutput<'register_agent'>> {
    return this.call('register_agent', args, options)
  }

  /** Acts as another agent from now on, on the connections to come as well. Wait for it before the calls that are meant for that agent. */
  switchAgent(args: ToolInput<'switch_agent'>, options?: CallOptions): Promise<ToolOutput<'switch_agent'>> {
    return this.call('switch_agent', args, options)
  }

  /** Which agent this connection acts as now, and which it was before. */
  getCurrentAgent(options?: CallOptions): Promise<ToolOutput<'get_current_agent'>> {
    return this.call('get_current_agent', {}, options)
  }

  /** Who you are to the server, or who another agent of your namespace is. */
  getAgentInfo(args: ToolInput<'get_agent_info'> = {}, options?: CallOptions): Promise<ToolOutput<'get_agent_info'>> {
    return this.call('get_agent_info', args, options)
  }

  /** The agents of your namespace, by id. */
  listAgents(args: ToolInput<'list_agents'> = {}, options?: CallOptions): Promise<ToolOutput<'list_agents'>> {
    return this.call('list_agents', args, options)
  }

  /** Makes, reads, changes, hands over and ends a task. */
  manageTask(args: ToolInput<'manage_task'>, options?: CallOptions): Promise<ToolOutput<'manage_task'>> {
    return this.call('manage_task', args, options)
  }

  /** Pages through the tasks you may see; `next_cursor` of a page is the `cursor` of the next. */
  listTasks(args: ToolInput<'list_tasks'> = {}, options?: CallOptions): Promise<ToolOutput<'list_tasks'>> {
    return this.call('list_tasks', args, options)
  }

  /** Makes, reads, changes, lists and deletes workflows. */
  manageWorkflow(args: ToolInput<'manage_workflow'>, options?: CallOptions): Promise<ToolOutput<'manage_workflow'>> {
    return this.call('manage_workflow', args, options)
  }

  /** Starts a workflow and waits for its end, for at most `wait_seconds`. The run goes on without you. */
  executeWorkflow(args: ToolInput<'execute_workflow'>, options: CallOptions = {}): Promise<ToolOutput<'execute_workflow'>> {
    const isLong = args.wait !== false && options.timeoutMs === undefined
    // The client's own limit on an answer must not end what was meant to take longer.
    const patience = isLong ? { timeoutMs: ((args.wait_seconds ?? DEFAULT_WAIT_SECONDS) + ANSWER_SECONDS) * 1000 } : {}
    return this.call('execute_workflow', args, { ...patience, ...options })
  }

  /** One run with its steps, or a page of your runs. */
  getWorkflowStatus(args: ToolInput<'get_workflow_status'> = {}, options?: CallOptions): Promise<ToolOutput<'get_workflow_status'>> {
    return this.call('get_workflow_status', args, options)
  }

  /** Ends a run and all that it started. */
  cancelWorkflow(args: ToolInput<'cancel_workflow'>, options?: CallOptions): Promise<ToolOutput<'cancel_workflow'>> {
    return this.call('cancel_workflow', args, options)
  }

  /** Requests, errors, bytes and latency of this connection. */
  getSessionStatistics(options?: CallOptions): Promise<ToolOutput<'get_session_statistics'>> {
    return this.call('get_session_statistics', {}, options)
  }

  /** Counts of sessions, agents, requests and memories of the server. */
  getSystemStats(options?: CallOptions): Promise<ToolOutput<'get_system_stats'>> {
    return this.call('get_system_stats', {}, options)
  }

  /** What works, and what works less. */
  healthCheck(options?: CallOptions): Promise<ToolOutput<'health_check'>> {
    return this.call('health_check', {}, options)
  }
}
