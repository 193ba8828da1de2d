import { AsyncLocalStorage } from 'node:async_hooks'

/** On whose behalf work is done: goes along through every layer, so that logs, traces and the audit can say so. */
export interface CallContext {
  /** Names one request in logs, answers and the audit. */
  readonly requestId: string
  readonly sessionId?: string
  readonly agentId?: string
  /** IP address of the client; absent for what comes from this very process. */
  readonly address?: string
}

const contexts = new AsyncLocalStorage<CallContext>()

/** Runs `work`, and all it waits for, in a context. What the outer context knows and `context` does not say stays known. */
export function withCallContext<T>(context: Partial<CallContext> & Pick<CallContext, 'requestId'>, work: () => T): T {
  return contexts.run({ ...contexts.getStore(), ...context }, work)
}

/** The context of the running code; undefined for what nobody asked for, such as retention. */
export function callContext(): CallContext | undefined {
  return contexts.getStore()
}

/** Runs `work` on nobody's behalf: for what goes on in the background, whoever happened to wake it. */
export function withoutCallContext<T>(work: () => T): T {
  return contexts.exit(work)
}
