import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Backup, ImportNotice, ImportSummary } from '../../contract/transfer.ts'
import { TestServer } from '../../server/testing/start-test-server.ts'
import type { RestAnswer } from '../../server/testing/start-test-server.ts'

let server: TestServer
let other: TestServer
beforeAll(async () => {
  server = await TestServer.start({ TMWS_RATE_LIMIT_REQUESTS: '100000' })
  other = await TestServer.start({ TMWS_IMPORT_MAX_SIZE: '1048576' })
  for (let i = 0; i < 5; i++) {
    await server.rest('POST', '/memory', { agent: 'alice', body: { content: `note ${i}`, tags: ['x'], links: [] } })
  }
})
afterAll(async () => {
  await server.stop()
  await other.stop()
})

async function exported(from: TestServer, query = ''): Promise<Response> {
  return fetch(`${from.apiUrl}/api/v1/export${query}`, { headers: from.owner })
}

function imported<T = ImportSummary>(to: TestServer, body: string, query = ''): Promise<RestAnswer<T>> {
  return to.rest<T>('POST', `/import${query}`, {
    body,
    headers: { 'content-type': 'application/x-ndjson', ...to.owner },
  })
}

describe('moving data over REST', () => {
  test('is for the person alone', async () => {
    for (const [method, path] of [
      ['GET', '/export'],
      ['POST', '/import'],
      ['GET', '/backups'],
      ['POST', '/backups'],
    ] as const) {
      const answer = await server.rest(method, path, { agent: 'alice' })
      expect([path, answer.status, answer.body.error.code]).toEqual([path, 403, 'forbidden'])
      const asBoth = await server.rest(method, path, { agent: 'alice', headers: server.owner })
      expect([path, asBoth.status]).toEqual([path, 403])
    }
  })

  test('what one server exports, another one imports, with the same bytes coming out of it', async () => {
    const file = await (await exported(server, '?reproducible=true&vectors=true')).text()
    const { status, body } = await imported(other, file)
    expect([status, body.kinds['memory']]).toEqual([200, { new: 5, unchanged: 0, replaced: 0, skipped: {} }])
    expect(await (await exported(other, '?reproducible=true&vectors=true')).text()).toBe(file)
    const found = await other.rest<{ count: number }>('POST', '/memory/search', { agent: 'alice', body: { query: 'note 3' } })
    expect(found.body.count).toBeGreaterThan(0)
  })

  test('an export says what it is, how much is to come, and is compressed when asked', async () => {
    const answer = await exported(server, '?gzip=true')
    expect(answer.headers.get('content-type')).toBe('application/gzip')
    expect(Number(answer.headers.get('x-total-records'))).toBeGreaterThanOrEqual(5)
    const lines = gunzipSync(Buffer.from(await answer.arrayBuffer()))
      .toString()
      .trimEnd()
      .split('\n')
    expect(JSON.parse(lines[0]!)).toMatchObject({ format: 'tmws-export', format_version: 1, selection: { vectors: false } })
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ kind: 'end', counts: { memory: 5 } })
  })

  test('progress comes line by line, and so does the end', async () => {
    const file = await (await exported(server)).text()
    const noticesOf = async (body: string, query: string): Promise<ImportNotice[]> => {
      const headers = { 'content-type': 'application/x-ndjson', accept: 'application/x-ndjson', ...other.owner }
      const answer = await fetch(`${other.apiUrl}/api/v1/import${query}`, { method: 'POST', headers, body })
      expect(answer.status).toBe(200)
      return (await answer.text())
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as ImportNotice)
    }
    expect((await noticesOf(file, '?dry_run=true')).at(-1)).toMatchObject({ summary: { dry_run: true } })
    expect((await noticesOf(file.slice(0, -200), '')).at(-1)).toMatchObject({ error: { code: 'invalid_request' } })
  })

  test('refuses bad queries by name, files that are none, and files over the limit', async () => {
    expect(await imported(other, '', '?on_conflict=maybe')).toMatchObject({
      status: 400,
      body: { error: { details: { field: 'on_conflict' } } },
    })
    expect((await exported(server, '?nonsense=1')).status).toBe(400)
    expect(await imported(other, 'hello\n')).toMatchObject({ status: 400, body: { error: { code: 'invalid_request' } } })
    expect(await imported(other, 'x'.repeat(1_100_000))).toMatchObject({
      status: 413,
      body: { error: { details: { limit_bytes: 1_048_576 } } },
    })
  })

  test('the file of another program is taken in the name that was given', async () => {
    const line = '{"type":"entity","name":"Ada","entityType":"person","observations":["likes tea"]}\n'
    expect(await imported(other, line, '?agent_id=graph&namespace=team')).toMatchObject({
      status: 200,
      body: { format: 'mcp-memory', kinds: { memory: { new: 2 } } },
    })
  })

  test('a backup is made, listed, and is a database', async () => {
    const made = await server.rest<{ backup: Backup }>('POST', '/backups', { headers: server.owner })
    expect(made).toMatchObject({ status: 201, body: { backup: { kind: 'manual' } } })
    const listed = await server.rest<{ backups: Backup[] }>('GET', '/backups', { headers: server.owner })
    expect(listed.body.backups).toEqual([made.body.backup])
    expect(existsSync(made.body.backup.file)).toBe(true)
    expect(readFileSync(made.body.backup.file).subarray(0, 15).toString()).toBe('SQLite format 3')
  })

  test('an import that replaces makes a backup before', async () => {
    const file = await (await exported(server)).text()
    await imported(server, file, '?on_conflict=replace')
    const listed = await server.rest<{ backups: Backup[] }>('GET', '/backups', { headers: server.owner })
    expect(listed.body.backups.map(({ kind }) => kind)).toContain('before-import')
  })

  test('a volatile server is exported and backed up as an export', async () => {
    const volatile = await TestServer.start({ TMWS_DATABASE_URL: 'volatile:' })
    await volatile.rest('POST', '/memory', { agent: 'alice', body: { content: 'fleeting' } })
    const made = await volatile.rest<{ backup: Backup }>('POST', '/backups', { headers: volatile.owner })
    expect(made.body.backup.name).toMatch(/manual\.jsonl\.gz$/)
    expect(gunzipSync(readFileSync(made.body.backup.file)).toString()).toContain('fleeting')
    await volatile.stop()
  })
})
