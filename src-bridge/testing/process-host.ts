import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import type { Json } from './fake-server.ts'
import { until } from './until.ts'

/** The bridge as source, as a test can start it without a build. */
export const BRIDGE_SOURCE = join(import.meta.dirname, '..', 'main.ts')

/** A bridge in a process of its own, and the host's ends of its pipes. The environment is only what is given. */
export class ProcessHost implements AsyncDisposable {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>
  #stdout = ''
  #stderr = ''
  readonly #exit: Promise<number | null>

  constructor(args: readonly string[], env: Record<string, string> = {}, file: string = BRIDGE_SOURCE) {
    this.child = spawn(process.execPath, [file, ...args], {
      env: { TMWS_RUNTIME_FILE: '/nowhere/runtime.json', ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    this.child.stdin.on('error', () => undefined)
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => (this.#stdout += text))
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text))
    // 'close' and not 'exit': only then has all of the output been read.
    this.#exit = once(this.child, 'close').then(([code]) => code as number | null)
  }

  get stdout(): string {
    return this.#stdout
  }

  get stderr(): string {
    return this.#stderr
  }

  /** Every line of stdout, parsed: throws if one is not JSON. */
  get heard(): Json[] {
    const lines = this.#stdout.split('\n').slice(0, -1)
    return lines.map((line) => JSON.parse(line) as Json)
  }

  write(bytes: string | Buffer): void {
    this.child.stdin.write(bytes)
  }

  async ask(id: unknown, method: string, params: Json = {}): Promise<Json> {
    this.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`)
    return until(() => this.heard.find((message) => message.id === id), `the answer to ${String(id)}; stderr: ${this.#stderr}`)
  }

  /** Exit code, once it has ended. */
  exited(): Promise<number | null> {
    return this.#exit
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL')
    await this.#exit
  }
}
