import { createHash, pbkdf2Sync } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'

/** Of SQLCipher 4: https://www.zetetic.net/sqlcipher/design/. */
const ROUNDS = 256_000
const SALT_BYTES = 16
const KEY_BYTES = 32
const MAX_KEPT = 8

/** Keys by salt and hash of the passphrase. Deriving one takes some 0.2 s on purpose, and a start opens the same file several times. */
const kept = new Map<string, Buffer>()

/** The key of an existing file as its passphrase makes it with the salt that the file begins with, in the form that skips making it again. */
export function derivedKey(file: string, passphrase: string): Buffer {
  const salt = Buffer.alloc(SALT_BYTES)
  const handle = openSync(file, 'r')
  try {
    readSync(handle, salt, 0, SALT_BYTES, 0)
  } finally {
    closeSync(handle)
  }
  const name = `${salt.toString('hex')} ${createHash('sha256').update(passphrase).digest('hex')}`
  const key = kept.get(name) ?? Buffer.from(`x'${pbkdf2Sync(passphrase, salt, ROUNDS, KEY_BYTES, 'sha512').toString('hex')}'`)
  kept.delete(name)
  kept.set(name, key)
  const oldest = kept.keys().next().value
  if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest)
  return key
}
