import { segment, type Requester } from './request.ts'
import type {
  AgentInfo,
  AgentPage,
  Execution,
  ExecutionPage,
  Task,
  TaskChanges,
  TaskEnding,
  TaskInput,
  TaskListInput,
  TaskPage,
  Workflow,
  WorkflowExamples,
  WorkflowInput,
  WorkflowPage,
} from './types.ts'

/** What agents do together: who they are, their tasks and their workflows. Errors as those of `Requester`. */
export class CoordinationApi {
  readonly #requester: Requester

  constructor(requester: Requester) {
    this.#requester = requester
  }

  agents(cursor?: string, signal?: AbortSignal): Promise<AgentPage> {
    return this.#requester.get('/agents', { limit: 100, cursor }, signal)
  }

  agent(id: string, signal?: AbortSignal): Promise<AgentInfo> {
    return this.#requester.get(`/agents/${segment(id)}`, {}, signal)
  }

  tasks(input: TaskListInput, signal?: AbortSignal): Promise<TaskPage> {
    return this.#requester.get('/tasks', input, signal)
  }

  async task(id: string, signal?: AbortSignal): Promise<Task> {
    return (await this.#requester.get<{ task: Task }>(`/tasks/${segment(id)}`, {}, signal)).task
  }

  async createTask(input: TaskInput): Promise<Task> {
    return (await this.#requester.send<{ task: Task }>('POST', '/tasks', input)).task
  }

  async updateTask(id: string, changes: TaskChanges): Promise<Task> {
    return (await this.#requester.send<{ task: Task }>('PATCH', `/tasks/${segment(id)}`, changes)).task
  }

  async assignTask(id: string, agentId: string): Promise<Task> {
    return (await this.#requester.send<{ task: Task }>('POST', `/tasks/${segment(id)}/assign`, { assigned_agent_id: agentId })).task
  }

  async endTask(id: string, how: 'complete' | 'fail' | 'cancel', ending: TaskEnding = {}): Promise<Task> {
    return (await this.#requester.send<{ task: Task }>('POST', `/tasks/${segment(id)}/${how}`, ending)).task
  }

  deleteTask(id: string): Promise<void> {
    return this.#requester.send('DELETE', `/tasks/${segment(id)}`)
  }

  workflows(cursor?: string, signal?: AbortSignal): Promise<WorkflowPage> {
    return this.#requester.get('/workflows', { limit: 100, cursor }, signal)
  }

  async workflow(id: string, signal?: AbortSignal): Promise<Workflow> {
    return (await this.#requester.get<{ workflow: Workflow }>(`/workflows/${segment(id)}`, {}, signal)).workflow
  }

  async workflowExamples(signal?: AbortSignal): Promise<WorkflowExamples> {
    return (await this.#requester.get<{ examples: WorkflowExamples }>('/workflows/examples', {}, signal)).examples
  }

  async createWorkflow(input: WorkflowInput): Promise<Workflow> {
    return (await this.#requester.send<{ workflow: Workflow }>('POST', '/workflows', input)).workflow
  }

  async updateWorkflow(id: string, changes: WorkflowInput & { readonly expected_version?: number }): Promise<Workflow> {
    return (await this.#requester.send<{ workflow: Workflow }>('PATCH', `/workflows/${segment(id)}`, changes)).workflow
  }

  deleteWorkflow(id: string): Promise<void> {
    return this.#requester.send('DELETE', `/workflows/${segment(id)}`)
  }

  executions(workflowId: string | undefined, cursor?: string, signal?: AbortSignal): Promise<ExecutionPage> {
    const path = workflowId === undefined ? '/executions' : `/workflows/${segment(workflowId)}/executions`
    return this.#requester.get(path, { limit: 50, cursor }, signal)
  }

  async execution(id: string, signal?: AbortSignal): Promise<Execution> {
    return (await this.#requester.get<{ execution: Execution }>(`/executions/${segment(id)}`, {}, signal)).execution
  }

  /** Starts it and does not wait for its end. */
  async run(workflowId: string, input: Readonly<Record<string, unknown>>): Promise<Execution> {
    const path = `/workflows/${segment(workflowId)}/execute`
    return (await this.#requester.send<{ execution: Execution }>('POST', path, { input, wait: false })).execution
  }

  async cancelRun(id: string): Promise<Execution> {
    return (await this.#requester.send<{ execution: Execution }>('POST', `/executions/${segment(id)}/cancel`, {})).execution
  }
}
