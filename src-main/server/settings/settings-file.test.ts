import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readSettingsText, withChanges, writeSettingsText } from './settings-file.ts'

describe('a changed text', () => {
  test.each([
    ['of no file', undefined, '{\n  "trash_days": 60\n}\n'],
    ['of an empty file', '', '{\n  "trash_days": 60\n}\n'],
    [
      'keeps comments',
      '{\n  // mine\n  "log_level": "warn", // quiet\n}\n',
      '{\n  // mine\n  "log_level": "warn", // quiet\n  "trash_days": 60,\n}\n',
    ],
    ['takes the place of what was there', '{\n\t"trash_days": 7 // a week\n}', '{\n\t"trash_days": 60 // a week\n}'],
  ])('%s', (_name, before, after) => {
    expect(withChanges(before, { trash_days: 60 })).toBe(after)
  })

  test('loses a key that goes, and nothing else', () => {
    const before = '{\n  "log_level": "warn",\n  "trash_days": 7,\n  "backup_keep": 3\n}\n'
    expect(withChanges(before, { trash_days: null, ws_port: null })).toBe('{\n  "log_level": "warn",\n  "backup_keep": 3\n}\n')
  })
})

describe('a file', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tmws-settings-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  test('is written for this user only', () => {
    const path = join(folder, 'deep', 'settings.json')
    writeSettingsText(readSettingsText(path), '{}')
    expect(readFileSync(path, 'utf8')).toBe('{}')
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  test('that somebody changed meanwhile stays as it is', () => {
    const path = join(folder, 'settings.json')
    const seen = readSettingsText(path)
    writeFileSync(path, '{ "log_level": "warn" }')
    expect(() => writeSettingsText(seen, '{}')).toThrow(/changed meanwhile/)
    expect(readFileSync(path, 'utf8')).toBe('{ "log_level": "warn" }')
  })

  test('that is a link is left alone', () => {
    const path = join(folder, 'settings.json')
    writeFileSync(join(folder, 'real.json'), '{}')
    symlinkSync(join(folder, 'real.json'), path)
    expect(() => writeSettingsText(readSettingsText(path), '{ }')).toThrow(/is a link/)
  })
})
