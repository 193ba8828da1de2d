import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AppError, notFound } from '../base/errors.ts'
import { silentLog } from '../base/log.ts'
import type { SessionInfo } from '../contract/session.ts'
import type { ToolExamples } from '../contract/examples/tool-example.ts'
import { fillPlaceholders } from '../contract/testing/fill-placeholders.ts'
import { TOOL_EXAMPLES } from '../contract/tool-examples.ts'
import { TOOLS } from '../contract/tools.ts'
import type { ToolName } from '../contract/tools.ts'
import { agentScope, openMemoryParts, owner } from '../server/testing/memory-parts.ts'
import type { MemoryParts } from '../server/testing/memory-parts.ts'
import { createTools } from './create-tools.ts'
import type { SystemReport } from './system-report.ts'
import type { ToolContext } from './tool.ts'
import { ToolRunner } from './tool-runner.ts'

const AT = '2026-11-22T10:00:00.000Z'
const INFO: SessionInfo = {
  session_id: 's1',
  agent_id: 'alice',
  namespace: 'default',
  transport: 'websocket',
  started_at: AT,
  last_seen_at: AT,
  duration_seconds: 0,
  requests: 1,
  errors: 0,
  bytes_in: 0,
  bytes_out: 0,
  latency_ms: { p50: 1, p95: 2 },
  pending_requests: 0,
  subscriptions: 0,
}
const check = { status: 'healthy' } as const
const system: SystemReport = {
  health: () =>
    Promise.resolve({
      status: 'healthy',
      version: '1',
      uptime_seconds: 1,
      checks: { storage: check, embedding: check, state: check, sessions: check },
    }),
  stats: () =>
    Promise.resolve({
      total_sessions: 1,
      unique_agents: 1,
      average_session_duration_seconds: 1,
      ws_connections: 1,
      api_requests_total: 1,
      memory_operations_total: 1,
      uptime_seconds: 1,
      total_memories: 1,
    }),
  sessions: () => Promise.resolve([INFO]),
  session: (id) => (id === 's1' ? Promise.resolve(INFO) : Promise.reject(notFound('session', id))),
  disconnect: (id) => (id === 's1' ? Promise.resolve(INFO) : Promise.reject(notFound('session', id))),
}

let parts: MemoryParts
let logged: unknown[] = []
beforeAll(async () => {
  parts = await openMemoryParts()
})
afterAll(() => parts.close())

function runner(profile: 'core' | 'standard' | 'all' = 'standard'): ToolRunner {
  return new ToolRunner(createTools({ ...parts, system }), () => profile)
}

function context(more: Partial<ToolContext> = {}): ToolContext {
  logged = []
  return {
    scope: agentScope('alice'),
    caller: {
      id: 's1',
      transport: 'websocket',
      capabilities: { search: true },
      info: () => INFO,
      isConnection: true,
      switches: { count: 0, latest: [] },
      become: () => undefined,
    },
    signal: new AbortController().signal,
    log: { ...silentLog, error: (facts) => logged.push(facts) },
    ...more,
  }
}

function call(
  name: string,
  args: unknown,
  more: Partial<ToolContext> = {},
  audience: 'model' | 'rest' = 'rest',
): Promise<Record<string, unknown>> {
  return runner().call(name, args, context(more), audience)
}

async function refusal(
  name: string,
  args: unknown,
  audience: 'model' | 'rest' = 'rest',
  more: Partial<ToolContext> = {},
): Promise<AppError> {
  const error: unknown = await call(name, args, more, audience).then(
    () => new Error('it was accepted'),
    (thrown: unknown) => thrown,
  )
  if (error instanceof AppError) return error
  throw error as Error
}

describe.each(Object.keys(TOOLS) as ToolName[])('%s', (name) => {
  const { valid, refused }: ToolExamples = TOOL_EXAMPLES[name]
  const as = (by?: 'owner') => (by === 'owner' ? { scope: owner } : {})
  const making = { call: (tool: ToolName, input: unknown, by?: 'owner') => call(tool, input, as(by)), connect: () => Promise.resolve('s1') }

  test.each(valid)('answers as its output schema says: $title', async (example) => {
    const answer = await call(name, (await fillPlaceholders(example, making)).input, as(example.by))
    const parsed = TOOLS[name].output.strict().safeParse(JSON.parse(JSON.stringify(answer)))
    expect(parsed.error?.issues).toBeUndefined()
  })

  test.each(refused)('refuses: $title', async (example) => {
    const { input, code, says, by } = await fillPlaceholders(example, making)
    const error = await refusal(name, input, 'rest', as(by))
    expect([error.code, error.message]).toEqual([code, expect.stringContaining(says)])
  })
})

describe('what a model is shown', () => {
  test('grows with the profile, and never holds what is for REST alone', () => {
    const names = (profile: 'core' | 'standard' | 'all') =>
      runner(profile)
        .list()
        .map((tool) => tool.name)
    expect(names('core')).toEqual(['store_memory', 'semantic_search', 'recall_memory', 'update_memory', 'delete_memory'])
    expect(names('standard')).toEqual(expect.arrayContaining(names('core')))
    expect(names('all')).toEqual(
      Object.values(TOOLS)
        .filter((tool) => tool.profile !== 'rest')
        .map((tool) => tool.name),
    )
  })

  test('is less than it may call by name, except for what is for REST alone', async () => {
    expect(await call('create_memory', { content: 'by the older name' }, {}, 'model')).toHaveProperty('memory')
    for (const name of ['list_tags', 'list_sessions', 'get_memory_links']) expect((await refusal(name, {}, 'model')).code).toBe('not_found')
  })

  test.each(['no_such_tool', '__proto__', 'constructor', '', 'x'.repeat(10_000), '\ud800'])(
    'of %j it hears that there is none, and which there are',
    async (name) => {
      const error = await refusal(name, {})
      expect([error.code, error.message.length < 700, error.message.isWellFormed()]).toEqual(['not_found', true, true])
      expect(error.message).toContain('Known tools: store_memory, semantic_search')
    },
  )
})

describe('arguments that are not right', () => {
  test.each<[string, string, unknown, string]>([
    ['a missing field', 'store_memory', {}, 'content is required.'],
    ['null for a text', 'store_memory', { content: null }, 'content is not valid: expected string, received null (got null).'],
    ['a number out of range', 'store_memory', { content: 'x', importance: 2 }, 'importance must be 1 or less (got 2).'],
    ['text for a number', 'store_memory', { content: 'x', importance: 'high' }, 'importance must be a number from 0 to 1 (got "high").'],
    [
      'an unknown word',
      'semantic_search',
      { query: 'x', mode: 'magic' },
      'mode is not valid: expected one of "hybrid"|"vector"|"keyword" (got "magic").',
    ],
    [
      'a bad item of a list',
      'store_memory',
      { content: 'x', tags: ['ok', ' bad'] },
      'tags[1] must not start or end with white space (got " bad").',
    ],
    [
      'a bad field of an item',
      'store_memory',
      { content: 'x', links: [{ to: 'nonsense', kind: 'relates' }] },
      'links[0].to must be a UUID in lower case, as `id` of a stored memory (got "nonsense").',
    ],
    [
      'an unknown field of an item',
      'share_memory',
      { memory_id: '00000000-0000-7000-8000-000000000000', shared_with: [{ agent_id: 'b', level: 1 }] },
      'Unknown field "level" in shared_with[0].',
    ],
    ['an unknown field', 'health_check', { verbose: true }, 'Unknown field "verbose". It takes no fields.'],
    ['a list for all', 'health_check', [], 'The arguments of health_check must be a JSON object (got a list of 0).'],
    ['text for all', 'health_check', 'x', 'The arguments of health_check must be a JSON object (got "x").'],
    ['neither id nor query', 'recall_memory', {}, 'recall_memory needs either memory_id or query, and not both.'],
    [
      'both id and query',
      'recall_memory',
      { memory_id: '00000000-0000-7000-8000-000000000000', query: 'x' },
      'recall_memory needs either memory_id or query, and not both.',
    ],
  ])('%s is refused in a sentence', async (_what, name, args, sentence) => {
    const error = await refusal(name, args)
    expect([error.code, error.message]).toEqual(['invalid_request', sentence])
  })

  test('an unknown field comes with the known ones', async () => {
    const error = await refusal('store_memory', { content: 'x', text: 'y', colour: 1 })
    expect(error.message).toMatch(/^Unknown field "text", "colour"\. Known fields: content, summary, tags, importance,/)
    expect(error.details).toEqual({ fields: ['text', 'colour'] })
  })

  test('values are repeated clipped, and many problems are summed up', async () => {
    const long = await refusal('store_memory', { content: 'x', importance: 'y'.repeat(100_000) })
    expect(long.message).toBe(`importance must be a number from 0 to 1 (got "${'y'.repeat(60)}…" of 100000 characters).`)
    const error = await refusal('store_memory', { content: 'x', tags: Array.from({ length: 40 }, () => ' bad') })
    expect(error.message.length).toBeLessThan(1_000)
    expect(error.message).toMatch(/And 35 more problems\.$/)
    const names = await refusal('store_memory', { content: 'x', ['k'.repeat(100_000)]: 1 })
    expect(names.message.length + JSON.stringify(names.details).length).toBeLessThan(1_000)
    const text = await refusal('health_check', 'x'.repeat(100_000))
    expect(text.message.length).toBeLessThan(300)
    const many = await refusal('health_check', Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`field-${i}`, 1])))
    expect(many.message.length + JSON.stringify(many.details).length).toBeLessThan(3_000)
  })

  test('a lone surrogate is refused and not repeated', async () => {
    const error = await refusal('store_memory', { content: 'a\ud800b' })
    expect([error.code, error.message.isWellFormed()]).toEqual(['invalid_request', true])
    expect(error.message).toContain('lone surrogate')
  })

  test('a field named like a part of the language is unknown, and changes nothing', async () => {
    for (const json of [
      '{"content":"x","__proto__":{"importance":1}}',
      '{"content":"x","constructor":1}',
      '{"content":"x","toString":1}',
    ]) {
      expect((await refusal('store_memory', JSON.parse(json))).code).toBe('invalid_request')
    }
  })

  test('nesting without end is refused', async () => {
    let deep: unknown = {}
    for (let i = 0; i < 100_000; i += 1) deep = { a: deep }
    expect((await refusal('store_memory', { content: 'x', context: deep })).code).toBe('invalid_request')
    expect((await refusal('store_memory', deep)).code).toBe('invalid_request')
    expect((await refusal('semantic_search', { query: deep })).code).toBe('invalid_request')
  })
})

describe('a failure inside', () => {
  test('is logged with its cause, and shows nothing of it', async () => {
    const broken: SystemReport = { ...system, health: () => Promise.reject(new Error('password=1')) }
    const failing = new ToolRunner(createTools({ ...parts, system: broken }), () => 'standard')
    const error: unknown = await failing.call('health_check', {}, context(), 'rest').catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'internal' })
    expect((error as AppError).message).not.toContain('password')
    expect(logged).toMatchObject([{ tool: 'health_check', err: { message: 'password=1' } }])
  })

  test('of a call that was cancelled is no bug', async () => {
    const abort = new AbortController()
    const broken: SystemReport = { ...system, health: () => (abort.abort(), Promise.reject(new Error('aborted'))) }
    const failing = new ToolRunner(createTools({ ...parts, system: broken }), () => 'standard')
    await expect(failing.call('health_check', {}, context({ signal: abort.signal }), 'rest')).rejects.toMatchObject({ code: 'unavailable' })
    expect(logged).toEqual([])
  })
})

test('the person is known as such', async () => {
  expect(await call('get_agent_info', {}, { scope: owner })).toMatchObject({ agent_id: 'owner', is_owner: true })
})
