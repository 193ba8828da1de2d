import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Backup, ImportNotice, ImportSummary, RestoreNotice, RestoreSummary } from '../../contract/transfer.ts'
import type { Memory } from '../../contract/memory.ts'
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
      ['POST', '/backups/tmws-2026-11-22T09-30-00-123Z-manual.db/restore'],
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

describe('restoring a backup beside what goes on', () => {
  let here: TestServer
  beforeAll(async () => {
    here = await TestServer.start({ TMWS_RATE_LIMIT_REQUESTS: '100000', TMWS_RATE_LIMIT_COSTLY_REQUESTS: '100000' })
  })
  afterAll(() => here.stop())

  const store = async (to: TestServer, content: string): Promise<Memory> =>
    (await to.rest<{ memory: Memory }>('POST', '/memory', { agent: 'alice', body: { content } })).body.memory
  const backUp = async (of: TestServer): Promise<Backup> =>
    (await of.rest<{ backup: Backup }>('POST', '/backups', { headers: of.owner })).body.backup
  const backups = async (of: TestServer): Promise<Backup[]> =>
    (await of.rest<{ backups: Backup[] }>('GET', '/backups', { headers: of.owner })).body.backups
  const restore = (to: TestServer, name: string, query = ''): Promise<RestAnswer<RestoreSummary>> =>
    to.rest<RestoreSummary>('POST', `/backups/${name}/restore${query}`, { headers: to.owner })
  const read = (of: TestServer, { id }: Memory): Promise<RestAnswer<{ memory: Memory }>> =>
    of.rest<{ memory: Memory }>('GET', `/memory/${id}`, { agent: 'alice' })

  test('what was changed, deleted and erased is as it was, what was made since stays, and a second time nothing changes', async () => {
    const [edited, trashed, erased, same] = [
      await store(here, 'the harbour opens at six'),
      await store(here, 'the lighthouse is green'),
      await store(here, 'the ferry carries eleven cars'),
      await store(here, 'the quay is closed in winter'),
    ] as const
    const { name } = await backUp(here)
    await here.rest('PATCH', `/memory/${edited.id}`, { agent: 'alice', body: { content: 'the harbour opens at seven' } })
    await here.rest('DELETE', `/memory/${trashed.id}`, { agent: 'alice' })
    await here.rest('DELETE', `/memory/${erased.id}?permanent=true`, { headers: here.owner })
    const since = await store(here, 'the crane was sold')

    const trial = await restore(here, name, '?dry_run=true')
    expect(trial).toMatchObject({
      status: 200,
      body: { dry_run: true, backup: { name }, kinds: { memory: { new: 1, replaced: 2, unchanged: 1, skipped: {} } } },
    })
    expect([(await read(here, erased)).status, (await backups(here)).length], 'a trial changes nothing').toEqual([404, 1])

    const done = await restore(here, name)
    expect(done).toMatchObject({ status: 200, body: { dry_run: false, kinds: { memory: { new: 1, replaced: 2, unchanged: 1 } } } })
    expect((await backups(here)).find(({ kind }) => kind === 'before-restore')).toEqual(done.body.kept_as)
    for (const { id, content } of [edited, trashed, erased, same, since])
      expect((await read(here, { id } as Memory)).body.memory.content).toBe(content)
    const history = await here.rest<{ history: { action: string; before?: Memory }[] }>('GET', `/memory/${edited.id}/history`, {
      agent: 'alice',
    })
    expect(history.body.history[0], 'what it was before is not lost').toMatchObject({
      action: 'imported',
      before: { content: 'the harbour opens at seven' },
    })
    for (const query of ['ferry cars', 'harbour at six', 'lighthouse green']) {
      const found = await here.rest<{ memories: Memory[] }>('POST', '/memory/search', { agent: 'alice', body: { query, limit: 1 } })
      expect([edited, trashed, erased].map(({ id }) => id)).toContain(found.body.memories[0]?.id)
    }

    const copies = (await backups(here)).length
    const again = await restore(here, name)
    expect(again.body.kinds['memory']).toEqual({ new: 0, replaced: 0, unchanged: 4, skipped: {} })
    expect(again.body.kept_as).toBeUndefined()
    expect((await backups(here)).length, 'nothing to change, nothing to keep').toBe(copies)
    const folder = dirname(done.body.backup.file)
    expect(
      readdirSync(folder).filter((file) => file.startsWith('.')),
      'what it was read from is gone',
    ).toEqual([])
    const { body } = await here.rest<{ entries: { outcome: string; facts: object }[] }>('GET', '/audit?action=restore', {
      headers: here.owner,
    })
    expect(body.entries.map(({ facts }) => facts)).toMatchObject([
      { copy: name, dry_run: false, new: 0, replaced: 0 },
      { copy: name, dry_run: false },
      { copy: name, dry_run: true },
    ])
  })

  test('its progress comes line by line', async () => {
    const gone = await store(here, 'the buoy has a bell')
    const { name } = await backUp(here)
    await here.rest('DELETE', `/memory/${gone.id}?permanent=true`, { headers: here.owner })
    const answer = await fetch(`${here.apiUrl}/api/v1/backups/${name}/restore`, {
      method: 'POST',
      headers: { accept: 'application/x-ndjson', ...here.owner },
    })
    const notices = (await answer.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as RestoreNotice)
    expect(notices.at(-1)).toMatchObject({ summary: { kinds: { memory: { new: 1 } } } })
  })

  test('a name is a name: what is no backup of the folder is not there', async () => {
    const file = (await backUp(here)).file
    writeFileSync(join(dirname(file), 'mine.db'), readFileSync(file))
    for (const name of [
      'mine.db',
      '..%2Ftmws.db',
      '%2Fetc%2Fpasswd',
      'tmws-2026-11-22T09-30-00-123Z-manual.db',
      `..%2Fbackups%2F${file.split('/').at(-1)!}`,
      '.',
      '%00',
    ])
      expect([name, (await restore(here, name)).status]).toEqual([name, 404])
    expect((await restore(here, 'mine.db', '?force=true')).status, 'unknown fields are refused').toBe(400)
  })

  test('a damaged copy is refused with a sentence, and nothing is changed or left behind', async () => {
    const { name, file } = await backUp(here)
    const whole = readFileSync(file)
    writeFileSync(file, whole.subarray(0, Math.floor(whole.length / 2)))
    const refused = await here.rest<{ error: { code: string; message: string } }>('POST', `/backups/${name}/restore`, {
      headers: here.owner,
    })
    expect(refused).toMatchObject({ status: 503, body: { error: { code: 'unavailable' } } })
    expect(refused.body.error.message).toMatch(new RegExp(`^The backup ${name} cannot be read, and nothing was changed: `))
    expect(refused.body.error.message).not.toContain('.reading-')
    expect(readdirSync(dirname(file)).filter((one) => one.startsWith('.'))).toEqual([])
  })

  test('a backup that is an export is restored too, and two at once are not', async () => {
    const volatile = await TestServer.start({ TMWS_DATABASE_URL: 'volatile:', TMWS_RATE_LIMIT_COSTLY_REQUESTS: '100000' })
    const fleeting = await store(volatile, 'fleeting')
    const { name } = await backUp(volatile)
    await volatile.rest('PATCH', `/memory/${fleeting.id}`, { agent: 'alice', body: { content: 'changed' } })
    const both = await Promise.all([restore(volatile, name), restore(volatile, name)])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
    expect((await read(volatile, fleeting)).body.memory.content).toBe('fleeting')
    await volatile.stop()
  })
})
