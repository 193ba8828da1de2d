import { AppError, toErrorBody } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { Scope } from '../../contract/scope.ts'
import type { RunError, WorkflowStep } from '../../contract/workflow.ts'
import { isRepeatable } from './repeatable.ts'
import type { RunOrigin } from './run-origin.ts'

/** PORT. Calls a tool as `scope`. Throws AppError. The composition root answers. */
export type CallTool = (call: ToolCall) => Promise<Record<string, unknown>>

export interface ToolCall {
  readonly tool: string
  readonly args: Readonly<Record<string, unknown>>
  readonly scope: Scope
  readonly signal: AbortSignal
  readonly origin: RunOrigin
}

/** How one attempt at a step ended. */
export type AttemptEnd =
  | { readonly kind: 'done'; readonly output: Record<string, unknown> }
  | {
      readonly kind: 'failed'
      readonly error: RunError
      /** False if it may have been carried out and must not be done twice. */
      readonly mayRetry: boolean
    }

/** Calls the tool of a step once, for at most its time. Never throws. `stop` fires when the run is cancelled or the server stops. */
export async function attemptStep(
  step: WorkflowStep,
  call: Omit<ToolCall, 'signal'>,
  stop: AbortSignal,
  { callTool, log }: { readonly callTool: CallTool; readonly log: Log },
): Promise<AttemptEnd> {
  const timeout = new AbortController()
  const timer = setTimeout(() => timeout.abort(timedOut(step)), step.timeout_seconds * 1000)
  const given = AbortSignal.any([stop, timeout.signal])
  try {
    // A tool may not hear the signal; the run does not wait for it any longer than for one that does.
    const ended = new Promise<never>((_, reject) => given.addEventListener('abort', () => reject(asError(given.reason)), { once: true }))
    return { kind: 'done', output: await Promise.race([callTool({ ...call, signal: given }), ended]) }
  } catch (error) {
    if (!(error instanceof AppError)) log.error({ err: error, step: step.id, execution: call.origin.executionId }, 'a step failed')
    const { code, message } = toErrorBody(given.aborted ? given.reason : error)
    const isUnknown = given.aborted && !isRepeatable(step.tool, call.args)
    const hint = isUnknown ? ' It is not known whether it was carried out, so it is not tried again: check before you repeat it.' : ''
    return { kind: 'failed', error: { code, message: message + hint, step_id: step.id }, mayRetry: !isUnknown && !isHopeless(code) }
  } finally {
    clearTimeout(timer)
  }
}

/** What the same call will meet again. What is not found yet may be there at the next attempt. */
function isHopeless(code: string): boolean {
  return code === 'invalid_request' || code === 'forbidden' || code === 'unauthenticated' || code === 'too_large'
}

function timedOut({ id, timeout_seconds: seconds }: WorkflowStep): AppError {
  return new AppError('unavailable', `The step "${id}" did not end within its ${seconds} s (timeout_seconds).`)
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason))
}
