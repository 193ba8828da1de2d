import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { lockDataFolder } from './sqlite-owner-lock.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tmws-lock-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('has one owner at a time within a process, and frees the folder once', () => {
  const target = join(folder, 'made', 'on demand')
  const lock = lockDataFolder(target)
  expect(lock).toBeDefined()
  expect(lockDataFolder(target)).toBeUndefined()
  lock?.release()
  lock?.release()
  const next = lockDataFolder(target)
  expect(next).toBeDefined()
  next?.release()
})

it('has one owner among processes, and is free as soon as that one is killed', async () => {
  const module = new URL('./sqlite-owner-lock.ts', import.meta.url).href
  const code = `const { lockDataFolder } = await import(${JSON.stringify(module)}); const lock = lockDataFolder(${JSON.stringify(folder)}); console.log(lock ? 'locked' : 'taken'); setInterval(() => lock, 1000)`
  const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said] = (await once(child.stdout, 'data')) as [Buffer]
  expect(String(said).trim()).toBe('locked')
  expect(lockDataFolder(folder)).toBeUndefined()
  child.kill('SIGKILL')
  await once(child, 'exit')
  const lock = lockDataFolder(folder)
  expect(lock).toBeDefined()
  lock?.release()
})
