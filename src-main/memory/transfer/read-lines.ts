import { pipeline } from 'node:stream'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { AppError, messageOf } from '../../base/errors.ts'

/** Longest line that is read: a run of a workflow with all its outputs is the longest record there is. */
export const MAX_LINE_BYTES = 64 * 1024 * 1024

export interface TextLine {
  /** From 1. */
  readonly number: number
  /** Without the line feed. */
  readonly bytes: Buffer
  /** False for a last line that has no line feed. */
  readonly isEnded: boolean
}

/** The bytes of a file, unpacked if they are gzip, whatever its name is. */
export async function* unpacked(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const chunks = source[Symbol.asyncIterator]()
  const first = await chunks.next()
  if (first.done === true) return
  const rest = (async function* () {
    yield Buffer.from(first.value)
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield Buffer.from(next.value)
  })()
  if (first.value[0] !== 0x1f || first.value[1] !== 0x8b) {
    yield* rest
    return
  }
  try {
    const gunzip = createGunzip()
    // What went wrong is thrown by the loop below as well.
    pipeline(Readable.from(rest), gunzip, () => undefined)
    for await (const chunk of gunzip) yield chunk as Buffer
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new CutOff(`the compressed data cannot be read to its end (${messageOf(error)})`)
  }
}

/** The file ends before its end. What came before is good. */
export class CutOff extends Error {
  override readonly name = 'CutOff'
}

/** The lines of a file, one at a time. Throws `too_large` for a line over the limit. */
export async function* linesOf(source: AsyncIterable<Buffer>): AsyncGenerator<TextLine> {
  let number = 0
  let parts: Buffer[] = []
  let size = 0
  for await (const chunk of source) {
    let from = 0
    for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, from)) {
      const bytes = Buffer.concat([...parts, chunk.subarray(from, at)])
      parts = []
      size = 0
      number += 1
      yield { number, bytes, isEnded: true }
      from = at + 1
    }
    if (from === chunk.length) continue
    parts.push(chunk.subarray(from))
    size += chunk.length - from
    if (size > MAX_LINE_BYTES)
      throw new AppError('too_large', `Line ${number + 1} has more than ${MAX_LINE_BYTES} bytes; this is no export.`)
  }
  if (size > 0) yield { number: number + 1, bytes: Buffer.concat(parts), isEnded: false }
}
