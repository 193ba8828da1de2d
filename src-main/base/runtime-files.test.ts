import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readRuntimeFile, removeRuntimeFile, writeRuntimeFile } from './runtime-files.ts'

const content = {
  api_url: 'http://127.0.0.1:8000',
  ws_url: 'ws://127.0.0.1:8001',
  pid: process.pid,
  version: '1',
  started_at: '2026-11-22T10:00:00.000Z',
  token: 't',
}

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tmws-runtime-'))
  path = join(folder, 'home', 'runtime.json')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('a discovery file', () => {
  test('is read as it was written, for this user only, and leaves nothing beside it', () => {
    writeRuntimeFile(path, content)
    expect(readRuntimeFile(path)).toEqual({ ...content, isAlive: true })
    expect([statSync(path).mode & 0o777, statSync(join(folder, 'home')).mode & 0o777, readdirSync(join(folder, 'home'))]).toEqual([
      0o600,
      0o700,
      ['runtime.json'],
    ])
  })

  test('that was readable by others is not so afterwards', () => {
    mkdirSync(join(folder, 'home'))
    writeFileSync(path, '{}', { mode: 0o644 })
    writeFileSync(`${path}.${process.pid}.tmp`, 'left over', { mode: 0o644 })
    writeRuntimeFile(path, content)
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  test('that cannot be put in place leaves no token behind', () => {
    mkdirSync(join(path, 'a folder in the way'), { recursive: true })
    expect(() => writeRuntimeFile(path, content)).toThrow()
    expect(readdirSync(join(folder, 'home'))).toEqual(['runtime.json'])
  })

  test('of a process that has ended is stale', () => {
    const { pid } = spawnSync(process.execPath, ['-e', ''])
    writeRuntimeFile(path, { ...content, pid })
    expect(readRuntimeFile(path)?.isAlive).toBe(false)
  })

  test.each([
    '',
    '{',
    'null',
    '[]',
    '5',
    '{}',
    '{"api_url":"x"}',
    JSON.stringify({ ...content, pid: '1' }),
    JSON.stringify({ ...content, token: 5 }),
    JSON.stringify({ ...content, pid: 0 }),
    JSON.stringify({ ...content, pid: -1 }),
  ])('that holds %j is none', (text) => {
    mkdirSync(join(folder, 'home'))
    writeFileSync(path, text)
    expect(readRuntimeFile(path)).toBeUndefined()
  })

  test('that is not there is none', () => {
    expect(readRuntimeFile(path)).toBeUndefined()
  })
})

describe('removal', () => {
  test('takes away what this process wrote, and nothing of another', () => {
    writeRuntimeFile(path, content)
    removeRuntimeFile(path, process.pid + 1)
    expect(readRuntimeFile(path)).toBeDefined()
    removeRuntimeFile(path, process.pid)
    expect(readRuntimeFile(path)).toBeUndefined()
    removeRuntimeFile(path, process.pid)
  })
})
