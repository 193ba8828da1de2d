/** Longest line a host may send. Far above what the server takes in one message, far below what would hurt this process. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024

const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])
const KEPT_END_BYTES = 1024

/** The two ends of a line that was too long to keep: enough to find its request id. */
export interface OversizeLine {
  readonly head: Buffer
  readonly tail: Buffer
}

export interface LineSink {
  line(bytes: Buffer): void
  oversize(line: OversizeLine): void
}

/** Cuts a stream of bytes into lines. Works on bytes, so that a character cut in two by a chunk border stays whole. */
export class LineSplitter {
  readonly #sink: LineSink
  readonly #maxBytes: number
  #parts: Buffer[] = []
  #size = 0
  #oversize: { head: Buffer; tail: Buffer } | undefined
  #isFirst = true

  constructor(sink: LineSink, maxBytes: number = MAX_LINE_BYTES) {
    this.#sink = sink
    this.#maxBytes = maxBytes
  }

  push(chunk: Buffer): void {
    let from = 0
    for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, from)) {
      this.#take(chunk.subarray(from, at))
      this.#endLine()
      from = at + 1
    }
    if (from < chunk.length) this.#take(chunk.subarray(from))
  }

  /** End of input: a last line without a line feed counts too. */
  end(): void {
    this.#endLine()
  }

  #take(part: Buffer): void {
    if (this.#oversize) {
      this.#oversize.tail = lastBytes(Buffer.concat([this.#oversize.tail, lastBytes(part)]))
      return
    }
    this.#parts.push(part)
    this.#size += part.length
    if (this.#size <= this.#maxBytes) return
    const whole = Buffer.concat(this.#parts)
    // Copies: a view would keep the whole line alive.
    this.#oversize = { head: Buffer.from(whole.subarray(0, KEPT_END_BYTES)), tail: Buffer.from(lastBytes(whole)) }
    this.#parts = []
  }

  #endLine(): void {
    const oversize = this.#oversize
    const line = this.#parts.length === 1 && this.#parts[0] ? this.#parts[0] : Buffer.concat(this.#parts)
    this.#parts = []
    this.#size = 0
    this.#oversize = undefined
    const isFirst = this.#isFirst
    this.#isFirst = false
    if (oversize) {
      this.#sink.oversize(oversize)
      return
    }
    const trimmed = trimLine(line, isFirst)
    if (trimmed.length > 0) this.#sink.line(trimmed)
  }
}

/** Without a CR at the end, and without the mark that some shells put before the first line; empty if it is blank. */
function trimLine(line: Buffer, isFirst: boolean): Buffer {
  const start = isFirst && line.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0
  const end = line.at(-1) === CARRIAGE_RETURN ? line.length - 1 : line.length
  const rest = line.subarray(start, end)
  return rest.every((byte) => byte === 0x20 || byte === 0x09) ? rest.subarray(0, 0) : rest
}

function lastBytes(bytes: Buffer): Buffer {
  return bytes.length <= KEPT_END_BYTES ? bytes : bytes.subarray(bytes.length - KEPT_END_BYTES)
}

const ID = String.raw`"id"\s*:\s*(-?\d{1,15}|"[^"\\]{1,200}")`
const VERSION = String.raw`"jsonrpc"\s*:\s*"2\.0"`
// Only beside `jsonrpc`, at either end: an id deeper inside belongs to somebody's data.
const ID_AT_AN_END = [
  new RegExp(String.raw`^\s*\{\s*(?:${VERSION}\s*,\s*)?${ID}\s*,`),
  new RegExp(String.raw`${VERSION}\s*,\s*${ID}\s*\}\s*$`),
  new RegExp(String.raw`${ID}\s*,\s*${VERSION}\s*\}\s*$`),
]

/** The request id of a line that was too long to parse, if it stands where JSON-RPC writers put it. */
export function idOfOversize(line: OversizeLine): string | number | undefined {
  const [head, tail] = [line.head.toString('latin1'), line.tail.toString('latin1')]
  // A message without a method is an answer of the host; its id is ours, not a request's.
  if (!head.includes('"method"') && !tail.includes('"method"')) return undefined
  const found = ID_AT_AN_END[0]?.exec(head)?.[1] ?? ID_AT_AN_END[1]?.exec(tail)?.[1] ?? ID_AT_AN_END[2]?.exec(tail)?.[1]
  return found === undefined ? undefined : (JSON.parse(found) as string | number) // the pattern allows no other JSON
}
