import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readTokenFile, removeTokenFile, tokenFileOf, writeTokenFile } from './token-files.ts'

const root = mkdtempSync(join(tmpdir(), 'tmws-token-files-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const runtimeFile = join(root, 'runtime.json')
const TOKEN = { token_id: 't1', agent_id: 'claude-desktop', token: 'tmws_secret' }

test('a token is kept beside the discovery file, for this user alone', () => {
  const path = writeTokenFile(runtimeFile, TOKEN)
  expect(path).toBe(join(root, 'tokens', 'claude-desktop.json'))
  expect([statSync(path).mode & 0o777, statSync(dirname(path)).mode & 0o777]).toEqual([0o600, 0o700])
  expect(readTokenFile(runtimeFile, 'claude-desktop')).toEqual(TOKEN)
  writeTokenFile(runtimeFile, { ...TOKEN, token: 'tmws_other' })
  expect(readTokenFile(runtimeFile, 'claude-desktop')?.token).toBe('tmws_other')
  removeTokenFile(runtimeFile, 'claude-desktop')
  removeTokenFile(runtimeFile, 'claude-desktop')
  expect(readTokenFile(runtimeFile, 'claude-desktop')).toBeUndefined()
})

test('the name of an agent leads nowhere else', () => {
  for (const agentId of ['../../etc/passwd', '/etc/passwd', 'a/b:c@d', '..']) {
    const path = tokenFileOf(runtimeFile, agentId)
    expect(dirname(path)).toBe(join(root, 'tokens'))
    expect(basename(path)).not.toContain('/')
  }
})

test('what others can read or have made up is no token', () => {
  const path = writeTokenFile(runtimeFile, TOKEN)
  chmodSync(path, 0o644)
  expect(readTokenFile(runtimeFile, 'claude-desktop')).toBeUndefined()
  chmodSync(path, 0o600)
  const good = readFileSync(path, 'utf8')
  for (const text of ['', '{', '[]', '{"token":"x"}', good.replace('claude-desktop', 'bob'), good.replace('tmws_secret', 'a\\r\\nb')]) {
    writeFileSync(path, text)
    expect(readTokenFile(runtimeFile, 'claude-desktop')).toBeUndefined()
  }
})
