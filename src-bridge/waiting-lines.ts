import { keyOf } from './json-rpc.ts'
import type { RequestId } from './json-rpc.ts'
import type { Call } from './pending-calls.ts'

const MAX_LINES = 1_000
const MAX_BYTES = 32 * 1024 * 1024

/** A message that could not be sent yet. One without a call is a notification: it is dropped when its time is over. */
export interface WaitingLine {
  readonly line: Buffer
  readonly call?: Call
  /** By `performance.now()`. */
  readonly answerBy: number
}

/** What waits for the server, in the order it came; bounded in number and in bytes. */
export class WaitingLines {
  #lines: WaitingLine[] = []
  #bytes = 0

  /** False if there is no room. */
  add(waiting: WaitingLine): boolean {
    if (this.#lines.length >= MAX_LINES || this.#bytes + waiting.line.length > MAX_BYTES) return false
    this.#lines.push(waiting)
    this.#bytes += waiting.line.length
    return true
  }

  /** Puts calls that were sent before everything that was not; they were admitted already, so there is always room. */
  addFirst(lines: readonly WaitingLine[]): void {
    this.#replace([...lines, ...this.#lines])
  }

  /** Takes the next one out. */
  next(): WaitingLine | undefined {
    const first = this.#lines.shift()
    this.#bytes -= first?.line.length ?? 0
    return first
  }

  has(id: RequestId): boolean {
    return this.#lines.some((waiting) => waiting.call && keyOf(waiting.call.id) === keyOf(id))
  }

  /** Takes out the call the host no longer wants; true if it was here. */
  cancel(id: RequestId): boolean {
    return this.#takeWhere((waiting) => waiting.call !== undefined && keyOf(waiting.call.id) === keyOf(id)).length > 0
  }

  /** Takes out what has waited too long. */
  takeOverdue(now: number): WaitingLine[] {
    return this.#takeWhere((waiting) => waiting.answerBy <= now)
  }

  takeAll(): WaitingLine[] {
    return this.#takeWhere(() => true)
  }

  get callCount(): number {
    return this.#lines.filter((waiting) => waiting.call).length
  }

  /** When the first of them is overdue. */
  get firstDeadline(): number | undefined {
    return this.#lines.length === 0 ? undefined : Math.min(...this.#lines.map((waiting) => waiting.answerBy))
  }

  #takeWhere(isTaken: (waiting: WaitingLine) => boolean): WaitingLine[] {
    const taken = this.#lines.filter(isTaken)
    if (taken.length > 0) this.#replace(this.#lines.filter((waiting) => !taken.includes(waiting)))
    return taken
  }

  #replace(lines: WaitingLine[]): void {
    this.#lines = lines
    this.#bytes = lines.reduce((sum, { line }) => sum + line.length, 0)
  }
}
