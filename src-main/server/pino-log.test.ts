import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { withCallContext } from '../base/call-context.ts'
import { newSecret } from '../base/ids.ts'
import { inBackground, noSpan, withinSpan } from '../base/tracer.ts'
import { openLog } from './pino-log.ts'
import type { LogOptions } from './pino-log.ts'

const KEEP = { maxSizeBytes: 64 * 1024, keepFiles: 3, keepDays: 30 }
const quiet = vi.hoisted(() => ({ chunks: [] as string[] }))

// What goes to stderr would fill the report of the tests.
vi.mock('pino-pretty', () => ({ default: () => ({ write: (chunk: string) => quiet.chunks.push(chunk) }) }))

let folder = ''
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tmws-log-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const open = (options: Partial<LogOptions> = {}) => openLog({ level: 'info', format: 'pretty', folder, ...KEEP, ...options })
const files = () => readdirSync(folder).sort()
const lines = (name = 'tmws.log') =>
  readFileSync(join(folder, name), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

describe('the log', () => {
  test('says what happened in one JSON object a line, with its level, time and subsystem', async () => {
    const { log, close } = open()
    log.child('storage').warn({ operation: 'insert', duration_ms: 70 }, 'the store was slow')
    log.debug({}, 'not at this level')
    await close()
    const [line, ...others] = lines()
    expect(others).toEqual([])
    expect(line).toMatchObject({ level: 'warn', subsystem: 'storage', operation: 'insert', duration_ms: 70, msg: 'the store was slow' })
    expect(line?.['time']).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  })

  test('names the call that a line was written for, through timers, promises and nested calls', async () => {
    const { log, close } = open()
    const context = { requestId: 'r1', sessionId: 's1', agentId: 'a1', address: '127.0.0.1' }
    await withCallContext(context, async () => {
      await delay(1)
      log.info({}, 'inside')
      await withinSpan({ ...noSpan, traceId: 't1' }, async () => {
        await delay(1)
        log.info({}, 'deeper')
      })
      inBackground(() => log.info({}, 'woken'))
    })
    log.info({}, 'outside')
    await close()
    const named = { request_id: 'r1', session_id: 's1', agent_id: 'a1', address: '127.0.0.1' }
    expect(lines().map(({ level: _, time: __, pid: ___, hostname: ____, ...rest }) => rest)).toEqual([
      { ...named, msg: 'inside' },
      { ...named, trace_id: 't1', msg: 'deeper' },
      { msg: 'woken' },
      { msg: 'outside' },
    ])
  })

  test('holds no secret and no memory on either of its ways', async () => {
    const { log, close } = open({ level: 'debug' })
    const [bearer, word] = [`tmws_${newSecret()}`, 'hunter2hunter2']
    const facts = {
      headers: { authorization: `Bearer ${bearer}`, cookie: `tmws_owner=${word}` },
      deep: { deeper: { token: word, list: [{ content: word }] } },
      err: Object.assign(new Error(`postgresql://tmws:${word}@db/x`, { cause: new Error(`Bearer ${word}`) }), { query: word }),
    }
    for (const level of ['debug', 'info', 'warn', 'error'] as const) log.child('x')[level](facts, `with ${bearer} and password=${word}`)
    await close()
    const written = readFileSync(join(folder, 'tmws.log'), 'utf8') + quiet.chunks.join('')
    expect(written).not.toContain(word)
    expect(written).not.toContain(bearer)
    expect(lines()).toHaveLength(4)
  })
})

describe('the log file', () => {
  test('is set aside at its size; so many are kept; only its owner reads any of them', async () => {
    writeFileSync(join(folder, 'tmws.log'), '')
    chmodSync(join(folder, 'tmws.log'), 0o644)
    writeFileSync(join(folder, 'notes.txt'), 'mine')
    const { log, close } = open({ keepFiles: 2 })
    for (let round = 0; round < 6; round++) {
      for (let line = 0; line < 40; line++) log.info({ round, filler: 'many words '.repeat(200) }, 'a long line')
      await delay(60)
    }
    await close()
    const aside = files().filter((name) => /^\d{8}-\d{4}-\d\d-tmws\.log$/.test(name))
    expect(aside).toHaveLength(2)
    expect(files()).toEqual([...aside, 'notes.txt', 'tmws.log'].sort())
    for (const name of [...aside, 'tmws.log']) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
    // The newest are what is kept, and whole lines.
    expect(lines(aside.at(-1))[0]?.['round']).toBeGreaterThan(2)
  })

  test('is set aside when its time is over, and those too old are removed', async () => {
    const old = new Date(Date.now() - 31 * 86_400_000)
    for (const name of ['20250101-0000-01-tmws.log', '20250102-0000-01-tmws.log']) {
      writeFileSync(join(folder, name), 'old\n')
      utimesSync(join(folder, name), old, old)
    }
    writeFileSync(join(folder, '20250103-0000-01-tmws.log'), 'younger than it says\n')
    const { log, close } = open({ interval: '1s' })
    log.info({}, 'first')
    await vi.waitFor(() => expect(files().filter((name) => name !== 'tmws.log')).toHaveLength(2), { timeout: 5_000 })
    log.info({}, 'second')
    await close()
    expect(files()).toContain('20250103-0000-01-tmws.log')
    expect(files()).not.toContain('20250101-0000-01-tmws.log')
  })
})
