import { copyFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '../../base/errors.ts'
import { silentLog } from '../../base/log.ts'
import { OWNER_SCOPE } from '../../contract/scope.ts'
import { headOf } from '../database-head.ts'
import { checkCopyAside } from './sqlite-check.ts'
import { openDatabase } from './sqlite-database.ts'
import { openConnection } from './sqlite-driver.ts'
import { changeKey } from './sqlite-encryption.ts'
import { inspectDatabase } from './sqlite-inspect.ts'
import { openSqliteMemoryStore } from './sqlite-memory-store.ts'
import { restoreDatabase } from './sqlite-restore.ts'

const KEY = `it's a passphrase of mine`
const OTHER = 'quite another passphrase'
const MARKER = 'MARKER-in-the-harbour-lighthouse'
const NOW = '2026-11-22T10:00:00.000Z'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tmws-encryption-'))
  file = join(folder, 'tmws.db')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const open = (key?: string) =>
  openSqliteMemoryStore({
    file,
    backupFolder: join(folder, 'backups'),
    synchronous: 'normal',
    log: silentLog,
    ...(key !== undefined && { key }),
  })

/** One memory, with its words in every index. */
async function fill(key?: string): Promise<void> {
  const store = await open(key)
  const memory = {
    id: '0199aaaa-0000-7000-8000-000000000001',
    content: `${MARKER} is green.`,
    summary: MARKER,
    tags: [MARKER],
    importance: 0.5,
    access_level: 'private' as const,
    shared_with: [],
    agent_id: 'owner',
    namespace: 'default',
    context: { [MARKER]: MARKER },
    pinned: false,
    created_at: NOW,
    links: [],
  }
  await store.insert(memory, { scope: OWNER_SCOPE, actor: 'owner', now: NOW })
  await store.update(memory.id, { content: `${MARKER} is red.` }, { scope: OWNER_SCOPE, actor: 'owner', now: NOW })
  await store.close()
}

async function contents(key?: string): Promise<string[]> {
  const store = await open(key)
  try {
    return (await store.list({ limit: 10, now: NOW, sort: 'newest' }, OWNER_SCOPE)).memories.map(({ content }) => content)
  } finally {
    await store.close()
  }
}

/** Every file in the folder that holds the marker in the clear. */
const leaking = () =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const path = join(folder, name)
    return statSync(path).isFile() && readFileSync(path).includes(MARKER)
  })

const refusal = async (work: () => unknown): Promise<AppError> => {
  try {
    await work()
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('It was not refused.')
}

describe('a database with a key', () => {
  test('is nowhere in the clear: not in the file, its log while it is open, or its copies', async () => {
    await fill(KEY)
    const store = await open(KEY)
    await store.insert(
      {
        id: '0199aaaa-0000-7000-8000-000000000002',
        content: `${MARKER} again`,
        tags: [],
        importance: 0.5,
        access_level: 'private',
        shared_with: [],
        agent_id: 'owner',
        namespace: 'default',
        context: {},
        pinned: false,
        created_at: NOW,
        links: [],
      },
      { scope: OWNER_SCOPE, actor: 'owner', now: NOW },
    )
    const copy = join(folder, 'backups', 'copy.db')
    await store.backup(copy)
    expect(statSync(`${file}-wal`).size).toBeGreaterThan(0)
    expect(leaking()).toEqual([])
    await store.close()
    expect(leaking()).toEqual([])
    expect(headOf(copy, statSync(copy).size)).toBe('encrypted')
    await checkCopyAside(copy, KEY)
    expect(inspectDatabase(file, KEY)).toEqual([])
    expect(await contents(KEY)).toHaveLength(2)
  })

  test.each([
    ['another key', OTHER, /does not open with this TMWS_DATABASE_KEY/],
    ['no key', undefined, /is encrypted, and no key is given/],
  ])('is refused with %s in one sentence, and stays as it is', async (_what, key, sentence) => {
    await fill(KEY)
    const before = readFileSync(file)
    for (const work of [
      () => open(key),
      () => openDatabase({ file, backupFolder: folder, synchronous: 'normal', key, readOnly: true }),
      () => inspectDatabase(file, key),
      () => openConnection(file, { key }),
    ]) {
      const refused = await refusal(work)
      expect([refused.code, refused.message]).toEqual(['forbidden', expect.stringMatching(sentence)])
      expect(refused.message).not.toContain(OTHER)
    }
    expect(readFileSync(file).equals(before)).toBe(true)
    expect(await contents(KEY)).toEqual([`${MARKER} is red.`])
  })

  test('is restored from a copy with the same key, and from no other', async () => {
    await fill(KEY)
    const [copy, foreign, aside] = ['copy.db', 'foreign.db', 'aside.db'].map((name) => join(folder, name)) as [string, string, string]
    copyFileSync(file, copy)
    copyFileSync(file, foreign)
    changeKey({ file: foreign, from: KEY, to: OTHER })
    const before = readFileSync(file)
    expect((await refusal(() => restoreDatabase({ copy: foreign, file, aside, key: KEY }))).message).toMatch(/does not open with this/)
    expect(readFileSync(file).equals(before)).toBe(true)
    expect(restoreDatabase({ copy, file, aside, key: KEY })).toBe(true)
    expect([await contents(KEY), leaking()]).toEqual([[`${MARKER} is red.`], []])
  })
})

describe('a plain database', () => {
  test('is refused with a key, and stays as it is', async () => {
    await fill()
    const before = readFileSync(file)
    expect((await refusal(() => open(KEY))).message).toMatch(/is not encrypted, but TMWS_DATABASE_KEY is set.*tmws encrypt/)
    expect(readFileSync(file).equals(before)).toBe(true)
    expect(leaking()).toEqual(['tmws.db'])
  })

  test('becomes an encrypted one and a plain one again, with everything in it', async () => {
    await fill()
    changeKey({ file, to: KEY })
    expect([headOf(file, statSync(file).size), leaking(), readdirSync(folder)]).toEqual(['encrypted', [], ['tmws.db']])
    expect(await contents(KEY)).toEqual([`${MARKER} is red.`])
    changeKey({ file, from: KEY, to: OTHER })
    expect(await contents(OTHER)).toEqual([`${MARKER} is red.`])
    changeKey({ file, from: OTHER })
    expect([headOf(file, statSync(file).size), await contents()]).toEqual(['sqlite', [`${MARKER} is red.`]])
  })

  test('is not touched while somebody has it open, or when the work cannot be done', async () => {
    await fill()
    const reader = openConnection(file)
    reader.prepare('SELECT count(*) FROM memories').get()
    const before = readFileSync(file)
    expect((await refusal(() => changeKey({ file, to: KEY }))).code).toBe('conflict')
    reader.close()
    expect((await refusal(() => changeKey({ file, from: OTHER, to: KEY }))).code).toBe('forbidden')
    expect((await refusal(() => changeKey({ file: join(folder, 'none.db'), to: KEY }))).code).toBe('not_found')
    expect([readFileSync(file).equals(before), existsSync(`${file}.rekeyed`)]).toEqual([true, false])
    expect(await contents()).toEqual([`${MARKER} is red.`])
  })

  test('that is damaged is still called damaged, not encrypted', async () => {
    writeFileSync(file, 'this is no database '.repeat(1_000))
    expect((await refusal(() => open())).message).toMatch(/is damaged/)
    writeFileSync(file, Buffer.alloc(8192))
    expect((await refusal(() => open())).message).toMatch(/is damaged/)
  })
})
