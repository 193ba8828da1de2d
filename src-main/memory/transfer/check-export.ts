import { createHash } from 'node:crypto'
import { AppError, messageOf } from '../../base/errors.ts'
import { TRANSFER_FORMAT, TRANSFER_FORMAT_VERSION, transferFooterSchema, transferHeaderSchema } from '../../contract/transfer.ts'
import type { TransferHeader, TransferLine } from '../../contract/transfer.ts'
import { faultOf } from './line-record.ts'
import { CutOff, linesOf, unpacked } from './read-lines.ts'
import type { TextLine } from './read-lines.ts'

export interface BadLine {
  readonly line: number
  readonly reason: string
}

/** What a whole look at a file has found. */
export interface CheckedExport {
  readonly header: TransferHeader
  /** Records that can be read. */
  readonly records: number
  /** The first hundred; none for a file that is as it was written. */
  readonly badLines: readonly BadLine[]
  readonly badLineCount: number
}

const MAX_LISTED = 100

/** Reads a whole file and changes nothing. Throws `invalid_request` when it is no export, or one of a newer kind. */
export async function checkExport(
  source: AsyncIterable<Uint8Array>,
  options: { readonly onProgress?: (records: number) => void; readonly signal?: AbortSignal } = {},
): Promise<CheckedExport> {
  const check = new Check()
  try {
    for await (const line of linesOf(unpacked(source))) {
      options.signal?.throwIfAborted()
      check.take(line)
      if (line.number % 1000 === 0) {
        options.onProgress?.(check.records)
        // A file read from the cache never waits by itself.
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
  } catch (error) {
    if (!(error instanceof CutOff)) throw error
    check.note(check.lastLine + 1, error.message)
  }
  return check.finish()
}

/** Refuses a file with faults, naming them. */
export function requireSound({ badLines, badLineCount }: Pick<CheckedExport, 'badLines' | 'badLineCount'>): void {
  if (badLineCount === 0) return
  const shown = badLines.slice(0, 5).map(({ line, reason }) => `line ${line}: ${reason}`)
  const more = badLineCount > shown.length ? `; and ${badLineCount - shown.length} more` : ''
  throw new AppError(
    'invalid_request',
    `The file is not as it was written (${shown.join('; ')}${more}). Nothing was changed. Take another copy of it, or what can be read of this one with --accept-damage.`,
    { details: { bad_lines: badLines, bad_line_count: badLineCount } },
  )
}

/** Keeps account of a file line by line. */
class Check {
  records = 0
  lastLine = 0
  readonly #whole = createHash('sha256')
  readonly #body = createHash('sha256')
  readonly #counts: Record<string, number> = {}
  readonly #badLines: BadLine[] = []
  #badLineCount = 0
  #header: TransferHeader | undefined
  #memoryId: string | undefined
  #hasEnded = false

  take(line: TextLine): void {
    this.lastLine = line.number
    if (this.#header === undefined) {
      this.#header = readHeader(line.bytes)
      this.#whole.update(line.bytes).update('\n')
      return
    }
    if (this.#hasEnded) {
      this.note(line.number, 'comes after the end')
      return
    }
    const value = parse(line.bytes)
    if (value instanceof Error) this.note(line.number, `is no JSON (${value.message})`)
    else if (isFooter(value)) this.#end(line, value)
    else this.#takeRecord(line.number, value)
    this.#whole.update(line.bytes).update('\n')
    this.#body.update(line.bytes).update('\n')
  }

  note(line: number, reason: string): void {
    this.#badLineCount += 1
    if (this.#badLines.length < MAX_LISTED) this.#badLines.push({ line, reason: reason.slice(0, 300).toWellFormed() })
  }

  finish(): CheckedExport {
    if (this.#header === undefined) throw notAnExport('it is empty')
    if (!this.#hasEnded) this.note(this.lastLine + 1, 'the end is missing: the file is cut off')
    return { header: this.#header, records: this.records, badLines: this.#badLines, badLineCount: this.#badLineCount }
  }

  #takeRecord(number: number, value: unknown): void {
    const fault = faultOf(value) ?? this.#strayFault(value as TransferLine) // without a fault it is one
    if (fault !== undefined) {
      this.note(number, fault)
      return
    }
    const line = value as TransferLine // as above
    if (line.kind === 'memory') this.#memoryId = line.id
    this.records += 1
    this.#counts[line.kind] = (this.#counts[line.kind] ?? 0) + 1
  }

  #strayFault(line: TransferLine): string | undefined {
    if (line.kind !== 'history' && line.kind !== 'vector') return undefined
    return line.memory_id === this.#memoryId ? undefined : `memory_id: ${line.memory_id} is not the memory before it`
  }

  #end(line: TextLine, value: unknown): void {
    this.#hasEnded = true
    const footer = transferFooterSchema.safeParse(value)
    if (!footer.success) {
      this.note(line.number, 'the last line is not one that an export ends with')
      return
    }
    const sha256 = this.#whole.copy().digest('hex')
    if (footer.data.sha256 !== sha256) this.note(line.number, 'the checksum does not fit: lines were changed, added or taken away')
    else if (footer.data.body_sha256 !== this.#body.copy().digest('hex')) this.note(line.number, 'the checksum of the records does not fit')
    if (this.#badLineCount === 0 && !sameCounts(footer.data.counts, this.#counts)) this.note(line.number, 'the counts do not fit')
  }
}

/** The header of an export. Throws `invalid_request` for the first line of anything else. */
export function readHeader(bytes: Buffer): TransferHeader {
  const value = parse(bytes)
  if (value instanceof Error || (value as { format?: unknown } | null)?.format !== TRANSFER_FORMAT)
    throw notAnExport('its first line is not the header of one')
  const version = (value as { format_version?: unknown }).format_version
  if (version !== TRANSFER_FORMAT_VERSION)
    throw new AppError(
      'invalid_request',
      `The file has format ${JSON.stringify(version)}, and this version reads ${TRANSFER_FORMAT_VERSION}. Nothing was changed; install the version that wrote it, or a newer one.`,
    )
  const header = transferHeaderSchema.safeParse(value)
  if (header.success) return header.data
  throw notAnExport(`its header is not valid (${header.error.issues[0]?.path.join('.') ?? ''}: ${header.error.issues[0]?.message ?? ''})`)
}

export function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (error) {
    return new Error(messageOf(error))
  }
}

export function isFooter(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'end'
}

export function notAnExport(why: string): AppError {
  return new AppError(
    'invalid_request',
    `This is no file that can be imported: ${why}. What can be: a file of "tmws export", and memory.jsonl of the MCP memory server. Nothing was changed.`,
  )
}

function sameCounts(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((kind) => (a[kind] ?? 0) === (b[kind] ?? 0))
}
