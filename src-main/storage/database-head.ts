import { closeSync, openSync, readSync } from 'node:fs'

/** What the first bytes of a file say of it. */
export type FileHead = 'empty' | 'sqlite' | 'encrypted' | 'other'

/** Of 256; a page under a cipher has some 250 of them, text and ordinary pages far fewer. */
const MIN_DISTINCT_BYTES = 200
const HEAD_BYTES = 1024
/** The smallest page of SQLite; a database is whole pages. */
const PAGE_BYTES = 512

/**
 * A database of SQLite begins with its name (https://sqlite.org/fileformat.html#magic_header_string). One that is encrypted has no mark at
 * all: it is whole pages of chance. Throws what opening and reading a file throws.
 */
export function headOf(file: string, bytes: number): FileHead {
  if (bytes === 0) return 'empty'
  const head = Buffer.alloc(HEAD_BYTES)
  const handle = openSync(file, 'r')
  let length: number
  try {
    length = readSync(handle, head, 0, HEAD_BYTES, 0)
  } finally {
    closeSync(handle)
  }
  if (head.toString('latin1', 0, 15) === 'SQLite format 3') return 'sqlite'
  const isGzip = head[0] === 0x1f && head[1] === 0x8b
  const isChance = length === HEAD_BYTES && bytes % PAGE_BYTES === 0 && new Set(head).size >= MIN_DISTINCT_BYTES
  return isChance && !isGzip ? 'encrypted' : 'other'
}
