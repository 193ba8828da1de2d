import { LIMITS } from '../contract/protocol.ts'

/** What a client may not have been told. */
export interface Notices {
  readonly uris: readonly string[]
  readonly taskIds: readonly string[]
  /** False when there was more than is kept: then nobody knows what else. */
  readonly isWhole: boolean
}

/** Notices in the order they came, each thing once. */
interface Batch {
  readonly uris: Set<string>
  readonly taskIds: Set<string>
  isWhole: boolean
}

/**
 * Notices to one client that it is not known to have got: those sent since the last ping that it answered, and those that could not be
 * sent because it was away. They are sent again when it comes back, so a client may hear of a thing twice, but never not at all. Bounded.
 */
export class UnprovenNotices {
  /** Sent after the last ping. */
  #recent: Batch | undefined
  /** Sent before a ping that is not answered yet. */
  #asked: Batch | undefined

  addResource(uri: string): void {
    add((this.#recent ??= emptyBatch()), 'uris', uri, LIMITS.missedResources)
  }

  addTask(taskId: string): void {
    add((this.#recent ??= emptyBatch()), 'taskIds', taskId, LIMITS.missedTasks)
  }

  /** Something may have happened that nobody noted. */
  addUnknown(): void {
    const recent = (this.#recent ??= emptyBatch())
    recent.isWhole = false
  }

  /** A ping is on its way: an answer to it proves that all before it has arrived, for a connection keeps the order. */
  pinged(): void {
    if (!this.#recent) return
    if (this.#asked) merge(this.#asked, this.#recent)
    else this.#asked = this.#recent
    this.#recent = undefined
  }

  /** The client has answered the last ping. */
  ponged(): void {
    this.#asked = undefined
  }

  /** Takes over what another connection of the same session was not known to have told. */
  adopt(other: UnprovenNotices): void {
    for (const batch of [other.#asked, other.#recent]) if (batch) merge((this.#recent ??= emptyBatch()), batch)
  }

  get all(): Notices {
    const all = emptyBatch()
    for (const batch of [this.#asked, this.#recent]) if (batch) merge(all, batch)
    return { uris: [...all.uris], taskIds: [...all.taskIds], isWhole: all.isWhole }
  }
}

function emptyBatch(): Batch {
  return { uris: new Set(), taskIds: new Set(), isWhole: true }
}

function merge(into: Batch, from: Batch): void {
  for (const uri of from.uris) add(into, 'uris', uri, LIMITS.missedResources)
  for (const taskId of from.taskIds) add(into, 'taskIds', taskId, LIMITS.missedTasks)
  into.isWhole &&= from.isWhole
}

function add(batch: Batch, kind: 'uris' | 'taskIds', key: string, limit: number): void {
  if (batch[kind].size < limit || batch[kind].has(key)) batch[kind].add(key)
  else batch.isWhole = false
}
