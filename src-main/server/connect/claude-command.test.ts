import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
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

function read(file: string): string {
  return readFileSync(file, 'utf8')
}

describe('Claude Code, whose own command writes its file', () => {
  test('is given the exact command to run where that is not found', async () => {
    const machine = machineOf()
    machine.write(machine.install('claude-code'), '{}')
    await expect(machine.connections().preview('claude-code', 'connect', ASK)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(
        `claude mcp add-json --scope user tmws '{"type":"stdio","command":"/usr/bin/node","args":["${machine.bridgeFile}"]`,
      ) as string,
    })
  })

  test('is shown the command, never gets a shell, and a copy is kept', async () => {
    const machine = machineOf()
    machine.installClaudeCommand()
    const file = machine.write(machine.install('claude-code'), '{\n  "numStartups": 1\n}')
    const connections = machine.connections()
    const agent = 'a/$(touch@x)'.replace(/[$()]/g, '.')
    const { commands, changes } = await connections.preview('claude-code', 'connect', { force: false, agent_id: agent })
    expect(commands).toEqual([
      [join(machine.root, 'bin', 'claude'), 'mcp', 'add-json', '--scope', 'user', 'tmws', expect.stringContaining(agent) as string],
    ])
    expect(changes).toMatchObject([{ file, kind: 'command', backup: true }])
    const { backups } = await connections.change('claude-code', 'connect', { force: false, agent_id: agent })
    expect(read(backups[0] ?? '')).toBe('{\n  "numStartups": 1\n}')
    expect(JSON.parse(read(file))).toMatchObject({ numStartups: 1, mcpServers: { tmws: { type: 'stdio', env: { TMWS_AGENT_ID: agent } } } })
  })

  test('gets its own entry back when the new one is not taken', async () => {
    const machine = machineOf()
    const file = machine.install('claude-code')
    const before = JSON.stringify({ mcpServers: { tmws: { type: 'http', url: 'https://example.com' } } }, null, 2)
    machine.write(file, before)
    machine.installClaudeCommand()
    const command = join(machine.root, 'bin', 'claude')
    writeFileSync(
      command,
      read(command).replace(
        "if (verb === 'add-json') {",
        "if (verb === 'add-json') {\n  if (json.includes('stdio')) fail('Invalid configuration')",
      ),
    )
    await expect(machine.connections().change('claude-code', 'connect', { force: true })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('Invalid configuration') as string,
    })
    expect(read(file)).toBe(before)
    expect(machine.connections().status('claude-code').state).toBe('foreign')
    expect(machine.keyCalls).toEqual(['prepare claude-code', 'retire claude-code'])
  })

  test('a command that says done and does something else is found out', async () => {
    const machine = machineOf()
    const file = machine.write(machine.install('claude-code'), '{"mcpServers":{"x":{}}}')
    machine.installClaudeCommand(`require('fs').writeFileSync(${JSON.stringify(file)}, '{}')`)
    await expect(machine.connections().change('claude-code', 'connect', ASK)).rejects.toMatchObject({
      message: expect.stringMatching(/does not hold what it was told.*tmws-backup/) as string,
    })
  })
})
