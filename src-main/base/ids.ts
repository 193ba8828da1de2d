import { createHash, randomBytes } from 'node:crypto'

let lastMs = 0
let lastSequence = 0

/**
 * A time-ordered UUID, version 7 (RFC 9562 section 5.7). Ids of one process sort in the order they were made: the 12 bits
 * after the time count within a millisecond (method 1 of section 6.2), the other 62 are random.
 */
export function newId(nowMs: number = Date.now()): string {
  const random = randomBytes(10)
  if (nowMs > lastMs) {
    lastMs = nowMs
    lastSequence = random.readUInt16BE(0) & 0x7ff
  } else {
    lastSequence += 1
    if (lastSequence > 0xfff) {
      lastMs += 1
      lastSequence = 0
    }
  }
  const time = lastMs.toString(16).padStart(12, '0')
  const sequence = lastSequence.toString(16).padStart(3, '0')
  const tail = random.subarray(2)
  tail[0] = ((tail[0] ?? 0) & 0x3f) | 0x80
  const hex = tail.toString('hex')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${sequence}-${hex.slice(0, 4)}-${hex.slice(4)}`
}

/** A secret of 256 random bits, safe in a header, a cookie and a file. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

/**
 * The id that belongs to a key: the same each time for the same key and time, in the shape and order of `newId`, with random bits
 * taken from the SHA-256 of the key. For things that must not be made twice.
 */
export function idFromKey(key: string, timeMs: number): string {
  const hash = createHash('sha256').update(key).digest()
  const time = timeMs.toString(16).padStart(12, '0')
  const sequence = (hash.readUInt16BE(0) & 0xfff).toString(16).padStart(3, '0')
  const tail = hash.subarray(2, 10)
  tail[0] = ((tail[0] ?? 0) & 0x3f) | 0x80
  const hex = tail.toString('hex')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${sequence}-${hex.slice(0, 4)}-${hex.slice(4)}`
}
