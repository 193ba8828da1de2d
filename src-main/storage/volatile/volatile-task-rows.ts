import type { Task } from '../../contract/task.ts'
import type { TaskRows } from '../task-changes.ts'

interface Entry {
  readonly seq: number
  readonly task: Task
}

/** Tasks by id, in order of arrival. What goes in and out is copied, as over a wire. */
export class VolatileTaskRows implements TaskRows {
  readonly #entries = new Map<string, Entry>()
  #lastSeq = 0

  all(): Entry[] {
    return [...this.#entries.values()]
  }

  find(ids: readonly string[]): Promise<Task[]> {
    return Promise.resolve(ids.flatMap((id) => structuredClone(this.#entries.get(id)?.task) ?? []))
  }

  edgesOf(ids: readonly string[]): Promise<Task[]> {
    return this.find(ids)
  }

  dependentsOf(id: string): Promise<Task[]> {
    return this.find(this.all().flatMap(({ task }) => (task.dependencies.includes(id) ? [task.id] : [])))
  }

  insert(task: Task): Promise<void> {
    this.#lastSeq += 1
    this.#entries.set(task.id, { seq: this.#lastSeq, task: structuredClone(task) })
    return Promise.resolve()
  }

  write(task: Task): Promise<void> {
    const known = this.#entries.get(task.id)
    if (known) this.#entries.set(task.id, { ...known, task: structuredClone(task) })
    return Promise.resolve()
  }

  remove(id: string): Promise<void> {
    this.#entries.delete(id)
    return Promise.resolve()
  }
}
