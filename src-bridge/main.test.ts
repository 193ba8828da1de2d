import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildBridge } from '../resources/scripts/build-bridge.ts'
import { writtenDiscovery } from './testing/discovery-file.ts'
import { FakeServer } from './testing/fake-server.ts'
import { BRIDGE_SOURCE, ProcessHost } from './testing/process-host.ts'
import { until } from './testing/until.ts'

let server: FakeServer
let built: string
const folder = mkdtempSync(join(tmpdir(), 'tmws-bridge-'))

beforeAll(async () => {
  server = await FakeServer.start()
  built = await buildBridge(join(folder, 'a path with spaces'))
})
afterAll(() => server.stop())

const at = (port = server.port) => ['--port', String(port)]
/** The last connection of this agent, since the tests share the server. */
const visitOf = (agentId: string) => server.visits.findLast((visit) => visit.headers['x-agent-id'] === agentId)

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('the built file', () => {
  test('is one small executable that needs nothing but PATH, from a path with spaces', () => {
    expect(statSync(built).size).toBeLessThan(150_000)
    expect(statSync(built).mode & 0o777).toBe(0o755)
    const alone = join(folder, 'alone here', 'bridge.cjs')
    mkdirSync(join(folder, 'alone here'))
    copyFileSync(built, alone)
    const done = spawnSync(process.execPath, [alone, '--version'], { env: { PATH: '/usr/bin:/bin' }, cwd: '/', encoding: 'utf8' })
    expect(done).toMatchObject({ status: 0, stderr: '', stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string })
  })

  test('serves a host that sets nothing', async () => {
    await using host = new ProcessHost([...at(), '--agent-id', 'built'], { PATH: '/usr/bin:/bin' }, built)
    expect(await host.ask(1, 'initialize')).toHaveProperty('result.serverInfo')
    expect(visitOf('built')?.headers['user-agent']).toMatch(/^tmws-bridge\/\d+\.\d+\.\d+$/)
    host.child.stdin.end()
    expect(await host.exited()).toBe(0)
  })
})

describe('the process', () => {
  test('says nothing but the protocol on stdout, whatever is loaded into it', async () => {
    const noise = join(folder, 'noise.cjs')
    writeFileSync(
      noise,
      "setInterval(() => { console.log('noise'); process.stdout.write('more noise\\n'); console.error('x') }, 5).unref()",
    )
    await using host = new ProcessHost(at(), {
      NODE_OPTIONS: `--require ${noise} --trace-warnings`,
      TMWS_LOG_LEVEL: 'debug',
      NODE_DEBUG: 'http',
    })
    for (let id = 1; id <= 20; id += 1) await host.ask(id, 'ping')
    expect(host.heard).toHaveLength(20)
    expect(host.stderr).toContain('more noise')
  })

  test('ignores arguments it does not know', async () => {
    await using host = new ProcessHost(['--type=utility', '/some/entry.js', ...at(), '--inspect-me', 'yes'])
    expect(await host.ask(1, 'ping')).toHaveProperty('result')
  })

  test('ends quickly and with 0 when the host closes its input, after answering', async () => {
    const host = new ProcessHost([...at(), '--agent-id', 'ender'])
    await host.ask(1, 'ping')
    host.write('{"jsonrpc":"2.0","id":2,"method":"ping"}')
    const startedAt = performance.now()
    host.child.stdin.end()
    expect(await host.exited()).toBe(0)
    expect(performance.now() - startedAt).toBeLessThan(1_000)
    expect(host.heard.map((message) => message.id)).toEqual([1, 2])
  })

  test.each(['SIGTERM', 'SIGINT'] as const)('ends with 0 on %s', async (signal) => {
    const host = new ProcessHost(at())
    await host.ask(1, 'ping')
    host.child.kill(signal)
    expect(await host.exited()).toBe(0)
  })

  test('ends quietly when nobody reads its output any more', async () => {
    const host = new ProcessHost([...at(), '--agent-id', 'unread'])
    await host.ask(1, 'ping')
    host.child.stdout.destroy()
    host.write('{"jsonrpc":"2.0","id":2,"method":"ping"}\n')
    expect(await host.exited()).toBe(0)
    expect(host.stderr).not.toMatch(/EPIPE|Error/)
  })

  test('ends without a server too', async () => {
    const host = new ProcessHost(at(1))
    host.write('{"jsonrpc":"2.0","id":1,"method":"ping"}\n')
    host.child.stdin.end()
    expect(await host.exited()).toBe(0)
    expect(host.heard).toMatchObject([{ id: 1, error: { code: -32603 } }])
  })

  test.skipIf(process.platform === 'win32')('does not outlive the process that started it, even with its input still open', async () => {
    const fifo = join(folder, 'fifo')
    spawnSync('mkfifo', [fifo])
    // The writer of the pipe is this test, so that the death of the parent closes nothing.
    const script = `const {spawn}=require('child_process');const c=spawn(process.execPath,${JSON.stringify([BRIDGE_SOURCE, ...at(), '--agent-id', 'orphan'])},{stdio:[require('fs').openSync(${JSON.stringify(fifo)},'r+'),'ignore','ignore']});console.log(c.pid);setInterval(()=>{},1000)`
    const parent = spawn(process.execPath, ['-e', script], { env: {}, stdio: ['ignore', 'pipe', 'ignore'] })
    let printed = ''
    parent.stdout.on('data', (text: Buffer) => (printed += text.toString()))
    const pid = Number(await until(() => printed.trim() || undefined, 'the pid of the bridge'))
    await until(() => visitOf('orphan'), 'the connection of the bridge')
    expect(isAlive(pid)).toBe(true)
    parent.kill('SIGKILL')
    await until(() => !isAlive(pid), 'the end of the bridge', 5_000)
  })

  test('two at once keep two identities', async () => {
    await using first = new ProcessHost(at(), { TMWS_AGENT_ID: 'first', TMWS_AGENT_NAMESPACE: 'n1', TMWS_AGENT_CAPABILITIES: '{"a": 1}' })
    await using second = new ProcessHost(at(), { TMWS_AGENT_ID: 'second', TMWS_TOKEN: 'secret-2' })
    await Promise.all([first.ask(1, 'ping'), second.ask(1, 'ping')])
    expect(visitOf('first')?.headers).toMatchObject({ 'x-agent-namespace': 'n1', 'x-agent-capabilities': '{"a":1}' })
    expect(visitOf('second')?.headers).toMatchObject({ authorization: 'Bearer secret-2' })
    expect(second.stderr).not.toContain('secret-2')
  })

  test('finds the server by the discovery file, not by a stale one', async () => {
    const path = writtenDiscovery(server.url)
    await using host = new ProcessHost(['--agent-id', 'discoverer'], { TMWS_RUNTIME_FILE: path })
    await host.ask(1, 'ping')
    expect(visitOf('discoverer')).toBeDefined()
    const { pid } = spawnSync(process.execPath, ['-e', ''])
    writtenDiscovery(server.url, path, pid)
    const stale = new ProcessHost(['--test', '--agent-id', 'misled'], { TMWS_RUNTIME_FILE: path })
    await stale.exited()
    expect(stale.stdout).toMatch(/is stale and ignored/)
    expect(visitOf('misled')).toBeUndefined()
  })

  test('refuses a wrong setting with one sentence and 2', async () => {
    const host = new ProcessHost([], { TMWS_AGENT_CAPABILITIES: '{nope' })
    expect(await host.exited()).toBe(2)
    expect([host.stdout, host.stderr.trim().split('\n')]).toEqual([
      '',
      [expect.stringContaining('TMWS_AGENT_CAPABILITIES is not valid JSON')],
    ])
  })
})

describe('--test', () => {
  test('says what works and ends with 0', async () => {
    const host = new ProcessHost([...at(), '--test'], { TMWS_AGENT_ID: 'tester' })
    expect(await host.exited()).toBe(0)
    expect(host.stdout).toMatch(/Node \d+/)
    expect(host.stdout).toMatch(/runtime\.json is not there/)
    expect(host.stdout).toMatch(new RegExp(`${server.url} \\(by --port\\)`))
    expect(host.stdout).toMatch(/fake 1\.2\.3[^]*as tester[^]*Tools: +3[^]*Round trip: +[\d.]+ ms\n[^]*The bridge works\.\n$/)
  })

  test('says what does not and ends with 1', async () => {
    const host = new ProcessHost([...at(1), '--test'])
    expect(await host.exited()).toBe(1)
    expect(host.stdout).toMatch(/The bridge cannot connect: TMWS is not running at ws:\/\/127\.0\.0\.1:1\./)
  })

  test('passes on why the server refuses', async () => {
    const refusing = await FakeServer.start()
    refusing.refusing = { status: 401, body: JSON.stringify({ error: { code: 'unauthenticated', message: 'A token is needed.' } }) }
    const host = new ProcessHost([...at(refusing.port), '--test'])
    expect(await host.exited()).toBe(1)
    expect(host.stdout).toMatch(/HTTP 401\nThe bridge cannot connect: A token is needed\.[^]*A host gets only errors/)
    await refusing.stop()
  })
})
