import { LIMITS } from '../src-main/contract/protocol.ts'
import { isRecord } from './json-rpc.ts'
import type { Message } from './json-rpc.ts'

/** A call whose effect lasts as long as the connection it was made on. */
export type StandingCall =
  | { readonly kind: 'switch'; readonly line: Buffer }
  | { readonly kind: 'subscribe' | 'unsubscribe'; readonly line: Buffer; readonly uri: string }

export const SWITCH_TOOL = 'switch_agent'

/** What a request would leave behind on its connection, if anything. */
export function standingCallOf({ method, params }: Extract<Message, { kind: 'request' }>, line: Buffer): StandingCall | undefined {
  if (!isRecord(params)) return undefined
  if (method === 'tools/call' && params.name === SWITCH_TOOL) return { kind: 'switch', line }
  if (typeof params.uri !== 'string') return undefined
  if (method === 'resources/subscribe') return { kind: 'subscribe', line, uri: params.uri }
  return method === 'resources/unsubscribe' ? { kind: 'unsubscribe', line, uri: params.uri } : undefined
}

/** True if a tool was called and did what it was asked. */
export function isToolSuccess(answer: Extract<Message, { kind: 'answer' }>): boolean {
  return !answer.isError && isRecord(answer.result) && answer.result.isError !== true
}

/** Remembers them once they have succeeded, for the next connection: whom the agent became, and what it is subscribed to. */
export class StandingCalls {
  readonly #subscriptions = new Map<string, Buffer>()
  #switch: Buffer | undefined

  noteAnswer(call: StandingCall, answer: Extract<Message, { kind: 'answer' }>): void {
    if (!isToolSuccess(answer)) return
    if (call.kind === 'switch') this.#switch = call.line
    else if (call.kind === 'unsubscribe') this.#subscriptions.delete(call.uri)
    else if (this.#subscriptions.size < LIMITS.subscriptionsPerSession) this.#subscriptions.set(call.uri, call.line)
  }

  /** The last successful change of agent. */
  get switchLine(): Buffer | undefined {
    return this.#switch
  }

  get subscriptions(): readonly { readonly uri: string; readonly line: Buffer }[] {
    return [...this.#subscriptions].map(([uri, line]) => ({ uri, line }))
  }
}
