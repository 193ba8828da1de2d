import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { isProcessAlive } from '../../base/process-alive.ts'
import { INSTALLED, VERSION } from '../install-paths.ts'
import { TestServer } from '../testing/start-test-server.ts'
import { ClientMachine } from './testing/client-machine.ts'
import { verifyEntry } from './verify-entry.ts'

const machines: ClientMachine[] = []
afterEach(() => {
  for (const machine of machines.splice(0)) machine[Symbol.dispose]()
})

function machineOf(): ClientMachine {
  const machine = new ClientMachine()
  machines.push(machine)
  return machine
}

let server: TestServer
beforeAll(async () => {
  if (!existsSync(INSTALLED.bridgeFile)) spawnSync(process.execPath, ['resources/scripts/build-bridge.ts'], { cwd: INSTALLED.root })
  server = await TestServer.start()
})
afterAll(() => server.stop())

describe('what a client would start', () => {
  test('is started as it stands in its file, and says who it is, over a real bridge and server', async () => {
    const machine = machineOf()
    machine.write(machine.install('codex'), '# mine\n')
    const connections = machine.connections({
      installation: { execPath: process.execPath, isElectron: false, bridgeFile: INSTALLED.bridgeFile, version: VERSION },
      variables: { TMWS_RUNTIME_FILE: server.config.runtimeFile, TMWS_STDIO_FALLBACK: 'false' },
    })
    await connections.change('codex', 'connect', { force: false, namespace: 'team' })
    const report = await connections.verify('codex')
    expect(report).toMatchObject({
      client: 'codex',
      works: true,
      places: [{ server: 'tmws', server_version: VERSION, agent_id: 'codex', namespace: 'team' }],
    })
    expect(report.places[0]?.tools).toBeGreaterThan(10)
    expect(report.places[0]?.call_ms).toBeGreaterThan(0)
  })

  test('is not started when it is not what TMWS wrote', async () => {
    const machine = machineOf()
    const file = machine.write(machine.install('cursor'), '{"mcpServers":{"tmws":{"command":"/bin/touch","args":["/tmp/never"],"env":{}}}}')
    await expect(machine.connections().verify('cursor')).rejects.toMatchObject({ code: 'conflict' })
    expect(existsSync(file)).toBe(true)
    await expect(machine.connections().verify('zed')).rejects.toMatchObject({ code: 'conflict' })
  })

  test('gets no more of our environment than a window of the system has', async () => {
    const machine = machineOf()
    const seen = join(machine.root, 'seen.json')
    const script = machine.write(
      join(machine.root, 'show.cjs'),
      `require('fs').writeFileSync(${JSON.stringify(seen)}, JSON.stringify(process.env))`,
    )
    await verifyEntry(
      { command: process.execPath, args: [script], env: { OURS: '1' } },
      { ...machine.machine, env: { PATH: '/secret/bin', CODEX_HOME: '/x', USER: 'ada' } },
    )
    const { __CF_USER_TEXT_ENCODING: _mac, ...env } = JSON.parse(readFileSync(seen, 'utf8')) as Record<string, string>
    expect(env).toEqual({ OURS: '1', USER: 'ada', HOME: machine.machine.home, PATH: '/usr/bin:/bin:/usr/sbin:/sbin' })
  })
})

describe('a program that does not work', () => {
  const cases: [string, string, RegExp][] = [
    ['ends at once', "console.error('no database'); process.exit(3)", /It ended before it answered \(code 3\)\. It said: no database/],
    ['talks nonsense', "console.log('hello'); setInterval(() => {}, 1000)", /wrote a line that is no message: hello/],
    [
      'answers with an error',
      "process.stdin.on('data', (d) => console.log(JSON.stringify({ jsonrpc: '2.0', id: JSON.parse(d).id, error: { code: 1, message: 'no' } })))",
      /answered with an error: no/,
    ],
    [
      'is silent',
      "console.error('starting'); setInterval(() => {}, 1000); process.on('SIGTERM', () => {})",
      /did not answer initialize in time\. It said: starting/,
    ],
  ]
  test.each(cases)('%s: the reason is told, and nothing of it is left', async (_, script, problem) => {
    const machine = machineOf()
    const pidFile = join(machine.root, 'pid')
    const file = machine.write(
      join(machine.root, 'program.cjs'),
      `require('fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); ${script}`,
    )
    writeFileSync(pidFile, '')
    const found = await verifyEntry({ command: process.execPath, args: [file], env: {} }, machine.machine, 2_000)
    expect(found).toEqual({ works: false, problem: expect.stringMatching(problem) as string })
    const pid = Number(readFileSync(pidFile, 'utf8'))
    expect([pid > 0, isProcessAlive(pid)]).toEqual([true, false])
  })

  test('that is not there is told', async () => {
    const machine = machineOf()
    const found = await verifyEntry({ command: '/nowhere/node', args: [], env: {} }, machine.machine)
    expect(found).toEqual({ works: false, problem: expect.stringMatching(/cannot be started.*ENOENT/) as string })
  })
})
