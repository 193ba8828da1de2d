import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unpackExtension, validateManifest } from '@anthropic-ai/mcpb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { INSTALLED, VERSION } from '../install-paths.ts'
import { TestServer } from '../testing/start-test-server.ts'
import { buildBundle } from './mcpb-bundle.ts'
import { StdioConversation } from './stdio-conversation.ts'

const folder = mkdtempSync(join(tmpdir(), 'tmws-bundle-'))
const unpacked = join(folder, 'unpacked')
let server: TestServer
beforeAll(async () => {
  if (!existsSync(INSTALLED.bridgeFile)) spawnSync(process.execPath, ['resources/scripts/build-bridge.ts'], { cwd: INSTALLED.root })
  server = await TestServer.start()
  writeFileSync(join(folder, 'tmws.mcpb'), build())
  await unpackExtension({ mcpbPath: join(folder, 'tmws.mcpb'), outputDir: unpacked, silent: true })
})
afterAll(async () => {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

function build(): Buffer {
  return buildBundle({ bridgeFile: INSTALLED.bridgeFile, version: VERSION }, { TMWS_RUNTIME_FILE: server.config.runtimeFile })
}

interface Manifest {
  readonly version: string
  readonly server: { readonly mcp_config: { readonly args: string[]; readonly env: Record<string, string> } }
  readonly user_config: Record<string, { readonly default: string }>
}

function manifest(): Manifest {
  return JSON.parse(readFileSync(join(unpacked, 'manifest.json'), 'utf8')) as Manifest // our own file
}

test('is what the tool for such bundles takes, of this version, with the bridge in it', () => {
  expect(validateManifest(join(unpacked, 'manifest.json'))).toBe(true)
  expect(manifest()).toMatchObject({
    manifest_version: '0.3',
    version: VERSION,
    server: { type: 'node', entry_point: 'server/tmws-bridge.cjs' },
  })
  expect(readFileSync(join(unpacked, 'server', 'tmws-bridge.cjs')).equals(readFileSync(INSTALLED.bridgeFile))).toBe(true)
})

test('is the same file each time, and holds no token', () => {
  expect(build().equals(build())).toBe(true)
  expect(readFileSync(join(unpacked, 'manifest.json'), 'utf8')).not.toMatch(/TMWS_TOKEN|Bearer/)
  expect(build().includes(server.ownerToken)).toBe(false)
})

test('works as Claude Desktop would run it, also where a setting was left empty', async () => {
  const { args, env } = manifest().server.mcp_config
  const filled = (text: string): string =>
    text
      .replace('${__dirname}', unpacked)
      .replace(/\$\{user_config\.(\w+)\}/g, (whole, name: string) =>
        name === 'namespace' ? whole : (manifest().user_config[name]?.default ?? ''),
      )
  const child = spawn(process.execPath, args.map(filled), {
    env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, filled(value)])),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  try {
    const conversation = new StdioConversation(child)
    const signal = AbortSignal.timeout(15_000)
    await conversation.ask(
      'initialize',
      { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'claude-ai', version: '1' } },
      signal,
    )
    const answer = await conversation.ask('tools/call', { name: 'get_current_agent', arguments: {} }, signal)
    expect(answer).toMatchObject({ structuredContent: { agent: { agent_id: 'claude-desktop', namespace: 'default' } } })
  } finally {
    child.kill('SIGKILL')
  }
})

test('without a bridge says what to do', () => {
  expect(() => buildBundle({ bridgeFile: '/nowhere/bridge.cjs', version: VERSION }, {})).toThrow(/is not there; run npm run build/)
})
