import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { AppError } from '../base/errors.ts'
import { SecretVault } from './secret-vault.ts'

const keychain = vi.hoisted(() => ({ isThere: true, backend: 'gnome_libsecret', isLocked: false }))
vi.mock('electron', () => ({
  safeStorage: {
    isEncryptionAvailable: () => keychain.isThere,
    getSelectedStorageBackend: () => keychain.backend,
    encryptString: (text: string) => Buffer.from(`sealed:${Buffer.from(text).toString('hex')}`),
    decryptString: (sealed: Buffer) => {
      if (keychain.isLocked) throw new Error('the keychain is locked')
      return Buffer.from(sealed.toString().slice('sealed:'.length), 'hex').toString()
    },
  },
}))

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tmws-vault-'))
  file = join(folder, 'data', 'secrets.json')
  Object.assign(keychain, { isThere: true, backend: 'gnome_libsecret', isLocked: false })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const refusal = (work: () => unknown): AppError => {
  try {
    work()
  } catch (error) {
    if (error instanceof AppError) return error
  }
  throw new Error('It was not refused.')
}

describe('a vault with a keychain', () => {
  test('keeps values that the file does not show, over a restart, in a file of its own user', () => {
    const vault = new SecretVault(file)
    expect([vault.protection, vault.get('database-key')]).toEqual(['keychain', undefined])
    vault.set('database-key', 'a passphrase of mine')
    vault.set('embedding-api-key', 'key-of-mine')
    expect(readFileSync(file, 'utf8')).not.toMatch(/passphrase|key-of-mine/)
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600)
    const again = new SecretVault(file)
    expect([again.get('database-key'), again.get('embedding-api-key')]).toEqual(['a passphrase of mine', 'key-of-mine'])
    again.delete('database-key')
    expect(new SecretVault(file).get('database-key')).toBeUndefined()
  })

  test('makes a strong secret once', () => {
    const made = new SecretVault(file).getOrMake('secret-key')
    expect(made).toMatch(/^[\w-]{64}$/)
    expect(new SecretVault(file).getOrMake('secret-key')).toBe(made)
    expect(new SecretVault(join(folder, 'other.json')).getOrMake('secret-key')).not.toBe(made)
  })

  test('that is locked is said to be so, and its secrets are not replaced', () => {
    const made = new SecretVault(file).getOrMake('secret-key')
    keychain.isLocked = true
    const refused = refusal(() => new SecretVault(file).getOrMake('secret-key'))
    expect([refused.code, refused.message]).toEqual(['unavailable', expect.stringContaining('keychain of this user is locked')])
    keychain.isLocked = false
    expect(new SecretVault(file).getOrMake('secret-key')).toBe(made)
  })
})

describe('a vault without one', () => {
  const without: [what: string, state: Partial<typeof keychain>][] = [['no encryption at all', { isThere: false }]]
  if (process.platform === 'linux') without.push(['the basic_text of Linux', { backend: 'basic_text' }])

  test.each(without)('does not call %s encryption, and keeps its file closed to others', (_what, state) => {
    Object.assign(keychain, state)
    const vault = new SecretVault(file)
    vault.set('database-key', 'a passphrase of mine')
    expect(vault.protection).toBe('file-mode')
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      version: 1,
      secrets: { 'database-key': { protection: 'file-mode', value: 'a passphrase of mine' } },
    })
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(new SecretVault(file).get('database-key')).toBe('a passphrase of mine')
  })

  test('encrypts what it has as soon as there is one', () => {
    keychain.isThere = false
    const made = new SecretVault(file).getOrMake('secret-key')
    keychain.isThere = true
    expect(new SecretVault(file).getOrMake('secret-key')).toBe(made)
    expect(readFileSync(file, 'utf8')).not.toContain(made)
  })
})

test.each(['', 'no json', '[]', '{"secrets":{"secret-key":{"protection":"rot13","value":"x"}}}', '{"secrets":{"secret-key":3}}'])(
  'a damaged file (%j) is refused, not overwritten',
  (text) => {
    const damaged = join(folder, 'secrets.json')
    writeFileSync(damaged, text)
    expect(refusal(() => new SecretVault(damaged)).message).toContain('is damaged')
    expect([readFileSync(damaged, 'utf8'), existsSync(`${damaged}.${process.pid}.tmp`)]).toEqual([text, false])
  },
)
