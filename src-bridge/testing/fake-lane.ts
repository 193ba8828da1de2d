import type { Lane, LaneHandlers } from '../lane.ts'
import type { Failure } from '../refusal.ts'

/** A lane that does what a test says, and notes what it was asked. */
export class FakeLane implements Lane {
  handlers: LaneHandlers | undefined
  readonly sent: string[] = []
  wakes = 0
  isStopped = false
  isBackedUp = false
  downSince: number | undefined = performance.now()
  obstacle: Failure | undefined

  start(handlers: LaneHandlers): void {
    this.handlers = handlers
  }

  wake(): void {
    this.wakes += 1
  }

  send(line: Buffer): void {
    this.sent.push(line.toString('utf8'))
  }

  drop(): void {
    this.lose()
  }

  stop(): Promise<void> {
    this.isStopped = true
    return Promise.resolve()
  }

  pauseReading(): void {
    // Nothing comes by itself.
  }

  resumeReading(): void {
    // The same.
  }

  keepResumeToken(): void {
    // Nothing to resume.
  }

  open(): void {
    this.downSince = undefined
    this.obstacle = undefined
    this.handlers?.opened()
  }

  lose(closeCode = 1006): void {
    this.downSince = performance.now()
    this.handlers?.lost(closeCode)
  }

  fail(failure: Failure): void {
    this.obstacle = failure
    this.handlers?.failed(failure)
  }

  /** Says something as the other end would. */
  say(message: object): void {
    this.handlers?.message(Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message })))
  }

  /** Every message it was given, parsed. */
  get heard(): Record<string, unknown>[] {
    return this.sent.map((line) => JSON.parse(line) as Record<string, unknown>)
  }
}
