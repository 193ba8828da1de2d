import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openConnection } from './sqlite-driver.ts'

test('a new database file is for its user only; one in memory leaves no file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tmws-driver-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true })
  })
  const file = join(folder, 'new.db')
  openConnection(file).close()
  expect(statSync(file).mode & 0o077).toBe(0)

  openConnection(':memory:').close()
  expect(existsSync(':memory:')).toBe(false)
})
