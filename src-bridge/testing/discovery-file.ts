import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Writes the discovery file of a living server, with an owner token that must go nowhere, and gives its path. */
export function writtenDiscovery(
  wsUrl: string,
  path = join(mkdtempSync(join(tmpdir(), 'tmws-')), 'runtime.json'),
  pid = process.pid,
): string {
  const facts = {
    api_url: 'http://127.0.0.1:1',
    ws_url: wsUrl,
    pid,
    version: '1.0.0',
    started_at: '2026-01-01T00:00:00.000Z',
    token: 'owner-token',
  }
  writeFileSync(path, JSON.stringify(facts))
  return path
}
