import type { Execution, StepRun, Workflow, WorkflowStepInput } from '../../contract/workflow.ts'
import type { Refusal, TestServer } from './start-test-server.ts'

/** Makes and runs workflows of one agent over REST. */
export class WorkflowCalls {
  readonly #server: TestServer
  readonly #agent: string
  #serial = 0

  constructor(server: TestServer, agent = 'alice') {
    this.#server = server
    this.#agent = agent
  }

  /** Makes a workflow of `steps`. Throws when it is refused. */
  async make(steps: readonly WorkflowStepInput[], more: Readonly<Record<string, unknown>> = {}): Promise<Workflow> {
    this.#serial += 1
    const body = { name: `${this.#agent} ${this.#serial}`, steps, ...more }
    const answer = await this.#server.rest<{ workflow: Workflow } & Refusal>('POST', '/workflows', { agent: this.#agent, body })
    if (answer.status !== 201) throw new Error(answer.body.error.message)
    return answer.body.workflow
  }

  /** Starts a workflow and answers when it has ended, or at once with `wait: false`. */
  async run(
    workflow: Workflow,
    input: Readonly<Record<string, unknown>> = {},
    more: Readonly<Record<string, unknown>> = {},
  ): Promise<Execution> {
    const path = `/workflows/${workflow.id}/execute`
    const answer = await this.#server.rest<{ execution: Execution } & Refusal>('POST', path, {
      agent: this.#agent,
      body: { input, ...more },
    })
    if (answer.status !== 200) throw new Error(answer.body.error.message)
    return answer.body.execution
  }

  async makeAndRun(steps: readonly WorkflowStepInput[], input: Readonly<Record<string, unknown>> = {}): Promise<Execution> {
    return this.run(await this.make(steps), input)
  }

  async status(execution: { readonly id: string }): Promise<Execution> {
    const path = `/executions/${execution.id}`
    return (await this.#server.rest<{ execution: Execution }>('GET', path, { agent: this.#agent })).body.execution
  }

  async cancel(execution: { readonly id: string }, reason?: string): Promise<Execution> {
    const path = `/executions/${execution.id}/cancel`
    const body = reason === undefined ? {} : { reason }
    return (await this.#server.rest<{ execution: Execution }>('POST', path, { agent: this.#agent, body })).body.execution
  }

  /** Waits until `holds` is true of the run. */
  async until(execution: { readonly id: string }, holds: (now: Execution) => boolean, withinMs = 10_000): Promise<Execution> {
    const end = Date.now() + withinMs
    for (;;) {
      const now = await this.status(execution)
      if (holds(now)) return now
      if (Date.now() > end) throw new Error(`The run did not come to that: ${JSON.stringify(now)}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

export function stepOf(execution: Execution, id: string): StepRun {
  const step = execution.steps.find((run) => run.id === id)
  if (!step) throw new Error(`no step ${id}`)
  return step
}

export function statesOf(execution: Execution): Record<string, string> {
  return Object.fromEntries(execution.steps.map(({ id, status }) => [id, status]))
}
