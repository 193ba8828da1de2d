import { execFile } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { silentLog } from '../../base/log.ts'
import type { IssuedToken, Token } from '../../contract/token.ts'
import { WsClient } from '../../transport/ws/testing/ws-client.ts'
import { MemoryServer } from '../memory-server.ts'
import { TestServer } from '../testing/start-test-server.ts'

const ENTRY = fileURLToPath(new URL('../tmws.ts', import.meta.url))
const AUTH = { TMWS_AUTH_ENABLED: 'true', TMWS_SECRET_KEY: 'k8Jd02mPqx7ZtVw5Lr9Yh3Bn6Gf1Sa4Q' }

// Each command is a process of its own, some of them one after the other.
vi.setConfig({ testTimeout: 120_000 })

let server: TestServer
beforeAll(async () => {
  server = await TestServer.start(AUTH)
})
afterAll(() => server.stop())

/** The server runs in this very process, so nothing here may wait by standing still. */
function tmws(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TMWS_'))),
    ...AUTH,
    TMWS_DATA_DIR: server.config.dataDir,
    TMWS_RUNTIME_FILE: server.config.runtimeFile,
  }
  return new Promise((resolve) => {
    execFile(process.execPath, [ENTRY, 'tokens', ...args], { env, timeout: 60_000 }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err }),
    )
  })
}

async function stdoutOf(...args: string[]): Promise<string> {
  const { code, out, err } = await tmws(...args)
  expect([code, err.includes('tmws:')]).toEqual([0, false])
  return out
}

async function canSignIn(secret: string): Promise<boolean> {
  return (await server.rest('GET', '/memory', { headers: { authorization: `Bearer ${secret}` } })).status === 200
}

describe('beside a running server', () => {
  test('a token is made, listed, replaced and ended', async () => {
    const made = JSON.parse(
      await stdoutOf(
        'create',
        '--agent',
        'ci',
        '--name',
        'Build',
        '--namespace',
        'a',
        'b',
        '--scope',
        'read',
        '--expires',
        '90d',
        '--json',
      ),
    ) as IssuedToken
    expect(made.token).toMatchObject({ name: 'Build', agent_id: 'ci', namespaces: ['a', 'b'], scopes: ['read'] })
    expect(Date.parse(made.token.expires_at ?? '') - Date.parse(made.token.created_at)).toBe(90 * 86_400_000)
    expect(await canSignIn(made.secret)).toBe(true)

    expect(await stdoutOf('list')).toContain(`${made.token.id}  ${made.token.hint}…  Build: ci in a, b; read; active`)
    expect(await stdoutOf('list', '--json')).not.toContain(made.secret)

    const second = (await stdoutOf('rotate', made.token.id, '--grace', '1h')).trim()
    expect([await canSignIn(made.secret), await canSignIn(second)]).toEqual([true, true])
    expect(await stdoutOf('revoke', made.token.id)).toContain('works no more')
    expect([await canSignIn(made.secret), await canSignIn(second)]).toEqual([false, false])
    const all = JSON.parse(await stdoutOf('list', '--agent', 'ci', '--all', '--json')) as Token[]
    expect([all.length, all[0]?.status, JSON.parse(await stdoutOf('list', '--agent', 'ci', '--json'))]).toEqual([1, 'revoked', []])
  })

  test('one that is saved is where the bridge of its agent finds it, for this user alone', async () => {
    const said = await stdoutOf('create', '--agent', 'claude-desktop', '--save')
    const file = join(dirname(server.config.runtimeFile), 'tokens', 'claude-desktop.json')
    const kept = () => JSON.parse(readFileSync(file, 'utf8')) as { token: string; token_id: string }
    const { token, token_id: id } = kept()
    expect([said.includes(token), said.includes(file), statSync(file).mode & 0o777]).toEqual([false, true, 0o600])
    const client = await WsClient.open(server.wsUrl, { agent: 'claude-desktop', headers: { authorization: `Bearer ${token}` } })
    await client.close()
    await stdoutOf('rotate', id)
    expect([kept().token === token, await canSignIn(kept().token)]).toEqual([false, true])
    await stdoutOf('revoke', id)
    expect(existsSync(file)).toBe(false)
  })

  test.each([
    [['create', '--agent', 'a b'], 'agent_id'],
    [['create', '--agent', 'a', '--scope', 'all'], '--scope is "all", but must be read, write or admin.'],
    [['create', '--agent', 'a', '--expires', 'soon'], '--expires is "soon", but must be a number with'],
    [['revoke', 'nothing'], 'There is no token nothing'],
  ])('a wrong wish is answered by what is wrong: %j', async (args, sentence) => {
    const { code, err } = await tmws(...args)
    expect([code, err]).toEqual([1, expect.stringContaining(sentence)])
  })
})

test('without a server, the database itself is asked', async () => {
  const { config } = server
  await server.server.stop()
  const { secret, token } = JSON.parse(await stdoutOf('create', '--agent', 'later', '--json')) as IssuedToken
  const again = await MemoryServer.start(config, silentLog)
  const answer = await fetch(`${again.addresses.apiUrl}/api/v1/memory`, { headers: { authorization: `Bearer ${secret}` } })
  expect(answer.status).toBe(200)
  const log = await fetch(`${again.addresses.apiUrl}/api/v1/audit?action=create_token&limit=1`, {
    headers: { authorization: `Bearer ${again.context.ownerToken}` },
  })
  expect(await log.json()).toMatchObject({ entries: [{ agent_id: 'owner', outcome: 'ok', object: { kind: 'token', ids: [token.id] } }] })
  await again.stop()
})
