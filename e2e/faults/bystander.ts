import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import type { ToolCaller } from '../clients/tool-calls.ts'
import { call } from '../clients/tool-calls.ts'
import type { RunningServer } from '../processes/server-process.ts'

const BETWEEN_MS = 100
const OWN_DELAY_RESOLUTION_MS = 10

/** Somebody who works on the same server meanwhile, and must not notice anything. */
export class Bystander {
  readonly faults: string[] = []
  rounds = 0
  slowestHealthMs = 0
  readonly #client: ToolCaller & { ping(): Promise<unknown> }
  readonly #server: RunningServer
  readonly #ownDelay = monitorEventLoopDelay({ resolution: OWN_DELAY_RESOLUTION_MS })
  #isTiming = true
  readonly #stop = new AbortController()
  #ended: Promise<void> = Promise.resolve()

  constructor(client: ToolCaller & { ping(): Promise<unknown> }, server: RunningServer) {
    this.#client = client
    this.#server = server
  }

  start(): this {
    this.#ownDelay.enable()
    this.#ended = this.#run()
    return this
  }

  /** Does something that itself keeps the server from answering. */
  async untimed<T>(act: () => Promise<T>): Promise<T> {
    this.#isTiming = false
    const result = await act()
    this.#isTiming = true
    return result
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#ended
    this.#ownDelay.disable()
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#round().catch((error: unknown) => this.faults.push(String(error)))
      await delay(BETWEEN_MS)
    }
  }

  async #round(): Promise<void> {
    this.rounds += 1
    this.#ownDelay.reset()
    const wasTiming = this.#isTiming
    const start = performance.now()
    const { status } = await this.#server.health()
    // The test writes its cases in this very process; what it was late by itself is not the server's.
    const ownDelayMs = Math.max(0, this.#ownDelay.max / 1e6 - OWN_DELAY_RESOLUTION_MS)
    if (wasTiming && this.#isTiming) this.slowestHealthMs = Math.max(this.slowestHealthMs, performance.now() - start - ownDelayMs)
    if (status !== 'healthy') this.faults.push(`health is ${status}`)
    await this.#client.ping()
    const word = `bystander${this.rounds}word`
    const stored = await call(this.#client, 'store_memory', { content: `I work here: ${word}` })
    const { memories } = await call(this.#client, 'semantic_search', { query: word, mode: 'keyword', limit: 3 })
    if (memories[0]?.id !== stored.memory.id) this.faults.push(`${word} was not found: ${JSON.stringify(memories).slice(0, 300)}`)
  }
}
