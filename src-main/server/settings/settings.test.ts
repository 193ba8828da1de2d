import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Log, LogLevel } from '../../base/log.ts'
import { silentLog } from '../../base/log.ts'
import type { SettingInfo, SettingsReport } from '../../contract/settings.ts'
import { testConfig, TestServer } from '../testing/start-test-server.ts'
import type { Refusal } from '../testing/start-test-server.ts'

const levels: LogLevel[] = []
const log: Log = { ...silentLog, child: () => log, setLevel: (level) => void levels.push(level) }

let server: TestServer
beforeAll(async () => {
  server = await TestServer.start({ TMWS_EMBEDDING_API_KEY: 'sk-hidden', TMWS_CORS_ORIGINS: '["https://a.example"]' }, {}, log)
})
afterAll(() => server.stop())
afterEach(() => rmSync(file(), { force: true }))

const file = () => join(server.folder, 'data', 'settings.json')
const written = () => JSON.parse(readFileSync(file(), 'utf8')) as Record<string, unknown>
const get = async () => (await server.rest<SettingsReport>('GET', '/settings', { headers: server.owner })).body
const find = ({ settings }: SettingsReport, key: string): SettingInfo => settings.find((setting) => setting.key === key)!
async function change(changes: Record<string, unknown>, expected?: string) {
  const body = { changes, ...(expected !== undefined && { expected }) }
  const answer = await server.rest<SettingsReport & Refusal>('PATCH', '/settings', { headers: server.owner, body })
  return { status: answer.status, report: answer.body, error: (answer.body as Partial<Refusal>).error }
}

describe('settings', () => {
  test('are told with their source and what is allowed, and secrets only as set', async () => {
    const report = await get()
    expect(find(report, 'api_port')).toMatchObject({
      source: 'environment',
      locked: true,
      value: 0,
      default: 8000,
      effect: 'restart',
      min: 0,
      max: 65_535,
    })
    expect(find(report, 'log_level')).toMatchObject({
      source: 'default',
      locked: false,
      options: ['debug', 'info', 'warn', 'error'],
      effect: 'at_once',
    })
    expect(find(report, 'session_timeout')).toMatchObject({ type: 'integer', unit: 'seconds', value: 3600 })
    expect(find(report, 'embedding_api_key')).toMatchObject({ is_secret: true, is_set: true, effect: 'fixed' })
    expect(report).toMatchObject({ file: file(), version: 'none', needs_restart: false })
    expect(JSON.stringify(report)).not.toContain('sk-hidden')
  })

  test('are for the person alone', async () => {
    for (const method of ['GET', 'PATCH']) {
      const { status } = await server.rest(method, '/settings', {
        agent: 'alice',
        ...(method === 'PATCH' && { body: { changes: { trash_days: 1 } } }),
      })
      expect([method, status]).toEqual([method, 403])
    }
    expect(existsSync(file())).toBe(false)
  })

  test('that count at once do so, and are kept', async () => {
    const { status, report } = await change({ log_level: 'debug', trash_days: '60', tool_profile: 'core' })
    expect([status, report.needs_restart]).toEqual([200, false])
    expect(written()).toEqual({ log_level: 'debug', trash_days: 60, tool_profile: 'core' })
    expect(levels.at(-1)).toBe('debug')
    const { config } = server.server.context
    expect([config.trashDays, config.toolProfile]).toEqual([60, 'core'])
    expect(find(await get(), 'trash_days')).toMatchObject({ value: 60, source: 'file', needs_restart: false })
    await change({ log_level: null, trash_days: null, tool_profile: null })
    expect(config.trashDays).toBe(30)
  })

  test('every one that is said to count at once is what the parts of the server read', async () => {
    const values: Record<string, unknown> = {
      backup_interval: 2, backup_keep: 3, trash_days: 4, session_timeout: 500, tool_profile: 'all',
      workflow_max_steps: 6, workflow_max_total_steps: 7, workflow_max_depth: 8, workflow_max_seconds: 9, workflow_max_output_bytes: 2048, workflow_max_running: 11, workflow_keep_days: 12,
      log_level: 'error', rate_limit_enabled: false, rate_limit_requests: 13_000, rate_limit_period: 14, rate_limit_costly_requests: 15, rate_limit_address_requests: 16, rate_limit_failed_sign_ins: 17,
      secret_scan: 'mask', audit_keep_days: 18,
    } // prettier-ignore
    const live = (await get()).settings.filter(({ effect }) => effect === 'at_once').map(({ key }) => key)
    expect(Object.keys(values).toSorted()).toEqual(live.toSorted())
    expect((await change(values)).status).toBe(200)
    const wanted = testConfig(
      server.folder,
      Object.fromEntries(Object.entries(values).map(([key, value]) => [`TMWS_${key.toUpperCase()}`, String(value)])),
    )
    const {
      sessions,
      rateLimit,
      audit,
      backups,
      workflows,
      toolProfile,
      secretScan,
      trashDays,
      log: logging,
    } = server.server.context.config
    expect({ sessions, rateLimit, audit, backups, workflows, toolProfile, secretScan, trashDays, level: logging.level }).toEqual({
      sessions: wanted.sessions, rateLimit: wanted.rateLimit, audit: wanted.audit, backups: wanted.backups, workflows: wanted.workflows,
      toolProfile: 'all', secretScan: 'mask', trashDays: 4, level: 'error',
    }) // prettier-ignore
    await change(Object.fromEntries(live.map((key) => [key, null])))
  })

  test('a lower limit of requests counts from the next request on', async () => {
    await change({ rate_limit_requests: 2 })
    const statuses = []
    for (let n = 0; n < 4; n += 1) statuses.push((await server.rest('GET', '/tags', { agent: 'hurried' })).status)
    expect(statuses).toEqual([200, 200, 429, 429])
    expect((await change({ rate_limit_requests: null })).status).toBe(200)
    expect((await server.rest('GET', '/tags', { agent: 'hurried' })).status, 'counted anew').toBe(200)
  })

  test('that need a restart say so, and what runs until then', async () => {
    const { report } = await change({ session_resume_ttl: 60 })
    expect(find(report, 'session_resume_ttl')).toMatchObject({ value: 60, running: 600, needs_restart: true })
    expect(report.needs_restart).toBe(true)
    expect((await change({ session_resume_ttl: 600 })).report.needs_restart).toBe(false)
  })

  test.each<[string, Record<string, unknown>, number, RegExp, string]>([
    ['a value that is not allowed', { trash_days: 0 }, 400, /^trash_days in .* is 0, but must be days from 1 to 3650\.$/, 'trash_days'],
    ['the second of two', { trash_days: 3, log_level: 'loud' }, 400, /but must be debug \| info \| warn \| error\.$/, 'log_level'],
    [
      'an address for other machines without a secret',
      { ws_host: '0.0.0.0' },
      400,
      /^TMWS_SECRET_KEY is not set, but sign-in is on/,
      'ws_host',
    ],
    ['sign-in without a secret', { auth_enabled: true }, 400, /^TMWS_SECRET_KEY is not set/, 'auth_enabled'],
    [
      'production without its rules',
      { environment: 'production', audit_enabled: false },
      400,
      /^TMWS_AUDIT_ENABLED is false, but must be true in production\.$/,
      'audit_enabled',
    ],
    ['what a variable decides', { api_port: 9000 }, 409, /^api_port is set by TMWS_API_PORT/, 'api_port'],
    ['a secret', { embedding_api_key: 'sk-new' }, 403, /decided where the server is started/, 'embedding_api_key'],
    ['the place of the data', { data_dir: '/' }, 403, /decided where the server is started/, 'data_dir'],
    ['what is for operators', { runtime_file: '/tmp/x' }, 400, /not a setting that can be changed here/, 'runtime_file'],
    ['a name that is none', { constructor: 1 }, 400, /not a setting that can be changed here/, 'constructor'],
  ])('%s: refused at once, by the words of a start, with nothing written', async (_name, changes, status, sentence, field) => {
    const answer = await change(changes)
    expect(answer).toMatchObject({ status, error: { message: expect.stringMatching(sentence) as string, details: { field } } })
    expect(existsSync(file())).toBe(false)
  })

  test('two windows do not write over each other', async () => {
    const seen = await get()
    expect((await change({ trash_days: 8 }, seen.version)).status).toBe(200)
    expect(await change({ trash_days: 9 }, seen.version)).toMatchObject({
      status: 409,
      error: { message: expect.stringContaining('changed meanwhile') as string },
    })
    expect(written()).toEqual({ trash_days: 8 })
  })

  test('a broken file is told of, and never written over', async () => {
    writeFileSync(file(), '{ "trash_days": 5, "log_lev')
    expect((await get()).problem).toContain('is not JSON')
    expect(await change({ trash_days: 6 })).toMatchObject({
      status: 409,
      error: { message: expect.stringContaining('Mend it first') as string },
    })
    expect(readFileSync(file(), 'utf8')).toBe('{ "trash_days": 5, "log_lev')
  })

  test('a change is in the audit log by its names alone', async () => {
    await change({ public_url: 'https://hidden.example', backup_keep: 4 })
    const { body } = await server.rest<{ entries: unknown[] }>('GET', '/audit?action=settings.update', { headers: server.owner })
    expect(body.entries[0]).toMatchObject({ action: 'settings.update', outcome: 'ok', facts: { changed: 'public_url, backup_keep' } })
    expect(JSON.stringify(body)).not.toContain('hidden.example')
  })
})
