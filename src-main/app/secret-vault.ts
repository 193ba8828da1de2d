/* eslint-disable @typescript-eslint/no-deprecated -- safeStorage is asked before the configuration is whole, which is read at once; its asynchronous form would make all of that wait */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { safeStorage } from 'electron'
import { AppError, messageOf } from '../base/errors.ts'
import { writePrivateText } from '../base/private-files.ts'
import { secretProblem } from '../config/secrets.ts'

/** The secrets that the app keeps for its server. */
export type SecretName = 'secret-key' | 'database-key' | 'embedding-api-key'

/**
 * How a vault is protected: `keychain` by a key that the system keeps for this user (Keychain, DPAPI, libsecret, KWallet), or `file-mode`
 * by nothing but the rights of the file.
 */
export type Protection = 'keychain' | 'file-mode'

interface Entry {
  readonly protection: Protection
  /** Base 64 of what safeStorage made, or the value itself. */
  readonly value: string
}

const BYTES_OF_A_NEW_SECRET = 48

/**
 * Named secrets in one file of mode 0600. Electron's safeStorage encrypts them where the system has a keychain. Linux without one offers
 * `basic_text`, whose key is in Electron's source: that is called what it is, and not encryption. Only after the app is ready.
 */
export class SecretVault {
  readonly #file: string
  readonly #entries: Map<string, Entry>

  /** Reads the file, if there is one. Throws `unavailable` when it is there and cannot be read: its secrets must not be replaced by new ones. */
  constructor(file: string) {
    this.#file = file
    this.#entries = readEntries(file)
  }

  /** How a secret is protected that is put in now. */
  get protection(): Protection {
    if (!safeStorage.isEncryptionAvailable()) return 'file-mode'
    return process.platform === 'linux' && isKnownToAll(safeStorage.getSelectedStorageBackend()) ? 'file-mode' : 'keychain'
  }

  /** The value, or undefined if there is none. Throws `unavailable` when the keychain does not give its key. */
  get(name: SecretName): string | undefined {
    const entry = this.#entries.get(name)
    if (entry?.protection !== 'keychain') return entry?.value
    try {
      return safeStorage.decryptString(Buffer.from(entry.value, 'base64'))
    } catch (cause) {
      throw new AppError(
        'unavailable',
        `The secret "${name}" in ${this.#file} cannot be decrypted (${messageOf(cause)}): the keychain of this user is locked, or was replaced. Unlock it and start again, or remove the file to begin with new secrets.`,
        { cause },
      )
    }
  }

  /** On the disk when it returns. */
  set(name: SecretName, value: string): void {
    this.#entries.set(name, this.#protect(value))
    this.#write()
  }

  delete(name: SecretName): void {
    if (this.#entries.delete(name)) this.#write()
  }

  /** The value, made by chance (48 bytes as base64url) when there is none. */
  getOrMake(name: SecretName): string {
    const value = this.get(name)
    if (value === undefined) {
      const made = makeSecret()
      this.set(name, made)
      return made
    }
    // A keychain that was not there when it was made, such as in a first session without a desktop.
    if (this.protection === 'keychain' && this.#entries.get(name)?.protection === 'file-mode') this.set(name, value)
    return value
  }

  #protect(value: string): Entry {
    const { protection } = this
    return { protection, value: protection === 'keychain' ? safeStorage.encryptString(value).toString('base64') : value }
  }

  /** At once or not at all. */
  #write(): void {
    const content = { version: 1, secrets: Object.fromEntries(this.#entries) }
    writePrivateText(this.#file, `${JSON.stringify(content, null, 2)}\n`, { isDurable: true })
  }
}

/** By chance; anew in the rare case that it holds a word which strict settings refuse. */
function makeSecret(): string {
  for (;;) {
    const made = randomBytes(BYTES_OF_A_NEW_SECRET).toString('base64url')
    if (secretProblem(made) === undefined) return made
  }
}

/** `basic_text` encrypts with a fixed password; before the app is ready the answer is `unknown`. */
function isKnownToAll(backend: string): boolean {
  return backend === 'basic_text' || backend === 'unknown'
}

function readEntries(file: string): Map<string, Entry> {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map()
    throw new AppError('unavailable', `The file of secrets ${file} cannot be read (${messageOf(error)}).`, { cause: error })
  }
  try {
    const { secrets } = JSON.parse(text) as { secrets: Record<string, Entry> } // checked below
    const entries = Object.entries(secrets)
    if (entries.every(([, entry]) => isEntry(entry))) return new Map(entries)
  } catch {
    // Said below.
  }
  throw new AppError(
    'unavailable',
    `The file of secrets ${file} is damaged. Move it away to begin with new secrets; tokens made before are void then.`,
  )
}

function isEntry({ protection, value }: Entry): boolean {
  return ['keychain', 'file-mode'].includes(protection) && typeof value === 'string'
}
