import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isServerStarting, markStarting, unmarkStarting } from './starting-mark.ts'

let folder: string
let runtimeFile: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tmws-mark-'))
  runtimeFile = join(folder, 'home', 'runtime.json')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('stands from its setting to its taking back', () => {
  expect(isServerStarting(runtimeFile)).toBe(false)
  markStarting(runtimeFile)
  expect(isServerStarting(runtimeFile)).toBe(true)
  unmarkStarting(runtimeFile)
  expect([isServerStarting(runtimeFile), existsSync(`${runtimeFile}.starting`)]).toEqual([false, false])
})

test('of a process that has ended counts for nothing, and of another is left alone', () => {
  markStarting(runtimeFile)
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  writeFileSync(`${runtimeFile}.starting`, String(pid))
  expect(isServerStarting(runtimeFile)).toBe(false)
  unmarkStarting(runtimeFile)
  expect(existsSync(`${runtimeFile}.starting`)).toBe(true)
  writeFileSync(`${runtimeFile}.starting`, 'nonsense')
  expect(isServerStarting(runtimeFile)).toBe(false)
})

test('that cannot be written stops nobody', () => {
  writeFileSync(join(folder, 'file'), '')
  expect(() => markStarting(join(folder, 'file', 'runtime.json'))).not.toThrow()
})
