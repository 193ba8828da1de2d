import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SETTINGS } from '../config/settings-table.ts'
import type { Setting } from '../config/settings-table.ts'
import { isSupportedNode } from './node-version.ts'

const ENTRY = fileURLToPath(new URL('./tmws.ts', import.meta.url))

let folder: string
const children: ChildProcess[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tmws-cli-'))
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

function environment(more: Record<string, string> = {}): NodeJS.ProcessEnv {
  const others = Object.entries(process.env).filter(([name]) => !name.startsWith('TMWS_'))
  return {
    ...Object.fromEntries(others),
    TMWS_DATA_DIR: join(folder, 'data'),
    TMWS_RUNTIME_FILE: join(folder, 'runtime.json'),
    TMWS_API_PORT: '0',
    TMWS_WS_PORT: '0',
    TMWS_EMBEDDING_PROVIDER: 'hash',
    ...more,
  }
}

function run(args: readonly string[], more: Record<string, string> = {}): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [ENTRY, ...args], {
    env: environment(more),
    encoding: 'utf8',
    timeout: 30_000,
  })
  return { code: status, out: stdout, err: stderr }
}

/** A server as a process of its own, once it says that it runs. */
async function serve(more: Record<string, string> = {}): Promise<{ child: ChildProcess; apiUrl: string; err: () => string }> {
  const child = spawn(process.execPath, [ENTRY, '--server'], { env: environment(more) })
  children.push(child)
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  await expect.poll(() => out, { timeout: 15_000 }).toContain('Stop with Ctrl+C.')
  return { child, apiUrl: /dashboard +(http:\/\/\S+)\//.exec(out)?.[1] ?? '', err: () => err }
}

describe('the command', () => {
  test('helps, and names every flag with its variable and what is allowed', () => {
    const { code, out } = run(['--help'])
    expect(code).toBe(0)
    const text = out.replace(/\s+/g, ' ')
    for (const { flag, env, kind } of Object.values(SETTINGS as Record<string, Setting<unknown>>)) {
      if (flag !== undefined) for (const word of [flag, env, kind.allowed]) expect(text).toContain(word)
    }
    expect(run([])).toMatchObject({ code: 0, out })
  })

  test('says its version', () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
    expect(run(['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' })
  })

  test.each([[['--colour', 'red']], [['--api-prot', '1']], [['nonsense']], [['--api-port']], [['doctor', '--nonsense']]])(
    'used wrongly as %j ends with 2 and a hint',
    (args) => {
      const { code, out, err } = run(args)
      expect([code, out]).toEqual([2, ''])
      expect(err).toMatch(/^error: /)
    },
  )

  test.each<[readonly string[], Record<string, string>, string]>([
    [['--server', '--api-port', 'x'], {}, 'tmws: --api-port is "x", but must be a port from 0 to 65535.\n'],
    [['--server'], { TMWS_LOG_LEVEL: 'loud' }, 'tmws: TMWS_LOG_LEVEL is "loud", but must be debug | info | warn | error.\n'],
    [['--server', '--config', '/nowhere/x.json'], {}, 'tmws: The settings file /nowhere/x.json cannot be read (ENOENT).\n'],
    [['doctor'], { TMWS_WS_PORT: '-1' }, 'tmws: TMWS_WS_PORT is "-1", but must be a port from 0 to 65535.\n'],
  ])('%j with %j ends with 1 and one sentence', (args, more, sentence) => {
    expect(run(args, more)).toEqual({ code: 1, out: '', err: sentence })
  })
})

describe('tmws --server', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('runs until %s, then ends with 0 and cleans up', async (signal) => {
    const { child, apiUrl, err } = await serve()
    expect((await fetch(`${apiUrl}/health`)).status).toBe(200)
    expect(existsSync(join(folder, 'runtime.json'))).toBe(true)
    child.kill(signal)
    const [code] = (await once(child, 'exit')) as [number | null]
    expect([code, existsSync(join(folder, 'runtime.json'))]).toEqual([0, false])
    expect(err()).toContain('"msg":"stopped"')
    expect(existsSync(join(folder, 'data', 'logs', 'tmws.log'))).toBe(true)
  })

  test('a second one on the same folder ends with 1 and says where the first runs', async () => {
    const { apiUrl } = await serve()
    const second = run(['--server'])
    expect(second.code).toBe(1)
    expect(second.err).toContain(`tmws: TMWS already runs on this data folder, at ${apiUrl} (process `)
  })

  test('after a crash starts again, and has what was acknowledged', async () => {
    const first = await serve()
    await fetch(`${first.apiUrl}/api/v1/memory`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-agent-id': 'alice' },
      body: '{"content":"acknowledged"}',
    })
    first.child.kill('SIGKILL')
    await once(first.child, 'exit')
    const second = await serve()
    const answer = await fetch(`${second.apiUrl}/api/v1/memory`, { headers: { 'x-agent-id': 'alice' } })
    expect(await answer.json()).toMatchObject({ total: 1 })
  })

  test('warns of a variable that does nothing, and keeps texts and tokens out of its log', async () => {
    const { apiUrl, err, child } = await serve({ TMWS_COLOUR: 'red', TMWS_LOG_LEVEL: 'debug' })
    await fetch(`${apiUrl}/api/v1/memory`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-agent-id': 'alice', authorization: 'Bearer very-secret-token' },
      body: '{"content":"very-secret-content"}',
    })
    const { token } = JSON.parse(readFileSync(join(folder, 'runtime.json'), 'utf8')) as { token: string }
    child.kill('SIGTERM')
    await once(child, 'exit')
    expect(err()).toContain('TMWS_COLOUR is not a setting of this version and is ignored.')
    expect(err() + readFileSync(join(folder, 'data', 'logs', 'tmws.log'), 'utf8')).not.toMatch(new RegExp(`very-secret|${token}`))
  })
})

describe('tmws doctor', () => {
  test('--production lists at once everything that keeps the settings from production', () => {
    const { code, out } = run(['doctor', '--production'], {
      TMWS_AUTH_ENABLED: 'true',
      TMWS_SECRET_KEY: 'change-me-change-me-change-me-change-me',
      TMWS_RATE_LIMIT_ENABLED: 'false',
      TMWS_CORS_ORIGINS: '["*"]',
      TMWS_JWT_JWKS_URL: 'https://issuer.example/keys',
    })
    expect(code).toBe(1)
    for (const name of ['TMWS_SECRET_KEY', 'TMWS_RATE_LIMIT_ENABLED', 'TMWS_CORS_ORIGINS', 'TMWS_JWT_ISSUER', 'TMWS_JWT_AUDIENCE'])
      expect(out).toMatch(new RegExp(`WRONG +Production +${name}`))
    expect(out).not.toContain('change-me')
  })

  test('before the first start finds a folder and a server to come', () => {
    const { out } = run(['doctor'])
    expect(out).toMatch(/ok +Runtime +Node \d+/)
    expect(out).toMatch(/note +Data folder +.*the first start makes it/)
    expect(out).toMatch(/note +Server +does not run; start it with tmws --server/)
    expect(out).toMatch(/ok +Tool profile +standard is in use \(core \d+ tools, about \d+00 tokens; standard .*; all .* tokens\)/)
    expect(existsSync(join(folder, 'data'))).toBe(false)
  })

  test('beside a running server tells its health', async () => {
    const { apiUrl } = await serve()
    const { out } = run(['doctor'])
    expect(out).toContain(`at ${apiUrl} is healthy`)
    expect(out).toMatch(/ok +Database +.*tmws\.db is sound/)
    expect(out).toMatch(/ok +Discovery/)
  })

  test('ends with 1 and says what to do when something is wrong', () => {
    mkdirSync(join(folder, 'data'))
    writeFileSync(join(folder, 'data', 'tmws.db'), 'this is no database '.repeat(500))
    const { code, out } = run(['doctor'])
    expect(code).toBe(1)
    expect(out).toMatch(/WRONG +Database +/)
    expect(out).toMatch(/\d to mend\.\n$/)
  })
})

test.each([
  ['24.21.0', '10', true],
  ['22.14.0', '10', true],
  ['22.13.1', '10', false],
  ['20.19.0', '10', false],
  ['23.0.0', '9', false],
  ['24.0.0', undefined, false],
])('Node %s with Node-API %s is supported: %s', (node, napi, expected) => {
  expect(isSupportedNode({ node, napi })).toBe(expected)
})
