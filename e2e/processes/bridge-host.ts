import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import type { ChildProcess } from './child.ts'
import { BUILT } from './places.ts'
import type { ServerPlace } from './server-process.ts'
import { until } from './until.ts'

export type Json = Record<string, unknown>

export interface BridgeHostOptions {
  readonly agentId?: string
  readonly env?: Readonly<Record<string, string>>
  readonly args?: readonly string[]
  /** The file to start; the built one when absent. */
  readonly program?: string
  /** The whole environment, for what is about that. */
  readonly onlyEnv?: NodeJS.ProcessEnv
}

/** A stdio host with its bridge, on the folder of a server that may run or not. Speaks the legacy handshake, line by line. */
export class BridgeHost {
  readonly process: ChildProcess
  readonly startedAt = performance.now()
  readonly #heard: Json[] = []
  #readCharacters = 0
  #serial = 0

  constructor(place: ServerPlace, wsPort: number, options: BridgeHostOptions = {}) {
    const env =
      options.onlyEnv ?? place.environment({ TMWS_DATA_DIR: place.dataDir, TMWS_AGENT_ID: options.agentId ?? 'host', ...options.env })
    const args = [options.program ?? BUILT.bridge, '--port', String(wsPort), ...(options.args ?? [])]
    this.process = place.run(process.execPath, args, env)
  }

  /** Every line of its output, parsed; fails if one is not JSON-RPC. */
  get heard(): readonly Json[] {
    const lines = this.process.stdout.slice(this.#readCharacters).split('\n')
    for (const line of lines.slice(0, -1)) {
      const message = JSON.parse(line) as Json
      if (message['jsonrpc'] !== '2.0') throw new Error(`Not JSON-RPC: ${line}`)
      this.#heard.push(message)
      this.#readCharacters += line.length + 1
    }
    return this.#heard
  }

  say(message: Json): void {
    this.process.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
  }

  answers(id: unknown): Json[] {
    return this.heard.filter((message) => message['id'] === id)
  }

  /** Sends a request and waits for its answer. */
  async ask(method: string, params: Json = {}, withinMs = 30_000): Promise<Json> {
    const id = `q${++this.#serial}`
    this.say({ id, method, params })
    return until(`the answer to ${method}; stderr: ${this.process.stderr}`, () => this.answers(id)[0], withinMs, 5)
  }

  async initialize(withinMs = 15_000): Promise<Json> {
    const answer = await this.ask(
      'initialize',
      { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'host', version: '1' } },
      withinMs,
    )
    this.say({ method: 'notifications/initialized' })
    return answer
  }

  /** Calls a tool and returns what it answered; fails with its sentence. */
  async tool(name: string, args: Json = {}): Promise<Json> {
    const answer = await this.ask('tools/call', { name, arguments: args })
    const result = answer['result'] as { isError?: boolean; structuredContent?: Json } | undefined // the SDK's shape of a tool result
    if (!result || result.isError === true) throw new Error(`${name}: ${JSON.stringify(answer)}`)
    return result.structuredContent ?? {}
  }

  /** Stores a text and returns its id. */
  async store(content: string): Promise<string> {
    return ((await this.tool('store_memory', { content }))['memory'] as { id: string }).id
  }

  /** Texts that a search finds, best first. */
  async search(query: string): Promise<string[]> {
    const found = await this.tool('semantic_search', { query, limit: 50 })
    return (found['memories'] as { content: string }[]).map((memory) => memory.content)
  }
}

/** Processes that a process has started and that still run; Linux only. */
export function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // A zombie that its new parent has not collected yet does nothing any more.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** A port that nothing listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // a TCP server has no other kind of address
  await new Promise((resolve) => server.close(resolve))
  return port
}
