import type { Readable, Writable } from 'node:stream'
import { AppError } from '../../base/errors.ts'
import { idOfOversize, LineSplitter } from '../../base/line-splitter.ts'
import type { OversizeLine } from '../../base/line-splitter.ts'
import { toJsonRpcFailure } from '../error-mapping.ts'
import type { McpWire, WireHandlers } from '../mcp-transport.ts'

export interface LineWireOptions {
  readonly input: Readable
  readonly output: Writable
  readonly maxMessageBytes: number
}

/** Unread bytes of answers above which no further request is read. */
const OUTPUT_HIGH_BYTES = 4 * 1024 * 1024

/** Messages as lines, as MCP speaks over stdio. The end of input is not the end: what was asked may still be answered. */
export class LineWire implements McpWire {
  /** Settles when nothing more can be asked or answered: the input has ended, or nobody reads the output. */
  readonly ended: Promise<string>
  readonly #options: LineWireOptions
  #end: (reason: string) => void = () => undefined

  constructor(options: LineWireOptions) {
    this.#options = options
    this.ended = new Promise((resolve) => (this.#end = resolve))
  }

  start(handlers: WireHandlers): void {
    const { input, output, maxMessageBytes } = this.#options
    const splitter = new LineSplitter({ line: (bytes) => handlers.message(bytes), oversize: (line) => this.#refuse(line) }, maxMessageBytes)
    const inputEnded = (): void => this.#end('the input ended')
    input.on('data', (chunk: Buffer) => {
      splitter.push(chunk)
      if (output.writableLength > OUTPUT_HIGH_BYTES) input.pause()
    })
    output.on('drain', () => input.resume())
    input.on('end', () => {
      splitter.end()
      inputEnded()
    })
    input.on('close', inputEnded)
    // A pipe whose writer died may end with ECONNRESET or EIO instead of an end.
    input.on('error', inputEnded)
    output.on('error', () => {
      this.#end('nobody reads the output')
      handlers.closed()
    })
  }

  send(text: string): Promise<void> {
    const { output } = this.#options
    if (!output.writable) return Promise.reject(new AppError('unavailable', 'Nobody reads the output.'))
    return new Promise((resolve, reject) => {
      output.write(`${text}\n`, (error) => (error ? reject(error) : resolve()))
    })
  }

  close(): void {
    this.#options.input.pause()
    this.#end('closed')
  }

  #refuse(line: OversizeLine): void {
    const { maxMessageBytes } = this.#options
    const error = new AppError(
      'too_large',
      `The message is larger than ${maxMessageBytes} bytes; send less at once, or raise TMWS_WS_MAX_MESSAGE_SIZE.`,
      {
        details: { limit_bytes: maxMessageBytes },
      },
    )
    void this.send(JSON.stringify(toJsonRpcFailure(idOfOversize(line) ?? null, error))).catch(() => undefined)
  }
}
