import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { LineSplitter } from '../../base/line-splitter.ts'

interface Question {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

const KEPT_WORDS = 400

/** Asks a program over its standard input and output, one JSON-RPC message a line, as clients of MCP do. */
export class StdioConversation {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #waiting = new Map<number, Question>()
  #nextId = 1
  #ended: Error | undefined
  #words = ''

  constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child
    const lines = new LineSplitter({
      line: (bytes) => this.#hear(bytes),
      oversize: () => this.#fail(new Error('It wrote a line that is no message: too long.')),
    })
    child.stdout.on('data', (chunk: Buffer) => lines.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => (this.#words = (this.#words + chunk.toString('utf8')).slice(-KEPT_WORDS)))
    child.stdin.on('error', () => undefined) // told by its end
    child.on('error', (error) => this.#fail(new Error(`It cannot be started (${error.message}).`)))
    child.on('exit', (code, signal) => this.#fail(new Error(`It ended before it answered (${signal ?? `code ${String(code)}`}).`)))
  }

  /** The end of what it wrote for people, on one line. */
  get lastWords(): string {
    return this.#words.trim().replace(/\s+/g, ' ')
  }

  ask(method: string, params: object, signal: AbortSignal): Promise<unknown> {
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      if (this.#ended) {
        reject(this.#ended)
        return
      }
      const giveUp = (): void => {
        this.#waiting.delete(id)
        reject(new Error(`It did not answer ${method} in time.`))
      }
      if (signal.aborted) {
        giveUp()
        return
      }
      signal.addEventListener('abort', giveUp, { once: true })
      const settled = (): void => signal.removeEventListener('abort', giveUp)
      this.#waiting.set(id, {
        resolve: (result) => {
          settled()
          resolve(result)
        },
        reject: (error) => {
          settled()
          reject(error)
        },
      })
      this.#send({ id, method, params })
    })
  }

  tell(method: string): void {
    this.#send({ method })
  }

  #send(message: object): void {
    this.#child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
  }

  #hear(bytes: Buffer): void {
    const text = bytes.toString('utf8')
    if (text.trim() === '') return
    let message: { id?: unknown; result?: unknown; error?: { message?: unknown } }
    try {
      message = JSON.parse(text) as typeof message // by JSON-RPC; what is missing is undefined
    } catch {
      // A client would stumble over it, and so would its user.
      this.#fail(new Error(`It wrote a line that is no message: ${text.slice(0, 100)}`))
      return
    }
    if (typeof message.id !== 'number') return
    const question = this.#waiting.get(message.id)
    this.#waiting.delete(message.id)
    if (message.error) question?.reject(new Error(`It answered with an error: ${String(message.error.message)}`))
    else question?.resolve(message.result)
  }

  #fail(error: Error): void {
    this.#ended ??= error
    for (const question of this.#waiting.values()) question.reject(error)
    this.#waiting.clear()
  }
}
