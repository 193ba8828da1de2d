import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { silentLog } from '../../base/log.ts'
import { importQuerySchema } from '../../contract/transfer.ts'
import type { ImportQuery, ImportSummary } from '../../contract/transfer.ts'
import { alice, at, by, put, T0 } from '../../storage/fixtures.conformance.ts'
import { openStores } from '../../storage/open-stores.ts'
import type { Stores } from '../../storage/open-stores.ts'
import { fillWithEverything, recordsOf } from '../../storage/transfer-fixtures.conformance.ts'
import { EVERYTHING } from '../../storage/transfer-store.ts'
import type { TransferSelection } from '../../storage/transfer-store.ts'
import { digestOf, exportData } from './export-data.ts'
import { importData } from './import-data.ts'
import { act, aPlan } from '../../storage/random-store.conformance.ts'

const root = mkdtempSync(join(tmpdir(), 'tmws-moving-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let serial = 0
const openSqlite = (): Promise<Stores> => {
  const folder = join(root, String(serial++))
  return openStores({ provider: 'sqlite', file: join(folder, 'tmws.db'), backupFolder: folder, synchronous: 'normal', log: silentLog })
}
const openVolatile = (): Promise<Stores> => openStores({ provider: 'volatile' })

/** Every dialect; a new one adds a line. */
const DIALECTS: Readonly<Record<string, () => Promise<Stores>>> = { sqlite: openSqlite, volatile: openVolatile }

async function exported(stores: Stores, selection: TransferSelection = EVERYTHING): Promise<string> {
  let text = ''
  for await (const part of exportData(stores.transfer, { selection, madeBy: 'tmws test' })) text += part
  return text
}

function imported(stores: Stores, file: string | Buffer, query: Partial<ImportQuery> = {}): Promise<ImportSummary> {
  const bytes = Buffer.from(file)
  async function* open(): AsyncGenerator<Buffer> {
    // Cut where no line ends.
    for (let from = 0; from < bytes.length; from += 1000) yield await Promise.resolve(bytes.subarray(from, from + 1000))
  }
  return importData(stores.transfer, open, { ...importQuerySchema.parse({}), now: at(60), actor: 'owner', continue_runs: true, ...query })
}

const closing = async (...all: Stores[]): Promise<void> => {
  for (const { memories } of all) await memories.close()
}

describe('the same content is the same file', () => {
  const names = Object.keys(DIALECTS)
  it.each(names.flatMap((from) => names.map((to) => [from, to] as const)))('%s -> %s -> %s', async (from, to) => {
    const [first, second, third] = [await DIALECTS[from]!(), await DIALECTS[to]!(), await DIALECTS[from]!()]
    await fillWithEverything(first)
    const file = await exported(first)
    await imported(second, file)
    expect(await exported(second)).toBe(file)
    await imported(third, await exported(second))
    expect(await exported(third)).toBe(file)
    expect(await digestOf(third.transfer, { selection: EVERYTHING })).toBe(
      (JSON.parse(file.trimEnd().split('\n').at(-1)!) as { body_sha256: string }).body_sha256,
    )
    await closing(first, second, third)
  })

  it('whatever agents did before', async () => {
    await fc.assert(
      fc.asyncProperty(aPlan, async (plan) => {
        const [first, second] = [await openVolatile(), await openSqlite()]
        const [third] = [await openVolatile()]
        await act(first, plan)
        const file = await exported(first)
        await imported(second, file)
        expect(await exported(second)).toBe(file)
        await imported(third, file)
        expect(await exported(third)).toBe(file)
        await closing(first, second, third)
      }),
      { numRuns: 10 },
    )
  }, 180_000)
})

describe('an import', () => {
  it('says what it did, and changes nothing the second time', async () => {
    const [from, to] = [await openVolatile(), await openSqlite()]
    await fillWithEverything(from)
    const file = await exported(from)
    expect(await imported(to, file, { dry_run: true })).toMatchObject({ dry_run: true, kinds: { memory: { new: 4, unchanged: 0 } } })
    expect((await to.transfer.count(EVERYTHING)).memory).toBe(0)
    expect(await imported(to, file)).toMatchObject({ format: 'tmws-export', bad_line_count: 0, kinds: { memory: { new: 4 } } })
    expect(await imported(to, file)).toMatchObject({ kinds: { memory: { new: 0, unchanged: 4 }, history: { new: 0 } } })
    expect(await imported(to, gzipSync(file))).toMatchObject({ kinds: { memory: { unchanged: 4 } } })
    await closing(from, to)
  })

  it('leaves, replaces or refuses what is different here', async () => {
    const [from, to] = [await openVolatile(), await openSqlite()]
    const memory = await put(from.memories, { content: 'first' })
    await imported(to, await exported(from))
    await to.memories.update(memory.id, { content: 'changed here' }, by(alice))
    await put(from.memories, { content: 'second' })
    const file = await exported(from)
    const before = await exported(to)
    await expect(imported(to, file, { on_conflict: 'fail' })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('1 records') as string,
    })
    expect(await exported(to)).toBe(before)
    expect(await imported(to, file)).toMatchObject({
      kinds: { memory: { new: 1, skipped: { conflict: 1 } } },
      kept: [{ line: 2, kind: 'memory', id: memory.id, reason: 'conflict' }],
    })
    expect(await imported(to, file, { on_conflict: 'replace' })).toMatchObject({ kinds: { memory: { replaced: 1, unchanged: 1 } } })
    expect(await imported(to, file, { on_conflict: 'replace' })).toMatchObject({ kinds: { memory: { replaced: 0, unchanged: 2 } } })
    await closing(from, to)
  })

  it('ends runs that had not ended, unless they are to go on', async () => {
    const [from, to] = [await openVolatile(), await openSqlite()]
    await fillWithEverything(from)
    const file = await exported(from)
    await imported(to, file, { continue_runs: false })
    const statuses = (await recordsOf(to.transfer)).flatMap((record) => (record.kind === 'execution' ? [record.run.execution.status] : []))
    expect(statuses.toSorted()).toEqual(['cancelled', 'completed'])
    expect(await imported(to, file, { continue_runs: false })).toMatchObject({ kinds: { execution: { new: 0 } } })
    await closing(from, to)
  })

  it('an export without history gets a first entry for each memory', async () => {
    const [from, to] = [await openVolatile(), await openSqlite()]
    const memory = await put(from.memories)
    await imported(to, await exported(from, { ...EVERYTHING, history: false }))
    const { entries } = await to.memories.history(memory.id, alice, { limit: 5, now: T0 })
    expect(entries).toMatchObject([{ action: 'imported', changed_by: 'owner' }])
    await closing(from, to)
  })
})

describe('a file that is not as it was written', () => {
  async function aFile(): Promise<{ file: string; lines: string[] }> {
    const from = await openVolatile()
    await fillWithEverything(from)
    const file = await exported(from)
    await closing(from)
    return { file, lines: file.trimEnd().split('\n') }
  }
  const joined = (lines: readonly string[]): string => `${lines.join('\n')}\n`

  it.each<readonly [string, (lines: string[]) => string | Buffer, RegExp]>([
    ['cut off between lines', (lines) => joined(lines.slice(0, -1)), /the end is missing/],
    ['cut off within a line', (lines) => joined(lines).slice(0, -300), /is no JSON|the end is missing/],
    [
      'cut off while packed',
      (lines) => gzipSync(joined(lines)).subarray(0, -20),
      /line \d+: the compressed data cannot be read to its end/,
    ],
    ['edited', (lines) => joined(lines.map((line) => line.replace('"of bob"', '"of eve"'))), /the checksum does not fit/],
    ['with a line less', (lines) => joined(lines.toSpliced(3, 1)), /the checksum does not fit|is not the memory before it/],
    ['with a line twice', (lines) => joined(lines.toSpliced(3, 0, lines[3]!)), /the checksum does not fit/],
    ['with a line that is no record', (lines) => joined(lines.with(2, '{"kind":"memory","id":"x"}')), /line 3: /],
    ['with an unknown field', (lines) => joined(lines.with(1, lines[1]!.replace('{"kind"', '{"odd":1,"kind"'))), /line 2: .*odd/],
    ['with something after its end', (lines) => joined([...lines, lines[1]!]), /comes after the end/],
    ['of a newer format', (lines) => joined(lines.with(0, lines[0]!.replace('"format_version":1', '"format_version":2'))), /install/],
    ['of something else', () => '{"hello":"world"}\n', /no file that can be imported/],
    ['that is empty', () => '', /it is empty/],
    ['that is a picture', () => Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0a, 0x00, 0xff]), /no file that can be imported/],
  ])('%s is refused before anything is written', async (_, damage, sentence) => {
    const { lines } = await aFile()
    const to = await openSqlite()
    await expect(imported(to, damage([...lines]))).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringMatching(sentence) as string,
    })
    expect(await to.transfer.count(EVERYTHING)).toMatchObject({ memory: 0, agent: 0 })
    await closing(to)
  })

  it('gives what can be read of it when that is asked for, and names every bad line', async () => {
    const { lines } = await aFile()
    const broken = joined(lines.with(1, '{"kind":"agent"}').with(2, 'nonsense').slice(0, -1))
    const to = await openSqlite()
    expect(await imported(to, broken, { accept_damage: true })).toMatchObject({
      bad_line_count: 3,
      bad_lines: [{ line: 2 }, { line: 3, reason: expect.stringContaining('is no JSON') as string }, { line: lines.length }],
      kinds: { memory: { new: 4 } },
    })
    await closing(to)
  })
})

describe('memory.jsonl of the MCP memory server', () => {
  const file = [
    '{"type":"entity","name":"Ada","entityType":"person","observations":["likes tea","was born in 1815"]}',
    '{"type":"entity","name":"Engine","entityType":"machine","observations":[]}',
    '{"type":"relation","from":"Ada","to":"Engine","relationType":"wrote_for"}',
  ].join('\n')

  it('becomes memories with tags, links and context; the same file again changes nothing', async () => {
    const to = await openSqlite()
    const query = { agent_id: 'imported', namespace: 'team-a' }
    expect(await imported(to, file, query)).toMatchObject({ format: 'mcp-memory', kinds: { memory: { new: 5 } } })
    const { memories } = await to.memories.list({ now: T0, limit: 10, sort: 'oldest' }, alice)
    const byContent = new Map(memories.map((memory) => [memory.content, memory]))
    expect([...byContent.keys()].toSorted()).toEqual([
      'Ada (person)',
      'Ada wrote for Engine',
      'Ada: likes tea',
      'Ada: was born in 1815',
      'Engine (machine)',
    ])
    expect(byContent.get('Ada: likes tea')).toMatchObject({
      tags: ['person', 'Ada'],
      access_level: 'team',
      agent_id: 'imported',
      context: { imported_from: 'mcp-memory', entity: 'Ada', entity_type: 'person' },
      links: [{ to: byContent.get('Ada (person)')!.id, kind: 'part_of' }],
    })
    expect(byContent.get('Ada wrote for Engine')!.links.map(({ to: id }) => id)).toEqual([
      byContent.get('Ada (person)')!.id,
      byContent.get('Engine (machine)')!.id,
    ])
    expect(await imported(to, file, { ...query })).toMatchObject({ kinds: { memory: { unchanged: 5 } } })
    await expect(imported(to, `${file}\n{"type":"entity"}\n`, query)).rejects.toMatchObject({
      message: expect.stringContaining('line 4: name') as string,
    })
    await closing(to)
  })

  it('that is cut off while packed is refused, or taken as far as it can be read', async () => {
    const to = await openSqlite()
    const cut = gzipSync(`${file}\n`).subarray(0, -3)
    await expect(imported(to, cut)).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('line 4: the compressed data cannot be read to its end') as string,
    })
    expect(await imported(to, cut, { accept_damage: true })).toMatchObject({ kinds: { memory: { new: 5 } }, bad_line_count: 1 })
    await closing(to)
  })
})
