import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'

/** The built bridge as a host drives it, with one question at a time. */
export class BridgePipe {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  #output = ''
  #nextId = 1
  #answered: () => void = () => undefined

  constructor(args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
    this.#child = spawn(process.execPath, ['out/bridge/tmws-bridge.cjs', ...args], { env, stdio: ['pipe', 'pipe', 'ignore'] })
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text
      if (this.#output.endsWith('\n')) this.#answered()
    })
  }

  /** Asks and waits for the answer; throws if it is an error. */
  async ask(method: string, params: unknown): Promise<void> {
    this.#output = ''
    const answer = new Promise<void>((resolve) => (this.#answered = resolve))
    this.#child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: this.#nextId++, method, params })}\n`)
    await answer
    if (this.#output.includes('"error"')) throw new Error(this.#output)
  }

  initialize(): Promise<void> {
    return this.ask('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } })
  }

  /** Ends it as a host does, and waits. */
  async close(): Promise<void> {
    const exited = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.stdin.end()
    await exited
  }
}
