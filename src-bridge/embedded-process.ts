import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { LineSplitter } from '../src-main/base/line-splitter.ts'
import { EMBEDDED_STATE_METHOD } from '../src-main/contract/protocol.ts'
import { isRecord, readMessage } from './json-rpc.ts'

/** More than any answer; what is larger is not the program we know. */
const MAX_LINE_BYTES = 64 * 1024 * 1024
/** Unsent bytes above which the host is asked to wait. */
const OUTPUT_HIGH_BYTES = 4 * 1024 * 1024

export interface EmbeddedProgram {
  readonly file: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** What becomes of one process: `ready`, then any frames; `ended` last, with the reason it gave if it refused. */
export interface EmbeddedHandlers {
  ready(): void
  frame(frame: Buffer): void
  drained(): void
  ended(end: { readonly wasReady: boolean; readonly refusal?: string; readonly how: string }): void
}

/** One process that serves from the store, from its start to its end. It ends by itself when we do: its input closes. */
export class EmbeddedProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  readonly #handlers: EmbeddedHandlers
  readonly #closed: Promise<void>
  #isReady = false
  #refusal: string | undefined
  #problem: string | undefined

  constructor({ file, env }: EmbeddedProgram, handlers: EmbeddedHandlers) {
    this.#handlers = handlers
    // Electron's binary runs as Node only if told to; a plain Node ignores it.
    this.#child = spawn(process.execPath, [file], {
      env: { ...env, ELECTRON_RUN_AS_NODE: '1' },
      stdio: ['pipe', 'pipe', 'inherit'],
      windowsHide: true,
    })
    const splitter = new LineSplitter({ line: (line) => this.#read(line), oversize: () => this.kill() }, MAX_LINE_BYTES)
    this.#child.stdout.on('data', (chunk: Buffer) => splitter.push(chunk))
    this.#child.stdin.on('drain', () => handlers.drained())
    // It has ended, or is about to; `close` says so.
    this.#child.stdin.on('error', () => undefined)
    this.#child.on('error', (error) => (this.#problem = error.message))
    this.#closed = new Promise((resolve) => {
      this.#child.on('close', (code, signal) => {
        const how = this.#problem ?? (signal === null ? `it ended with ${code ?? 'no code'}` : `it was ended by ${signal}`)
        resolve()
        handlers.ended({ wasReady: this.#isReady, how, ...(this.#refusal !== undefined && { refusal: this.#refusal }) })
      })
    })
  }

  send(line: Buffer): void {
    if (!this.#child.stdin.writable) return
    this.#child.stdin.write(line)
    this.#child.stdin.write('\n')
  }

  get isBackedUp(): boolean {
    return this.#child.stdin.writableLength > OUTPUT_HIGH_BYTES
  }

  pauseReading(): void {
    this.#child.stdout.pause()
  }

  resumeReading(): void {
    this.#child.stdout.resume()
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  /** Lets it finish what runs, for at most `withinMs`. */
  async finish(withinMs: number): Promise<void> {
    this.#child.stdin.end()
    // What nobody reads would keep it from ending.
    this.resumeReading()
    const timer = setTimeout(() => this.kill(), withinMs)
    await this.#closed
    clearTimeout(timer)
  }

  #read(line: Buffer): void {
    if (this.#isReady) {
      this.#handlers.frame(line)
      return
    }
    const message = readMessage(line)
    const state = message.kind === 'notification' && message.method === EMBEDDED_STATE_METHOD ? message.params : undefined
    if (!isRecord(state)) return
    if (state.state === 'ready') {
      this.#isReady = true
      this.#handlers.ready()
    } else if (typeof state.message === 'string') {
      this.#refusal = state.message
    }
  }
}
