import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { ClientId } from '../../contract/clients.ts'
import { ASK, ClientMachine } from './testing/client-machine.ts'
import type { Platform } from './testing/client-machine.ts'

const machines: ClientMachine[] = []
afterEach(() => {
  for (const machine of machines.splice(0)) machine[Symbol.dispose]()
})

function machineOf(platform: Platform = 'linux', env: Readonly<Record<string, string>> = {}): ClientMachine {
  const machine = new ClientMachine(platform, env)
  machines.push(machine)
  return machine
}

const BEFORE = '{\n  "preferences": { "a": 1 }\n}\n'

function claudeWith(content: string | null = BEFORE): { machine: ClientMachine; file: string } {
  const machine = machineOf()
  const file = machine.install('claude-desktop')
  if (content !== null) machine.write(file, content)
  return { machine, file }
}

function read(file: string): string {
  return readFileSync(file, 'utf8')
}

function backupsOf(file: string): string[] {
  return readdirSync(dirname(file)).filter((name) => name.startsWith(`${basename(file)}.tmws-backup-`))
}

describe('a client that is not here', () => {
  test('is absent, and nothing is made for it', async () => {
    const machine = machineOf()
    const connections = machine.connections()
    expect(connections.list().map(({ state }) => state)).toEqual(Array<string>(8).fill('absent'))
    await expect(connections.change('cursor', 'connect', ASK)).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('.cursor') as string,
    })
    expect(readdirSync(machine.machine.home)).not.toContain('.cursor')
  })
})

describe('a change', () => {
  test('is shown whole before it is made, with what will be started', async () => {
    const { machine, file } = claudeWith()
    machine.running = true
    const preview = await machine.connections().preview('claude-desktop', 'connect', { force: false, namespace: 'team' })
    expect(preview.changes).toMatchObject([{ file, kind: 'edit', backup: true }])
    expect(preview.changes[0]?.diff).toContain('+    "tmws": {')
    expect(preview.starts).toEqual({
      command: '/usr/bin/node',
      args: [machine.bridgeFile],
      env: { TMWS_AGENT_ID: 'claude-desktop', TMWS_AGENT_NAMESPACE: 'team' },
    })
    expect(preview.warnings).toEqual([expect.stringContaining('is running') as string])
    expect(read(file)).toBe(BEFORE)
    expect(existsSync(machine.homeFolder)).toBe(false)
  })

  test('is refused when the file has changed since it was shown', async () => {
    const { machine, file } = claudeWith()
    const connections = machine.connections()
    const { hash } = await connections.preview('claude-desktop', 'connect', ASK)
    writeFileSync(file, '{ "b": 2 }')
    await expect(connections.change('claude-desktop', 'connect', { ...ASK, hash })).rejects.toMatchObject({ code: 'conflict' })
    expect(read(file)).toBe('{ "b": 2 }')
    const again = await connections.preview('claude-desktop', 'connect', ASK)
    expect(again.hash).not.toBe(hash)
    await connections.change('claude-desktop', 'connect', { ...ASK, hash: again.hash })
    expect(JSON.parse(read(file))).toMatchObject({ b: 2, mcpServers: { tmws: {} } })
  })

  test('is no longer that change when other options are asked for', async () => {
    const { machine } = claudeWith()
    const connections = machine.connections()
    const { hash } = await connections.preview('claude-desktop', 'connect', ASK)
    await expect(connections.change('claude-desktop', 'connect', { force: false, agent_id: 'other', hash })).rejects.toMatchObject({
      code: 'conflict',
    })
  })

  test('does not show the secrets of other servers', async () => {
    const { machine } = claudeWith(
      '{\n  "mcpServers": {\n    "x": {\n      "env": { "API_KEY": "s3cret" },\n      "headers": { "Authorization": "Bearer s3cret" }\n    }\n  }\n}\n',
    )
    const { changes } = await machine.connections().preview('claude-desktop', 'connect', ASK)
    expect(JSON.stringify(changes)).not.toContain('s3cret')
    expect(changes[0]?.diff).toContain('"Authorization": "•••"')
  })

  test('leaves a dated copy of before, and no more than ten', async () => {
    const { machine, file } = claudeWith()
    const connections = machine.connections()
    const { backups } = await connections.change('claude-desktop', 'connect', ASK)
    expect(backups).toEqual([`${file}.tmws-backup-20261124-120000`])
    expect(read(backups[0] ?? '')).toBe(BEFORE)
    for (let i = 0; i < 12; i += 1) {
      machine.clock.advance(1000)
      await connections.change('claude-desktop', 'connect', { force: false, agent_id: `agent-${i}` })
    }
    expect(backupsOf(file).length).toBeLessThanOrEqual(11)
    // The first one is needed to undo.
    expect(backupsOf(file)).toContain(basename(backups[0] ?? ''))
    await connections.change('claude-desktop', 'undo', ASK)
    expect(read(file)).toBe(BEFORE)
  })

  test('keeps the mode of the file, and what it remembers is for its user alone', async () => {
    const { machine, file } = claudeWith()
    chmodSync(file, 0o640)
    await machine.connections().change('claude-desktop', 'connect', ASK)
    expect(statSync(file).mode & 0o777).toBe(0o640)
    expect(statSync(join(machine.homeFolder, 'connections.json')).mode & 0o777).toBe(0o600)
    expect(readdirSync(dirname(file)).filter((name) => name.includes('.tmws-') && !name.includes('backup'))).toEqual([])
  })

  test('holds no token, and asks for what the agent needs elsewhere', async () => {
    const { machine, file } = claudeWith()
    const connections = machine.connections()
    await connections.change('claude-desktop', 'connect', { force: false, agent_id: 'ada' })
    await connections.change('claude-desktop', 'connect', { force: false, agent_id: 'bob' })
    await connections.change('claude-desktop', 'undo', ASK)
    expect(machine.keyCalls).toEqual(['prepare ada', 'prepare bob', 'retire ada', 'retire bob'])
    expect(read(file)).not.toMatch(/token/i)
  })

  test('two at once come one after the other', async () => {
    const { machine, file } = claudeWith()
    const outcomes = await Promise.all([1, 2, 3].map(() => machine.connections().change('claude-desktop', 'connect', ASK)))
    expect(outcomes.map(({ changes }) => changes.length).toSorted()).toEqual([0, 0, 1])
    expect(JSON.parse(read(file))).toMatchObject({ preferences: { a: 1 }, mcpServers: { tmws: {} } })
  })

  test('of two files is made in both or in none', async () => {
    const machine = machineOf()
    const one = machine.write(machine.install('vscode'), '{}\n')
    const other = machine.write(join(machine.machine.home, '.config', 'VSCodium', 'User', 'mcp.json'), '{}\n')
    const connections = machine.connections()
    chmodSync(other, 0o400)
    await expect(connections.change('vscode', 'connect', ASK)).rejects.toMatchObject({ code: 'conflict' })
    expect([read(one), read(other)]).toEqual(['{}\n', '{}\n'])
    chmodSync(other, 0o600)
    // Found out only while it is being made: the folder takes no copy.
    const blocked = `${other}.tmws-backup-20261124-120000`
    mkdirSync(blocked)
    symlinkSync('/nowhere/at/all', `${other}.tmws-backup-20261124-120000-2`)
    await expect(connections.change('vscode', 'connect', ASK)).rejects.toThrow()
    expect([read(one), read(other)]).toEqual(['{}\n', '{}\n'])
    expect(connections.status('vscode').state).toBe('none')
  })
})

describe('a file that must not be touched', () => {
  const cases: [string, (file: string, machine: ClientMachine) => void, RegExp][] = [
    ['read-only', (file) => chmodSync(file, 0o444), /is read-only; make it writable/],
    ['in a read-only folder', (file) => chmodSync(dirname(file), 0o555), /The folder .* is read-only/],
    ['with a second name', (file, machine) => linkSync(file, join(machine.root, 'second')), /has 2 names \(hard links\)/],
    [
      'a folder',
      (file) => {
        rmSync(file)
        mkdirSync(file)
      },
      /is not a file/,
    ],
    [
      'a link to nothing',
      (file) => {
        rmSync(file)
        symlinkSync('/nowhere/at/all', file)
      },
      /is a link to a file that does not exist/,
    ],
    ['huge', (file) => writeFileSync(file, `{"a":"${'x'.repeat(5_000_000)}"}`), /has 5\d+ bytes; at most 4194304 are read/],
  ]
  if (process.getuid?.() === 0) cases.push(['of another user', (file) => chownSync(file, 4321, 4321), /belongs to another user \(4321\)/])

  test.each(cases)('%s', async (_, spoil, reason) => {
    const { machine, file } = claudeWith()
    spoil(file, machine)
    const before = lstatSync(file)
    const connections = machine.connections()
    await expect(connections.change('claude-desktop', 'connect', { force: true })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(reason) as string,
    })
    await expect(connections.preview('claude-desktop', 'connect', { force: true })).rejects.toMatchObject({ code: 'conflict' })
    expect(connections.status('claude-desktop').places[0]?.problem).toMatch(reason)
    const after = lstatSync(file)
    expect([after.ino, after.mtimeMs, after.mode]).toEqual([before.ino, before.mtimeMs, before.mode])
    expect(backupsOf(file)).toEqual([])
    chmodSync(dirname(file), 0o755)
  })

  test('is told with line and column when it is broken', () => {
    const { machine } = claudeWith('{\n  "a": 1,\n}')
    expect(machine.connections().status('claude-desktop')).toMatchObject({ state: 'unusable', places: [{ line: 3, column: 1 }] })
  })

  test('what is remembered cannot be read: nothing is done, since nothing could be undone', async () => {
    const { machine, file } = claudeWith()
    machine.write(join(machine.homeFolder, 'connections.json'), '{ broken')
    await expect(machine.connections().change('claude-desktop', 'connect', ASK)).rejects.toMatchObject({ code: 'conflict' })
    expect(read(file)).toBe(BEFORE)
  })
})

describe('links', () => {
  test('are followed, and stay', async () => {
    const { machine, file } = claudeWith(null)
    const target = machine.write(join(machine.root, 'dotfiles', 'claude.json'), BEFORE)
    symlinkSync(target, file)
    const connections = machine.connections()
    await connections.change('claude-desktop', 'connect', ASK)
    expect(lstatSync(file).isSymbolicLink()).toBe(true)
    expect(JSON.parse(read(target))).toMatchObject({ mcpServers: { tmws: {} } })
    await connections.change('claude-desktop', 'undo', ASK)
    expect([read(target), lstatSync(file).isSymbolicLink()]).toEqual([BEFORE, true])
  })
})

describe('several places', () => {
  const NAME = 'claude_desktop_config.json'
  function windows(): { machine: ClientMachine; classic: string; packaged: string } {
    const machine = machineOf('win32')
    const { APPDATA = '', LOCALAPPDATA = '' } = machine.machine.env
    const packaged = join(LOCALAPPDATA, 'Packages', 'Claude_pzs8sxrjxfjjc', 'LocalCache', 'Roaming', 'Claude', NAME)
    return { machine, classic: join(APPDATA, 'Claude', NAME), packaged }
  }

  test('the packaged Claude of Windows gets a file of its own, with its folders, and loses them again', async () => {
    const { machine, classic, packaged } = windows()
    mkdirSync(dirname(dirname(dirname(dirname(packaged)))), { recursive: true })
    const connections = machine.connections()
    await connections.change('claude-desktop', 'connect', ASK)
    expect(existsSync(classic)).toBe(false)
    // Its children see another application-data folder, so nothing may stand in for the server there.
    expect(JSON.parse(read(packaged))).toMatchObject({
      mcpServers: { tmws: { command: 'C:\\Program Files\\nodejs\\node.exe', env: { TMWS_STDIO_FALLBACK: 'false' } } },
    })
    await connections.change('claude-desktop', 'undo', ASK)
    expect(existsSync(packaged)).toBe(false)
    expect(readdirSync(dirname(dirname(dirname(dirname(packaged)))))).toEqual([])
  })

  test('what exists is written wherever it is, and all of it', async () => {
    const { machine, classic, packaged } = windows()
    machine.write(classic, '{"a":1}')
    machine.write(packaged, '{"b":1}')
    const connections = machine.connections()
    const { changes } = await connections.change('claude-desktop', 'connect', ASK)
    expect(changes.map(({ file }) => file).toSorted()).toEqual([classic, packaged].toSorted())
    await connections.change('claude-desktop', 'undo', ASK)
    expect([read(classic), read(packaged)]).toEqual(['{"a":1}', '{"b":1}'])
  })

  test('a file that appears beside a connected one is found missing, and repaired', async () => {
    const { machine, classic, packaged } = windows()
    machine.write(classic, '{"a":1}')
    mkdirSync(dirname(packaged), { recursive: true })
    const connections = machine.connections()
    await connections.change('claude-desktop', 'connect', ASK)
    machine.write(packaged, '{"b":1}')
    expect(connections.status('claude-desktop')).toMatchObject({ state: 'drifted', drift: 'missing' })
    await connections.change('claude-desktop', 'repair', ASK)
    expect(JSON.parse(read(packaged))).toMatchObject({ b: 1, mcpServers: { tmws: {} } })
    expect(connections.status('claude-desktop').state).toBe('connected')
  })

  test.each([
    ['codex', 'linux', { CODEX_HOME: 'elsewhere' }, 'elsewhere/config.toml'],
    ['zed', 'linux', { XDG_CONFIG_HOME: 'xdg' }, 'xdg/zed/settings.json'],
    ['zed', 'darwin', {}, 'home/.config/zed/settings.json'],
    ['vscode', 'darwin', {}, 'home/Library/Application Support/Code/User/mcp.json'],
    ['vscode', 'win32', {}, 'home/AppData/Roaming/Code/User/mcp.json'],
    ['claude-code', 'linux', { CLAUDE_CONFIG_DIR: 'claude' }, 'claude/.claude.json'],
    ['gemini-cli', 'win32', {}, 'home/.gemini/settings.json'],
    ['windsurf', 'darwin', {}, 'home/.codeium/windsurf/mcp_config.json'],
  ] as [ClientId, Platform, Record<string, string>, string][])('%s on %s with %j is looked for in %s', (id, platform, env, file) => {
    const machine = machineOf(platform)
    const variables = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, join(machine.root, value)]))
    const connections = machine.connections({ machine: { ...machine.machine, env: { ...machine.machine.env, ...variables } } })
    expect(connections.status(id).places[0]?.file).toBe(join(machine.root, file))
  })
})
