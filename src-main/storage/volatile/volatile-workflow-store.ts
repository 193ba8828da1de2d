import { notFound } from '../../base/errors.ts'
import { canSeeWorkflow } from '../../contract/scope.ts'
import type { Scope } from '../../contract/scope.ts'
import type { Workflow } from '../../contract/workflow.ts'
import { decodeCursor, encodeCursor } from '../list-cursor.ts'
import { requireWorkflowVersion, workflowNameTaken } from '../workflow-store.ts'
import type { WorkflowPage, WorkflowQuery, WorkflowStore } from '../workflow-store.ts'

interface Entry {
  readonly seq: number
  readonly workflow: Workflow
}

// Each method is one turn of the event loop: nothing comes between its checks and its change.
/* eslint-disable @typescript-eslint/require-await -- async, so that a refusal rejects rather than throws */

/** Workflows of one process. They are gone when it ends. */
export class VolatileWorkflowStore implements WorkflowStore {
  readonly #entries = new Map<string, Entry>()
  #lastSeq = 0

  /** For the transfer. */
  get all(): Workflow[] {
    return this.#all().map(({ workflow }) => workflow)
  }

  /** For the transfer: puts it there as it is, in place of what its id holds. */
  put(workflow: Workflow): void {
    this.#lastSeq += 1
    this.#entries.set(workflow.id, {
      seq: this.#entries.get(workflow.id)?.seq ?? this.#lastSeq,
      workflow: structuredClone(workflow),
    })
  }

  async create(workflow: Workflow): Promise<Workflow> {
    this.#requireFreeName(workflow)
    this.#lastSeq += 1
    this.#entries.set(workflow.id, { seq: this.#lastSeq, workflow: structuredClone(workflow) })
    return structuredClone(workflow)
  }

  async get(id: string, scope: Scope): Promise<Workflow | undefined> {
    const workflow = this.#entries.get(id)?.workflow
    return workflow && canSeeWorkflow(workflow, scope) ? structuredClone(workflow) : undefined
  }

  async getByName(name: string, scope: Scope): Promise<Workflow | undefined> {
    const found = this.#all().find(({ workflow }) => workflow.name === name && workflow.namespace === scope.namespace)
    return structuredClone(found?.workflow)
  }

  async replace(workflow: Workflow): Promise<Workflow> {
    const { seq } = this.#require(workflow.id, workflow.version - 1)
    this.#requireFreeName(workflow)
    this.#entries.set(workflow.id, { seq, workflow: structuredClone(workflow) })
    return structuredClone(workflow)
  }

  async delete(id: string, version: number): Promise<void> {
    this.#require(id, version)
    this.#entries.delete(id)
  }

  async list(query: WorkflowQuery, scope: Scope): Promise<WorkflowPage> {
    const before = query.cursor === undefined ? Infinity : (decodeCursor(query.cursor, 'workflows', 1)[0] ?? 0)
    const all = this.#all()
      .filter(({ workflow }) => canSeeWorkflow(workflow, scope) && (query.namespace ?? workflow.namespace) === workflow.namespace)
      .sort((a, b) => b.seq - a.seq)
    const left = all.filter(({ seq }) => seq < before)
    const page = left.slice(0, query.limit)
    const last = page.at(-1)
    return {
      workflows: page.map(({ workflow }) => structuredClone(workflow)),
      total: all.length,
      ...(last && left.length > page.length && { nextCursor: encodeCursor('workflows', [last.seq]) }),
    }
  }

  async due(now: string, limit: number): Promise<Workflow[]> {
    const due = this.#scheduled().filter(({ next_run_at: at }) => at <= now)
    return due.slice(0, limit).map((workflow) => structuredClone(workflow))
  }

  async nextDueAt(): Promise<string | undefined> {
    return this.#scheduled()[0]?.next_run_at
  }

  async advance(id: string, due: string, next: string | undefined, lastRunAt: string): Promise<boolean> {
    const entry = this.#entries.get(id)
    if (entry?.workflow.next_run_at !== due) return false
    const { next_run_at: _, ...rest } = entry.workflow
    const workflow = { ...rest, last_run_at: lastRunAt, ...(next !== undefined && { next_run_at: next }) }
    this.#entries.set(id, { ...entry, workflow })
    return true
  }

  #all(): Entry[] {
    return [...this.#entries.values()]
  }

  /** Those that a schedule will start, the first due first. */
  #scheduled(): (Workflow & { readonly next_run_at: string })[] {
    return this.#all()
      .flatMap(({ workflow }) => (workflow.next_run_at === undefined ? [] : [{ ...workflow, next_run_at: workflow.next_run_at }]))
      .sort((a, b) => (a.next_run_at < b.next_run_at ? -1 : 1))
  }

  #require(id: string, version: number): Entry {
    const entry = this.#entries.get(id)
    if (!entry) throw notFound('workflow', id)
    requireWorkflowVersion(entry.workflow, version)
    return entry
  }

  #requireFreeName({ id, name, namespace }: Workflow): void {
    const isTaken = this.#all().some(({ workflow }) => workflow.id !== id && workflow.name === name && workflow.namespace === namespace)
    if (isTaken) throw workflowNameTaken(name)
  }
}
