import type { Readable, Writable } from 'node:stream'
import { LineSplitter } from '../src-main/base/line-splitter.ts'
import type { LineSink } from '../src-main/base/line-splitter.ts'

/** What one reader that does not read may make us keep before the server is told to wait. */
const OUTPUT_HIGH_BYTES = 4 * 1024 * 1024

const LINE_FEED = Buffer.from('\n')

export interface StdioHandlers extends LineSink {
  /** The host closed its end of our input. */
  inputEnded(): void
  /** The host closed its end of our output. */
  outputClosed(): void
  /** A host that was slow to read has caught up. */
  outputDrained(): void
}

/** The host's side: lines in, lines out, nothing else. */
export class StdioSide {
  readonly #input: Readable
  readonly #output: Writable
  #hasEnded = false

  constructor(input: Readable, output: Writable) {
    this.#input = input
    this.#output = output
  }

  /** Starts reading. */
  start(handlers: StdioHandlers): void {
    const splitter = new LineSplitter(handlers)
    this.#output.on('error', () => handlers.outputClosed())
    this.#output.on('drain', () => handlers.outputDrained())
    const end = (): void => {
      if (this.#hasEnded) return
      this.#hasEnded = true
      splitter.end()
      handlers.inputEnded()
    }
    this.#input.on('data', (chunk: Buffer) => splitter.push(chunk))
    this.#input.on('end', end)
    this.#input.on('close', end)
    // A pipe whose writer died may end with ECONNRESET or EIO instead of an end.
    this.#input.on('error', end)
  }

  /** Writes one message as one line. White space between tokens may hold line breaks; strings cannot. */
  write(message: Buffer): void {
    if (!this.#output.writable) return
    const line = hasLineBreak(message) ? Buffer.from(message.toString('utf8').replace(/[\r\n]+/g, ' ')) : message
    this.#output.write(Buffer.concat([line, LINE_FEED]))
  }

  get isOutputBackedUp(): boolean {
    return this.#output.writableLength > OUTPUT_HIGH_BYTES
  }

  pauseInput(): void {
    this.#input.pause()
  }

  resumeInput(): void {
    if (!this.#hasEnded) this.#input.resume()
  }

  stopReading(): void {
    this.#hasEnded = true
    this.#input.pause()
  }

  /** Settles when everything written has reached the host, or can no longer. */
  flush(): Promise<void> {
    return new Promise((resolve) => {
      if (!this.#output.writable) resolve()
      else this.#output.end(() => resolve())
    })
  }
}

function hasLineBreak(message: Buffer): boolean {
  return message.includes(0x0a) || message.includes(0x0d)
}
