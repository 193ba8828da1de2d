import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { RestClient } from './clients/rest-client.ts'
import { expect, test } from './fixtures.ts'
import { runNode } from './processes/child.ts'
import type { Finished } from './processes/child.ts'
import { BUILT } from './processes/places.ts'
import type { RunningServer, ServerPlace } from './processes/server-process.ts'
import { until } from './processes/until.ts'

test.describe.configure({ timeout: 120_000 })

const HASH = { TMWS_EMBEDDING_PROVIDER: 'hash' }

/** `tmws` on the folder of a place. */
function tmws(place: ServerPlace, args: readonly string[], timeoutMs = 60_000): Promise<Finished> {
  return runNode([BUILT.server, '--data-dir', place.dataDir, ...args], { env: place.environment(HASH), timeoutMs })
}

async function done(place: ServerPlace, ...args: string[]): Promise<Finished> {
  const finished = await tmws(place, args)
  expect([args[0], finished.code, finished.code === 0 ? '' : finished.stderr]).toEqual([args[0], 0, ''])
  return finished
}

async function store(server: RunningServer, agentId: string, count: number, text = 'note'): Promise<void> {
  const rest = new RestClient(server.apiUrl, { agentId })
  for (let i = 0; i < count; i++) {
    const { status } = await rest.post('/memory', { content: `${text} ${i} of ${agentId}: ${'word '.repeat(i % 40)}`, tags: [`t${i % 7}`] })
    expect(status).toBe(201)
  }
}

test(
  'a whole round by the command line: export, import elsewhere, export again, the same bytes',
  { tag: '@stores' },
  async ({ makePlace }) => {
    const [home, away] = [makePlace(), makePlace()]
    const server = await home.start({ env: HASH })
    await store(server, 'alice', 150)
    const file = join(home.folder, 'all.jsonl')
    await done(home, 'export', file, '--reproducible')
    expect((await tmws(home, ['export', file])).stderr).toContain('is there already')
    const { ids } = Object.fromEntries([['ids', readFileSync(file, 'utf8').split('\n').length - 3]])
    expect(ids).toBeGreaterThanOrEqual(300)
    await server.stop()
    expect((await done(away, 'import', file, '--dry-run')).stdout).toContain('memories: 150 new')
    expect((await done(away, 'import', file)).stdout).toContain('memories: 150 new')
    expect((await done(away, 'import', file)).stdout).toContain('memories: 0 new, 150 unchanged')
    expect((await done(away, 'audit', 'list')).stdout.match(/\bimport\b/g)).toHaveLength(3)
    const back = join(away.folder, 'back.jsonl.gz')
    await done(away, 'export', back, '--reproducible')
    expect(gunzipSync(readFileSync(back)).equals(readFileSync(file))).toBe(true)
    const toStdout = await done(away, 'export', '-', '--reproducible')
    expect(toStdout.stdout).toBe(readFileSync(file, 'utf8'))
  },
)

test('beside a running server with writers: every command works, and no write is lost', { tag: '@sqlite' }, async ({ makePlace }) => {
  const [home, elsewhere] = [makePlace(), makePlace()]
  const other = await elsewhere.start({ env: HASH })
  await store(other, 'carol', 200)
  const file = join(elsewhere.folder, 'carol.jsonl.gz')
  await done(elsewhere, 'export', file, '--vectors')
  const server = await home.start({ env: HASH })
  let isWriting = true
  let acknowledged = 0
  const writers = ['alice', 'bob'].map(async (agentId) => {
    const rest = new RestClient(server.apiUrl, { agentId })
    for (let i = 0; isWriting; i++)
      if ((await rest.post('/memory', { content: `write ${i} of ${agentId}` })).status === 201) acknowledged += 1
  })
  await done(home, 'export', join(home.folder, 'during.jsonl'))
  await done(home, 'import', file)
  const { stdout } = await done(home, 'backup')
  const target = join(home.folder, 'copy.db')
  await done(home, 'backup', '--to', target)
  isWriting = false
  await Promise.all(writers)
  expect(existsSync(stdout.trim())).toBe(true)
  expect((await done(home, 'backup', '--list')).stdout).toContain(stdout.trim())
  expect(readFileSync(target).subarray(0, 15).toString()).toBe('SQLite format 3')
  const stats = await new RestClient(server.apiUrl, { headers: { authorization: `Bearer ${server.ownerToken}` } }).get('/stats')
  expect(stats.body['total_memories']).toBe(acknowledged + 200)
  const refused = await tmws(home, ['restore', target])
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('A server runs on this data')])
  const found = await new RestClient(server.apiUrl, { agentId: 'carol' }).post('/memory/search', { query: 'note 7 of carol' })
  expect(found.body['count']).toBeGreaterThan(0)
})

test('restore brings back what a backup holds, and keeps what was there', { tag: '@sqlite' }, async ({ makePlace }) => {
  const place = makePlace()
  const server = await place.start({ env: HASH })
  await store(server, 'alice', 20, 'early')
  const copy = (await done(place, 'backup')).stdout.trim()
  await store(server, 'alice', 20, 'late')
  await server.stop()
  const { stdout } = await done(place, 'restore', copy)
  const aside = /kept as (.*)\n/.exec(stdout)?.[1] ?? ''
  expect((await done(place, 'audit', 'list')).stdout).toContain('restore')
  expect((await done(place, 'audit', 'verify')).stdout).toContain('is whole')
  const again = await place.start({ env: HASH })
  const rest = new RestClient(again.apiUrl, { agentId: 'alice' })
  expect((await rest.get('/memory')).body['total']).toBe(20)
  await again.stop()
  await done(place, 'restore', aside)
  const last = await place.start({ env: HASH })
  expect((await new RestClient(last.apiUrl, { agentId: 'alice' }).get('/memory')).body['total']).toBe(40)
})

test('killed in the middle of an import, the same import again completes it, once', { tag: '@sqlite' }, async ({ makePlace }) => {
  const [home, away] = [makePlace(), makePlace()]
  const file = join(home.folder, 'large.jsonl')
  await done(home, 'import', largeFile(home, 6000))
  await done(home, 'export', file, '--reproducible')
  const database = join(away.dataDir, 'tmws.db')
  const child = away.run(process.execPath, [BUILT.server, '--data-dir', away.dataDir, 'import', file], away.environment(HASH))
  // Some of it is in once the log of the database has grown.
  await until(
    'the import to be under way',
    () => existsSync(`${database}-wal`) && readFileSync(`${database}-wal`).length > 1_500_000,
    30_000,
    5,
  )
  await child.kill()
  const { stdout } = await done(away, 'import', file)
  expect(stdout).toMatch(/memories: [1-9]\d* new, [1-9]\d* unchanged/)
  await done(away, 'export', join(away.folder, 'again.jsonl'), '--reproducible')
  expect(readFileSync(join(away.folder, 'again.jsonl')).equals(readFileSync(file))).toBe(true)
})

test(
  'killed in the middle of a move, the same move again completes it; the source stays as it is',
  { tag: '@sqlite' },
  async ({ makePlace }) => {
    const [home, away] = [makePlace(), makePlace()]
    await done(home, 'import', largeFile(home, 6000))
    const source = join(home.dataDir, 'tmws.db')
    const before = readFileSync(source)
    const target = join(away.dataDir, 'tmws.db')
    const args = ['migrate', '--from', `sqlite:${source}`, '--to', `sqlite:${target}`]
    const child = away.run(process.execPath, [BUILT.server, '--data-dir', away.dataDir, ...args], away.environment(HASH))
    await until(
      'the move to be under way',
      () => existsSync(`${target}-wal`) && readFileSync(`${target}-wal`).length > 1_500_000,
      30_000,
      5,
    )
    await child.kill()
    const finished = await done(away, ...args)
    expect(finished.stdout).toContain('An unfinished move was completed.')
    expect(finished.stdout).toContain('Both hold the same')
    expect((await done(away, 'audit', 'list')).stdout).toContain('migrate')
    expect(readFileSync(source).equals(before)).toBe(true)
    const [there, here] = [join(away.folder, 'there.jsonl'), join(home.folder, 'here.jsonl')]
    await done(away, 'export', there, '--reproducible', '--vectors')
    await done(home, 'export', here, '--reproducible', '--vectors')
    expect(readFileSync(there).equals(readFileSync(here))).toBe(true)
    const again = await tmws(away, args)
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('The target is not empty')])
    const server = await home.start({ env: HASH })
    const refused = await tmws(away, [...args, '--merge'])
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining(server.apiUrl)])
  },
)

test('what cannot be done says why, and with what exit code', async ({ makePlace }) => {
  const place = makePlace()
  const foreign = join(place.folder, 'foreign.txt')
  writeFileSync(foreign, 'hello\n')
  copyFileSync(foreign, join(place.folder, 'same.db'))
  const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
    [['export'], 2, /missing required argument/],
    [['export', join(place.folder, 'x'), '--namespace', 'no spaces'], 1, /--namespace must start with a letter/],
    [['import', foreign], 1, /no file that can be imported/],
    [['import', join(place.folder, 'nowhere')], 1, /There is no file/],
    [['import', foreign, '--on-conflict', 'maybe'], 2, /Allowed choices are skip, replace, fail/],
    [['restore', foreign], 1, /no file that can be imported/],
    [['migrate', '--from', 'sqlite:/nowhere/x.db', '--to', `sqlite:${join(place.folder, 'y.db')}`], 1, /There is no database/],
    [['migrate', '--from', 'mysql://x', '--to', 'sqlite:y.db'], 1, /must be sqlite:PATH/],
  ]
  for (const [args, code, sentence] of cases) {
    const finished = await tmws(place, args)
    expect([args, finished.code, finished.stderr]).toEqual([args, code, expect.stringMatching(sentence)])
  }
})

/** A file of the MCP memory server with so many observations. */
function largeFile(place: ServerPlace, observations: number): string {
  const file = join(place.folder, 'memory.jsonl')
  const lines = Array.from({ length: observations / 10 }, (_, entity) =>
    JSON.stringify({
      type: 'entity',
      name: `entity ${entity}`,
      entityType: 'thing',
      observations: Array.from({ length: 10 }, (_one, n) => `observation ${n} of entity ${entity}, which is ${'long '.repeat(20)}`),
    }),
  )
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}
