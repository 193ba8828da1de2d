import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readDiscovery, resolveTarget } from './discovery.ts'

const folder = mkdtempSync(join(tmpdir(), 'tmws discovery '))

function written(facts: Record<string, unknown>): string {
  const path = join(folder, `${Math.random().toString(36).slice(2)}.json`)
  const whole = {
    api_url: 'http://127.0.0.1:8000',
    ws_url: 'ws://127.0.0.1:9100',
    pid: process.pid,
    version: '1.0.0',
    started_at: '2026-01-01T00:00:00.000Z',
    token: 'owner-token',
  }
  writeFileSync(path, JSON.stringify({ ...whole, ...facts }))
  return path
}
const given = <T>(value: T) => ({ value, by: 'test' })

test('a file of a living server is found, without the token in it', () => {
  const path = written({})
  expect(readDiscovery(path)).toEqual({ state: 'found', path, wsUrl: 'ws://127.0.0.1:9100', pid: process.pid, version: '1.0.0' })
})

test('a file of a dead server is stale', () => {
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  expect(readDiscovery(written({ pid })).state).toBe('stale')
  expect(readDiscovery(written({ pid: 0 })).state).toBe('unreadable')
})

test('no file, no JSON, a foreign shape and a foreign address are told apart', () => {
  expect(readDiscovery(join(folder, 'none.json')).state).toBe('absent')
  const broken = join(folder, 'broken.json')
  writeFileSync(broken, '{"api_url":')
  expect(readDiscovery(broken).state).toBe('unreadable')
  expect(readDiscovery(written({ api_url: 5 })).state).toBe('unreadable')
  expect(readDiscovery(written({ ws_url: 'http://x' })).state).toBe('unreadable')
})

test('the address comes from flag or environment, then the file, then the default', () => {
  const found = readDiscovery(written({}))
  const absent = readDiscovery(join(folder, 'none.json'))
  const url = (options: Parameters<typeof resolveTarget>[0], discovery = found) => resolveTarget(options, discovery).url
  expect({
    nothing: url({}, absent),
    file: url({}),
    port: url({ port: given(7000) }),
    both: url({ host: given('10.0.0.1'), port: given(7000) }),
    sameHost: url({ host: given('localhost') }),
    otherHost: url({ host: given('10.0.0.1') }),
    sixth: url({ host: given('::1'), port: given(7000) }),
    everyInterface: url({ host: given('0.0.0.0') }, absent),
  }).toEqual({
    nothing: 'ws://127.0.0.1:8001',
    file: 'ws://127.0.0.1:9100',
    port: 'ws://127.0.0.1:7000',
    both: 'ws://10.0.0.1:7000',
    sameHost: 'ws://localhost:9100',
    otherHost: 'ws://10.0.0.1:8001',
    sixth: 'ws://[::1]:7000',
    everyInterface: 'ws://127.0.0.1:8001',
  })
})

test('a server whose WebSocket port is off leaves the default', () => {
  expect(resolveTarget({}, readDiscovery(written({ ws_url: undefined }))).url).toBe('ws://127.0.0.1:8001')
})
