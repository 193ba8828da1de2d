import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '../base/errors.ts'
import type { ErrorCode } from '../contract/errors.ts'
import { agentScope, changes, draft, grants, openMemoryParts, owner, START } from '../server/testing/memory-parts.ts'
import type { MemoryParts } from '../server/testing/memory-parts.ts'

const alice = agentScope('alice', 'team-a')
const mate = agentScope('mate', 'team-a')
const bob = agentScope('bob', 'team-b')
const admin = agentScope('admin', 'default', true)
const HOUR = 3_600_000
const NOBODY = '00000000-0000-7000-8000-000000000000'

let parts: MemoryParts
beforeEach(async () => {
  parts = await openMemoryParts()
})
afterEach(() => parts.close())

async function codeOf(work: Promise<unknown>): Promise<ErrorCode | 'done'> {
  return work.then(
    () => 'done',
    (error: unknown) => {
      if (error instanceof AppError) return error.code
      throw error
    },
  )
}

async function stored(content: string, more: Parameters<typeof draft>[1] = {}, scope = alice): Promise<string> {
  return (await parts.writer.store(draft(content, more), scope)).memory.id
}

describe('storing', () => {
  test('keeps everything that was given, and answers with it', async () => {
    const other = await stored('another')
    const { memory } = await parts.writer.store(
      draft('  verbatim\n', {
        summary: 's',
        tags: ['a', 'b', 'a'],
        importance: 0.9,
        context: { n: 1 },
        pinned: true,
        source_url: 'https://x.example/',
        ttl_seconds: 60,
        links: [{ to: other, kind: 'causes' }],
      }),
      alice,
    )
    expect(memory).toEqual({
      id: expect.any(String) as string,
      content: '  verbatim\n',
      summary: 's',
      tags: ['a', 'b'],
      importance: 0.9,
      access_level: 'private',
      shared_with: [],
      agent_id: 'alice',
      namespace: 'team-a',
      context: { n: 1 },
      pinned: true,
      source_url: 'https://x.example/',
      created_at: '2026-11-22T10:00:00.000Z',
      updated_at: '2026-11-22T10:00:00.000Z',
      expires_at: '2026-11-22T10:01:00.000Z',
      access_count: 0,
      version: 1,
      links: [{ to: other, kind: 'causes' }],
    })
    expect(await parts.reader.recall(memory.id, owner)).toEqual(memory)
  })

  test('the same content of the same agent in the same namespace is one memory', async () => {
    const first = await parts.writer.store(draft('once', { tags: ['a'] }), alice)
    const again = await parts.writer.store(draft('once', { tags: ['b'], importance: 1 }), alice)
    expect(again).toEqual({ memory: first.memory, duplicate_of: first.memory.id })
    expect(parts.announced.map(({ event }) => event.type)).toEqual(['memory-stored'])
  })

  test.each([
    ['another agent', mate, 'once'],
    ['another namespace', agentScope('alice', 'team-b'), 'once'],
    ['one blank more', alice, 'once '],
    ['another case', alice, 'Once'],
    ['the same look in another normal form', alice, 'onc\u0065\u0301'],
  ])('%s makes another memory', async (_what, scope, content) => {
    const id = await stored('once')
    const other = await parts.writer.store(draft(content), scope)
    expect([other.duplicate_of, other.memory.id === id]).toEqual([undefined, false])
  })

  test('what is in the trash or expired is no duplicate', async () => {
    const trashed = await stored('gone')
    await parts.writer.trash(trashed, alice)
    const expired = await stored('short', { ttl_seconds: 60 })
    parts.clock.advance(HOUR)
    expect([await stored('gone'), await stored('short')]).not.toEqual([trashed, expired])
  })

  test('many at once are one memory when they are the same', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => parts.writer.store(draft('a race'), alice)))
    expect(new Set(answers.map(({ memory }) => memory.id)).size).toBe(1)
    expect(answers.filter((answer) => answer.duplicate_of === undefined)).toHaveLength(1)
  })

  test('the level system is for admins and the person', async () => {
    expect(await codeOf(parts.writer.store(draft('rule', { access_level: 'system' }), alice))).toBe('forbidden')
    expect(await codeOf(parts.writer.store(draft('rule', { access_level: 'system' }), admin))).toBe('done')
    expect(await codeOf(parts.writer.store(draft('other rule', { access_level: 'system' }), owner))).toBe('done')
    const id = await stored('mine')
    expect(await codeOf(parts.writer.update(changes(id, { access_level: 'system' }), alice))).toBe('forbidden')
  })

  test('grants without the level shared are refused, since they would do nothing', async () => {
    expect(await codeOf(parts.writer.store(draft('x', { access_level: 'team', shared_with: [{ agent_id: 'bob' }] }), alice))).toBe(
      'invalid_request',
    )
  })

  test('links to what one may not see, or to nothing, are refused alike', async () => {
    const hidden = await stored('of bob', {}, bob)
    for (const to of [hidden, NOBODY]) {
      const storing = parts.writer.store(draft('x', { links: [{ to, kind: 'relates' }] }), alice)
      await expect(storing).rejects.toMatchObject({ code: 'not_found', message: `There is no memory ${to}, or you may not see it.` })
    }
    const mine = await stored('mine')
    expect(await codeOf(parts.writer.update(changes(mine, { links: [{ to: hidden, kind: 'relates' }] }), alice))).toBe('not_found')
  })

  test('a grant in another time zone is kept in UTC', async () => {
    const { memory } = await parts.writer.store(
      draft('x', { access_level: 'shared', shared_with: [{ agent_id: 'bob', expires_at: '2026-12-01T02:00:00+02:00' }] }),
      alice,
    )
    expect(memory.shared_with).toEqual([{ agent_id: 'bob', permission: 'read', expires_at: '2026-12-01T00:00:00.000Z' }])
  })
})

describe('time to live', () => {
  test('ends at the second it says, on every path', async () => {
    const id = await stored('short', { ttl_seconds: 60, tags: ['t'] })
    parts.clock.advance(59_999)
    expect(await parts.reader.count(alice)).toBe(1)
    parts.clock.advance(1)
    expect([await parts.reader.count(alice), await codeOf(parts.reader.recall(id, alice)), await parts.reader.tags(alice, 10)]).toEqual([
      0,
      'not_found',
      [],
    ])
    expect(await codeOf(parts.writer.update(changes(id, { pinned: true }), alice))).toBe('not_found')
  })

  test('can be taken away and set, and never to what has passed', async () => {
    const id = await stored('short', { ttl_seconds: 60 })
    expect((await parts.writer.update(changes(id, { expires_at: null }), alice)).memory.expires_at).toBeUndefined()
    expect((await parts.writer.update(changes(id, { expires_at: '2026-11-23T00:00:00+01:00' }), alice)).memory.expires_at).toBe(
      '2026-11-22T23:00:00.000Z',
    )
    expect(await codeOf(parts.writer.update(changes(id, { expires_at: '2026-11-22T10:00:00Z' }), alice))).toBe('invalid_request')
  })
})

describe('updating', () => {
  test('changes what is named, keeps the rest, and raises the version', async () => {
    const { memory } = await parts.writer.store(draft('old', { summary: 's', tags: ['a'], source_url: 'https://x.example/' }), alice)
    parts.clock.advance(1_000)
    const { memory: updated } = await parts.writer.update(changes(memory.id, { content: 'new', summary: null, tags: ['b', 'b'] }), alice)
    const { summary: _, ...rest } = memory
    expect(updated).toEqual({ ...rest, content: 'new', tags: ['b'], version: 2, updated_at: '2026-11-22T10:00:01.000Z' })
  })

  test('nothing to change is refused', async () => {
    const id = await stored('x')
    expect(await codeOf(parts.writer.update(changes(id, {}), alice))).toBe('invalid_request')
    expect(await codeOf(parts.writer.update(changes(id, { expected_version: 1 }), alice))).toBe('invalid_request')
  })

  test('an older version in mind is a conflict', async () => {
    const id = await stored('x')
    await parts.writer.update(changes(id, { pinned: true, expected_version: 1 }), alice)
    expect(await codeOf(parts.writer.update(changes(id, { pinned: false, expected_version: 1 }), alice))).toBe('conflict')
  })

  test('of ten at once with one version in mind, one wins', async () => {
    const id = await stored('x')
    const codes = await Promise.all(
      Array.from({ length: 10 }, (_, i) => codeOf(parts.writer.update(changes(id, { content: `y${i}`, expected_version: 1 }), alice))),
    )
    expect(codes.toSorted()).toEqual([...Array<string>(9).fill('conflict'), 'done'])
  })

  test('taking away the level shared takes the grants along', async () => {
    const id = await stored('x', { access_level: 'shared', shared_with: [{ agent_id: 'bob' }] })
    expect((await parts.writer.update(changes(id, { access_level: 'private' }), alice)).memory.shared_with).toEqual([])
    await parts.writer.share(grants(id, { shared_with: [{ agent_id: 'carol' }] }), alice)
    expect(await codeOf(parts.reader.recall(id, bob))).toBe('not_found')
  })
})

describe('rights', () => {
  test('404 to those who may not see, 403 to those who may only see', async () => {
    const hidden = await stored('hidden')
    const team = await stored('team', { access_level: 'team' })
    const readable = await stored('readable', { access_level: 'shared', shared_with: [{ agent_id: 'bob' }] })
    const tries = (id: string, scope: typeof bob) => [
      parts.writer.update(changes(id, { content: 'x' }), scope),
      parts.writer.update(changes(id, { access_level: 'public' }), scope),
      parts.writer.share(grants(id, { shared_with: [{ agent_id: 'eve' }] }), scope),
      parts.writer.trash(id, scope),
      parts.writer.restore(id, undefined, scope),
      parts.writer.purge(id, scope),
    ]
    const outcomes = async (id: string, scope: typeof bob) => [...new Set(await Promise.all(tries(id, scope).map(codeOf)))]
    expect([await outcomes(hidden, bob), await outcomes(NOBODY, bob), await outcomes(team, mate), await outcomes(readable, bob)]).toEqual([
      ['not_found'],
      ['not_found'],
      ['forbidden'],
      ['forbidden'],
    ])
  })

  test('a grant to write allows the text and not the rights', async () => {
    const id = await stored('x', { access_level: 'shared', shared_with: [{ agent_id: 'bob', permission: 'write' }] })
    expect((await parts.writer.update(changes(id, { content: 'by bob', tags: ['t'], importance: 1 }), bob)).memory.version).toBe(2)
    expect(await codeOf(parts.writer.update(changes(id, { expires_at: '2027-01-01T00:00:00Z' }), bob))).toBe('forbidden')
    expect(await codeOf(parts.writer.trash(id, bob))).toBe('forbidden')
    expect((await parts.reader.history(id, alice, { limit: 5 })).history[0]).toMatchObject({ changed_by: 'bob', version: 2 })
  })

  test('a grant ends when it says', async () => {
    const expiresAt = new Date(START + HOUR).toISOString()
    const id = await stored('x', { access_level: 'shared', shared_with: [{ agent_id: 'bob', permission: 'write', expires_at: expiresAt }] })
    parts.clock.advance(HOUR - 1)
    expect(await codeOf(parts.writer.update(changes(id, { content: 'y' }), bob))).toBe('done')
    parts.clock.advance(1)
    expect(await codeOf(parts.writer.update(changes(id, { content: 'z' }), bob))).toBe('not_found')
  })

  test('an agent that is no admin may not touch its own memory of level system', async () => {
    const id = await stored('rule', { access_level: 'system' }, admin)
    const demoted = agentScope('admin')
    expect(await codeOf(parts.writer.update(changes(id, { content: 'x' }), demoted))).toBe('forbidden')
    expect(await codeOf(parts.writer.trash(id, demoted))).toBe('forbidden')
  })

  test('erasing for good is for the person', async () => {
    const id = await stored('x')
    expect(await codeOf(parts.writer.purge(id, alice))).toBe('forbidden')
    await parts.writer.trash(id, alice)
    await parts.writer.purge(id, owner)
    expect(await codeOf(parts.reader.recall(id, owner))).toBe('not_found')
    expect(parts.announced.at(-1)).toMatchObject({ event: { type: 'memory-purged', memory_id: id, by: 'owner' } })
  })
})

test('every change is announced once, with what decides who may hear it', async () => {
  const id = await stored('x', { access_level: 'shared', shared_with: [{ agent_id: 'bob' }] })
  await parts.writer.update(changes(id, { content: 'y' }), alice)
  await parts.writer.trash(id, alice)
  await parts.writer.restore(id, undefined, alice)
  expect(parts.announced.map(({ event }) => event.type)).toEqual(['memory-stored', 'memory-updated', 'memory-deleted', 'memory-restored'])
  expect(parts.announced[0]).toMatchObject({
    event: { memory_id: id, by: 'alice', at: '2026-11-22T10:00:00.000Z' },
    access: { agent_id: 'alice', access_level: 'shared', shared_with: [{ agent_id: 'bob' }] },
  })
})
