import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { ClientOutcome, ClientStatus } from '../../contract/clients.ts'
import { runCommandLine } from '../command-line.ts'
import { INSTALLED } from '../install-paths.ts'

const home = realpathSync(mkdtempSync(join(tmpdir(), 'tmws-connect-cli-')))
const file = join(home, '.cursor', 'mcp.json')
const BEFORE = '{ "mcpServers": {} } // mine\u001b[2J\n'

beforeAll(() => {
  if (!existsSync(INSTALLED.bridgeFile)) spawnSync(process.execPath, ['resources/scripts/build-bridge.ts'], { cwd: INSTALLED.root })
  vi.stubEnv('HOME', home)
  vi.stubEnv('XDG_CONFIG_HOME', '')
  vi.stubEnv('TMWS_RUNTIME_FILE', join(home, 'run', 'runtime.json'))
  vi.stubEnv('TMWS_DATA_DIR', join(home, 'data'))
  mkdirSync(dirname(file))
  writeFileSync(file, BEFORE)
})
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(home, { recursive: true, force: true })
})

/** The command in this process: a process of its own takes seconds to load on a busy machine. */
async function connect(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', '']
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => ((out += String(chunk)), true)),
    vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => ((err += String(chunk)), true)),
  ]
  try {
    const code = await runCommandLine(['connect', ...args])
    return { code, out, err }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}

describe.runIf(process.platform !== 'win32')('tmws connect', () => {
  test('lists every client without a server, and starts none', async () => {
    const { code, out } = await connect()
    expect(code).toBe(0)
    expect(out).toMatch(/cursor +not connected\n +.*mcp\.json: not connected/)
    expect(out).toMatch(/zed +not on this machine/)
    const { clients } = JSON.parse((await connect('--json')).out) as { clients: ClientStatus[] }
    expect(clients.map(({ id }) => id)).toContain('gemini-cli')
    expect(existsSync(join(home, 'run'))).toBe(false)
  })

  test('shows the change and the whole command, and makes none with --dry-run or without a yes', async () => {
    const shown = await connect('cursor', '--dry-run', '--agent-id', 'ada')
    expect(shown.code).toBe(0)
    expect(shown.out).toContain(`+{ "mcpServers": { "tmws": { "command": "${process.execPath}", "args": [ "${INSTALLED.bridgeFile}" ]`)
    expect(shown.out).toContain(
      `    ${process.execPath} ${INSTALLED.bridgeFile}\nwith:\n    TMWS_AGENT_ID=ada\n    TMWS_RUNTIME_FILE=${home}/run/runtime.json`,
    )
    // What a file holds must not move a terminal.
    expect(shown.out).not.toContain('\u001b')
    expect(await connect('cursor')).toMatchObject({ code: 3, err: expect.stringContaining('Add --yes') as string })
    expect(readFileSync(file, 'utf8')).toBe(BEFORE)
  })

  test('connects with --yes, tells it as JSON, and goes back to the first byte', async () => {
    const done = await connect('cursor', '--yes', '--json')
    expect(done.code).toBe(0)
    expect((JSON.parse(done.out) as ClientOutcome).client).toMatchObject({ id: 'cursor', state: 'connected', agent_id: 'cursor' })
    expect((await connect()).out).toMatch(/cursor +connected as cursor/)
    expect((await connect('cursor')).out).toBe('It is as it should be; nothing to do.\n')
    expect(await connect('cursor', '--undo', '--yes')).toMatchObject({ code: 0, out: expect.stringContaining('Done.') as string })
    expect(readFileSync(file, 'utf8')).toBe(BEFORE)
  })

  test.each([
    [['emacs'], 2, /is invalid/],
    [['--dry-run'], 2, /name a client/],
    [['cursor', '--undo', '--repair'], 2, /cannot be used with/],
    [['cursor', '--agent-id', 'a b'], 2, /--agent-id must start with/],
    [['cursor', '--agent-id', 'owner'], 2, /--agent-id must not be owner/],
    [['zed'], 1, /Zed is not on this machine/],
    [['cursor', '--undo'], 1, /nothing to undo/],
    [['cursor', '--verify'], 1, /nothing to try/],
    [['cursor', '--mcpb', 'x.mcpb'], 1, /bundle for claude-desktop only/],
  ])('%j ends with %i and a sentence', async (args, expected, reason) => {
    const { code, err } = await connect(...args)
    expect([code, err]).toEqual([expected, expect.stringMatching(reason) as string])
    expect(readFileSync(file, 'utf8')).toBe(BEFORE)
  })

  test('writes the bundle, and not over a file', async () => {
    const bundle = join(home, 'tmws.mcpb')
    expect(await connect('claude-desktop', '--mcpb', bundle)).toMatchObject({ code: 0, out: `${bundle}\n` })
    expect(readFileSync(bundle).subarray(0, 2).toString()).toBe('PK')
    expect(await connect('claude-desktop', '--mcpb', bundle)).toMatchObject({
      code: 1,
      err: expect.stringContaining('is there already') as string,
    })
    expect((await connect('claude-desktop', '--mcpb', bundle, '--force')).code).toBe(0)
  })
})
