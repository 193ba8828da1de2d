import fc from 'fast-check'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { randomConfigs } from './edit/testing/random-configs.ts'
import { ASK, ClientMachine } from './testing/client-machine.ts'

const machines: ClientMachine[] = []
afterEach(() => {
  for (const machine of machines.splice(0)) machine[Symbol.dispose]()
})

function machineOf(): ClientMachine {
  const machine = new ClientMachine()
  machines.push(machine)
  return machine
}

const BEFORE = '{\n  "preferences": { "a": 1 }\n}\n'

function claudeWith(content: string = BEFORE): { machine: ClientMachine; file: string } {
  const machine = machineOf()
  const file = machine.install('claude-desktop')
  machine.write(file, content)
  return { machine, file }
}

function read(file: string): string {
  return readFileSync(file, 'utf8')
}

describe('drift', () => {
  test('an entry that its program has wiped is missing, and repaired', async () => {
    const { machine, file } = claudeWith()
    const connections = machine.connections()
    await connections.change('claude-desktop', 'connect', ASK)
    writeFileSync(file, '{"preferences":{"a":2}}')
    expect(connections.status('claude-desktop')).toMatchObject({ state: 'drifted', drift: 'missing', agent_id: 'claude-desktop' })
    await connections.change('claude-desktop', 'repair', ASK)
    expect(connections.status('claude-desktop').state).toBe('connected')
    await connections.change('claude-desktop', 'undo', ASK)
    expect(read(file)).toBe('{"preferences":{"a":2}}')
  })

  test('an entry edited by hand is changed: connecting leaves it, repairing writes over it', async () => {
    const { machine, file } = claudeWith()
    const connections = machine.connections()
    await connections.change('claude-desktop', 'connect', ASK)
    writeFileSync(file, read(file).replace('/usr/bin/node', '/usr/bin/deno'))
    expect(connections.status('claude-desktop')).toMatchObject({ state: 'drifted', drift: 'changed' })
    await expect(connections.change('claude-desktop', 'connect', ASK)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('edited by hand') as string,
    })
    await connections.change('claude-desktop', 'repair', ASK)
    expect(connections.status('claude-desktop').state).toBe('connected')
    await connections.change('claude-desktop', 'undo', ASK)
    expect(JSON.parse(read(file))).toEqual({ preferences: { a: 1 } })
  })

  test('an entry of a TMWS that has moved or is older is told, repaired, and undone to the first byte', async () => {
    const { machine, file } = claudeWith()
    await machine.connections().change('claude-desktop', 'connect', { force: false, agent_id: 'ada', namespace: 'team' })
    const newBridge = machine.write(join(machine.root, 'new', 'tmws-bridge.cjs'), '// new')
    const moved = machine.connections({
      installation: { execPath: '/usr/bin/node', isElectron: false, bridgeFile: newBridge, version: '2.0.0' },
    })
    expect(moved.status('claude-desktop')).toMatchObject({ state: 'drifted', drift: 'outdated' })
    rmSync(machine.bridgeFile)
    expect(moved.status('claude-desktop')).toMatchObject({ state: 'drifted', drift: 'moved' })
    await moved.change('claude-desktop', 'repair', ASK)
    expect(moved.status('claude-desktop')).toMatchObject({ state: 'connected', agent_id: 'ada', namespace: 'team' })
    expect(read(file)).toContain(newBridge)
    await moved.change('claude-desktop', 'undo', ASK)
    expect(read(file)).toBe(BEFORE)
  })

  test('repair leaves alone what was never ours', async () => {
    const { machine, file } = claudeWith('{"mcpServers":{"tmws":{"command":"uvx"}}}')
    await expect(machine.connections().change('claude-desktop', 'repair', { force: true })).rejects.toMatchObject({ code: 'conflict' })
    expect(read(file)).toBe('{"mcpServers":{"tmws":{"command":"uvx"}}}')
  })

  test('the same entry, put there by hand, is connected and can be undone', async () => {
    const { machine, file } = claudeWith()
    await machine.connections().change('claude-desktop', 'connect', { force: false, agent_id: 'ada' })
    rmSync(machine.homeFolder, { recursive: true })
    const connections = machine.connections()
    expect(connections.status('claude-desktop')).toMatchObject({ state: 'connected', agent_id: 'ada' })
    await connections.change('claude-desktop', 'undo', ASK)
    expect(JSON.parse(read(file))).toEqual({ preferences: { a: 1 }, mcpServers: {} })
  })
})

describe('undoing', () => {
  test('works without the copy, and when the file or the client is gone', async () => {
    const { machine, file } = claudeWith()
    const connections = machine.connections()
    const { backups } = await connections.change('claude-desktop', 'connect', ASK)
    rmSync(backups[0] ?? '')
    await connections.change('claude-desktop', 'undo', ASK)
    expect(read(file)).toBe(BEFORE)

    await connections.change('claude-desktop', 'connect', ASK)
    rmSync(dirname(file), { recursive: true })
    await connections.change('claude-desktop', 'undo', ASK)
    expect(existsSync(dirname(file))).toBe(false)
    await expect(connections.change('claude-desktop', 'undo', ASK)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('nothing to undo') as string,
    })
  })

  test('is refused for a file that was broken meanwhile, and still remembered', async () => {
    const { machine, file } = claudeWith()
    const connections = machine.connections()
    await connections.change('claude-desktop', 'connect', ASK)
    const good = read(file)
    writeFileSync(file, good.slice(0, -4))
    await expect(connections.change('claude-desktop', 'undo', ASK)).rejects.toMatchObject({ code: 'conflict' })
    expect(read(file)).toBe(good.slice(0, -4))
    writeFileSync(file, good)
    await connections.change('claude-desktop', 'undo', ASK)
    expect(read(file)).toBe(BEFORE)
  })

  test('whatever the file looks like, it comes back byte for byte', async () => {
    const machine = machineOf()
    const file = machine.install('vscode')
    const connections = machine.connections()
    await fc.assert(
      fc.asyncProperty(randomConfigs({ comments: true, trailingCommas: true }), fc.boolean(), async (text, hasMark) => {
        const bytes = Buffer.from(`${hasMark ? '\ufeff' : ''}${text}`)
        writeFileSync(file, bytes)
        await connections.change('vscode', 'connect', ASK)
        expect(connections.status('vscode').state).toBe('connected')
        await connections.change('vscode', 'undo', ASK)
        expect(readFileSync(file).equals(bytes)).toBe(true)
      }),
      { numRuns: 40 },
    )
  }, 120_000)
})
