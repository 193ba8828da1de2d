import { PassThrough } from 'node:stream'
import { silentLog } from '../../src-main/base/log.ts'
import { runBridge } from '../bridge.ts'
import type { RunningBridge } from '../bridge.ts'
import type { BridgeOptions } from '../options.ts'
import { ServerLink } from '../server-link.ts'
import { DEFAULT_TIMINGS } from '../timings.ts'
import type { Timings } from '../timings.ts'
import type { Json } from './fake-server.ts'
import { until } from './until.ts'

/** Everything that waits, ten to thirty times quicker. */
export const QUICK: Timings = {
  ...DEFAULT_TIMINGS,
  // Its own tests ask for it; elsewhere `initialize` is a request like any other.
  openEarlyAfterMs: 60_000,
  answerWithinMs: 600,
  answerWithinWhenDownMs: 200,
  lostAnswerWithinMs: 900,
  retryFirstMs: 20,
  retryLongestMs: 60,
  retryRefusedMs: 120,
  retryRefusedWokenMs: 50,
  connectWithinMs: 500,
  replayWithinMs: 400,
  drainMs: 200,
}

/** A host and its bridge in one process, for what is about time rather than processes. */
export class MemoryHost implements AsyncDisposable {
  readonly input = new PassThrough()
  readonly output: PassThrough
  readonly bridge: RunningBridge
  readonly lines: string[] = []

  constructor(options: Partial<BridgeOptions>, timings: Timings = QUICK, output = new PassThrough()) {
    this.output = output
    let rest = ''
    this.output.on('data', (chunk: Buffer) => {
      const parts = (rest + chunk.toString('utf8')).split('\n')
      rest = parts.pop() ?? ''
      this.lines.push(...parts)
    })
    const whole: BridgeOptions = {
      identity: { agentId: 'tester' },
      mode: 'websocket',
      fallback: true,
      logLevel: 'silent',
      runtimeFile: '/nowhere/runtime.json',
      ...options,
    }
    this.bridge = runBridge({
      input: this.input,
      output: this.output,
      lane: new ServerLink(whole, timings, silentLog),
      log: silentLog,
      timings,
      parentId: () => 1,
    })
  }

  static at(port: number, timings: Timings = QUICK): MemoryHost {
    return new MemoryHost({ host: { value: '127.0.0.1', by: 'test' }, port: { value: port, by: 'test' } }, timings)
  }

  say(message: Json): void {
    this.input.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
  }

  /** Everything heard so far, parsed: throws if a line is not JSON. */
  get heard(): Json[] {
    return this.lines.map((line) => JSON.parse(line) as Json)
  }

  answers(id: unknown): Json[] {
    return this.heard.filter((message) => message.id === id)
  }

  answer(id: unknown, withinMs?: number): Promise<Json> {
    return until(() => this.answers(id)[0], `the answer to ${String(id)}`, withinMs)
  }

  ask(id: unknown, method: string, params?: Json): Promise<Json> {
    this.say({ id, method, ...(params && { params }) })
    return this.answer(id)
  }

  /** Opens a session as hosts of the legacy revisions do. */
  async open(): Promise<void> {
    await this.ask('init', 'initialize', { protocolVersion: '2025-11-25' })
    this.say({ method: 'notifications/initialized' })
    await this.ask('list', 'tools/list')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.bridge.stop('the test is over')
    await this.bridge.ended
  }
}

/** The sentence of an error answer. */
export function sentenceOf(answer: Json): string {
  return String((answer.error as Json | undefined)?.message)
}
