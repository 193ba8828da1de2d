import type { QueryClient } from '@tanstack/react-query'
import type { CoordinationApi } from '../api/coordination-api.ts'
import { messageOf } from '../api/server-error.ts'
import type { Workflow, WorkflowInput } from '../api/types.ts'
import { strings } from '../strings/strings.ts'
import type { Toasts } from './toasts.ts'

const words = strings.workflows

/** What a person does to workflows and their runs. What cannot be done answers a sentence, or says it itself. */
export class WorkflowActions {
  readonly #api: CoordinationApi
  readonly #queries: QueryClient
  readonly #toasts: Toasts

  constructor(api: CoordinationApi, queries: QueryClient, toasts: Toasts) {
    this.#api = api
    this.#queries = queries
    this.#toasts = toasts
  }

  /** Makes a new one, or changes `before`. */
  async save(before: Workflow | undefined, input: WorkflowInput): Promise<Workflow | string> {
    try {
      const saved = before
        ? await this.#api.updateWorkflow(before.id, { ...input, expected_version: before.version })
        : await this.#api.createWorkflow(input)
      this.#toasts.show(words.saved)
      return saved
    } catch (error) {
      return messageOf(error)
    } finally {
      this.#refresh()
    }
  }

  async delete(workflow: Workflow): Promise<boolean> {
    try {
      await this.#api.deleteWorkflow(workflow.id)
      const { name, description, steps, schedule } = workflow
      const input = { name, steps, ...(description !== undefined && { description }), ...(schedule && { schedule }) }
      this.#toasts.show(words.deleted, async () => {
        const made = await this.save(undefined, input)
        if (typeof made === 'string') this.#toasts.fail(strings.toasts.failed(made))
      })
      return true
    } catch (error) {
      this.#toasts.fail(strings.toasts.failed(messageOf(error)))
      return false
    } finally {
      this.#refresh()
    }
  }

  /** Id of the run, or a sentence in `problem`. */
  async run(workflow: Workflow, input: Readonly<Record<string, unknown>>): Promise<{ readonly id: string } | { readonly problem: string }> {
    try {
      const { id } = await this.#api.run(workflow.id, input)
      this.#toasts.show(words.started)
      return { id }
    } catch (error) {
      return { problem: messageOf(error) }
    } finally {
      this.#refresh()
    }
  }

  async cancel(executionId: string): Promise<void> {
    try {
      await this.#api.cancelRun(executionId)
      this.#toasts.show(words.cancelled)
    } catch (error) {
      this.#toasts.fail(strings.toasts.failed(messageOf(error)))
    } finally {
      this.#refresh()
    }
  }

  #refresh(): void {
    void this.#queries.invalidateQueries({ queryKey: ['workflows'] })
  }
}
