import type { AnnouncementListener, EventBus } from '../../base/event-bus.ts'
import type { Scope } from '../../contract/scope.ts'
import { ENDED_STATES } from '../../contract/workflow.ts'
import type { Execution } from '../../contract/workflow.ts'
import type { ExecutionStore } from '../../storage/execution-store.ts'

/** Tells a waiting caller how far a run is. */
export type ReportProgress = (progress: { readonly progress: number; readonly total: number; readonly message: string }) => void

export interface EndWait {
  readonly store: ExecutionStore
  readonly bus: EventBus
  readonly signal: AbortSignal
  /** How long to wait, in milliseconds. */
  readonly withinMs: number
  readonly report?: ReportProgress
  /** When it fires, the run is answered as it is. */
  readonly hurry?: AbortSignal
}

/** How often to look at the store: a run that another server holds may say nothing on this bus. */
const LOOK_MS = 1_000

/** The run when it has ended, or as it is after `withinMs`. Rejects when `signal` fires; the run itself goes on. */
export async function waitForEnd(execution: Execution, scope: Scope, wait: EndWait): Promise<Execution> {
  const { store, bus, signal, withinMs, report, hurry } = wait
  const endMs = performance.now() + withinMs
  let wake: () => void = () => undefined
  const onHurry = (): void => wake()
  hurry?.addEventListener('abort', onHurry)
  const hear: AnnouncementListener = ({ event }) => {
    if (!('execution_id' in event) || event.execution_id !== execution.id || event.type === 'step-changed') return
    report?.({ progress: event.steps_ended, total: event.steps_total, message: `${event.workflow_name}: ${event.status}` })
    if (ENDED_STATES.includes(event.status)) wake()
  }
  // Another server may hold the run. Whatever gets lost on the way, the look below finds.
  const unsubscribe = bus.subscribeAll(hear, () => wake())
  try {
    for (;;) {
      signal.throwIfAborted()
      // Listening begins before the look, so that an end in between is not missed.
      const nudge = new Promise<void>((resolve) => (wake = resolve))
      const now = (await store.get(execution.id, scope)) ?? execution
      const leftMs = endMs - performance.now()
      if (ENDED_STATES.includes(now.status) || leftMs <= 0 || hurry?.aborted === true) return now
      await untilNudged(nudge, Math.min(LOOK_MS, leftMs), signal)
    }
  } finally {
    unsubscribe()
    hurry?.removeEventListener('abort', onHurry)
  }
}

async function untilNudged(nudge: Promise<void>, withinMs: number, signal: AbortSignal): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  let stop: () => void = () => undefined
  const pause = new Promise<void>((resolve) => {
    stop = resolve
    timer = setTimeout(resolve, withinMs)
  })
  signal.addEventListener('abort', stop, { once: true })
  try {
    await Promise.race([nudge, pause])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}
