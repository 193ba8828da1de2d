import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { keyOf } from './config.ts'
import { folder, freshFolderForEach, load, refusal } from './testing/load-settings.ts'

freshFolderForEach()

const KEY = 'a passphrase of mine'

function keyFile(text: string, mode = 0o600): string {
  const file = join(folder, 'key')
  writeFileSync(file, text)
  chmodSync(file, mode)
  return file
}

test('comes from the variable, or from the first line of a file', () => {
  expect(keyOf(load({ TMWS_DATABASE_KEY: KEY }).database)).toBe(KEY)
  const file = keyFile(`${KEY}\r\nmade on 2026-11-22\n`)
  expect(load({ TMWS_DATABASE_KEY_FILE: file }).database).toMatchObject({ key: KEY, keyFile: file })
  expect(keyOf(load().database)).toBeUndefined()
})

test.runIf(process.platform !== 'win32').each([0o644, 0o640, 0o604, 0o660])(
  'a file that others may use (%o) is refused, with what to do',
  (mode) => {
    const file = keyFile(KEY, mode)
    expect(refusal({ TMWS_DATABASE_KEY_FILE: file })).toContain(
      `others may read (mode ${mode.toString(8).padStart(4, '0')}). Run: chmod 600 ${file}`,
    )
  },
)

test('one that is too short, missing, or said twice is refused without being shown', () => {
  const short = keyFile('short\n')
  expect(refusal({ TMWS_DATABASE_KEY: 'too-short-x' })).toBe('TMWS_DATABASE_KEY is a value, but must be at least 16 characters.')
  expect(refusal({ TMWS_DATABASE_KEY_FILE: short })).toContain('whose first line has fewer than 16 characters')
  expect(refusal({ TMWS_DATABASE_KEY_FILE: join(folder, 'none') })).toContain('cannot be read (ENOENT)')
  expect(refusal({ TMWS_DATABASE_KEY_FILE: short, TMWS_DATABASE_KEY: KEY })).toContain('both set')
})

test('for a database that it does not encrypt, a warning says so', () => {
  const { warnings } = load({ TMWS_DATABASE_KEY: KEY, TMWS_DATABASE_URL: 'postgresql://db.example/x' })
  expect(warnings).toEqual([expect.stringContaining('counts for SQLite only')])
  expect(load({ TMWS_DATABASE_KEY: KEY }).warnings).toEqual([])
})

test('what is kept counts where neither variable nor file says anything', () => {
  const kept = { database_key: 'the one of the vault' }
  expect(keyOf(load({}, {}, kept).database)).toBe('the one of the vault')
  expect(keyOf(load({ TMWS_DATABASE_KEY: KEY }, {}, kept).database)).toBe(KEY)
  writeFileSync(join(folder, 'settings.json'), `{"database_key": "the one of the file"}`)
  expect(keyOf(load({}, {}, kept).database)).toBe('the one of the file')
})
