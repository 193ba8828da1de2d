import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bridgeCommand } from './clients/mcp-clients.ts'
import { expect, test } from './fixtures.ts'
import { runNode } from './processes/child.ts'
import { ROOT } from './processes/places.ts'
import type { RunningServer } from './processes/server-process.ts'

const PACKAGE = join(ROOT, 'node_modules', '@modelcontextprotocol', 'inspector')
const manifest = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as { bin: Record<string, string> } // a package manifest
const INSPECTOR = join(PACKAGE, manifest.bin['mcp-inspector'] ?? '')

/** Runs the Inspector's command line. It keeps its catalogue in the folder of the server under test. */
function inspect(server: RunningServer, target: readonly string[], args: readonly string[]) {
  const env = server.place.environment({ MCP_CATALOG_PATH: join(server.place.folder, 'inspector.json') })
  return runNode([INSPECTOR, '--cli', ...target, ...args], { env })
}

/** The ways the Inspector knows to a server. */
const TARGETS: readonly { readonly name: string; readonly of: (server: RunningServer) => string[] }[] = [
  {
    name: 'over /mcp in the legacy era',
    of: (server) => [`${server.apiUrl}/mcp`, '--transport', 'http', '--header', 'X-Agent-ID: inspector'],
  },
  {
    name: 'over /mcp in the modern era',
    of: (server) => [`${server.apiUrl}/mcp`, '--transport', 'http', '--protocol-era', 'modern', '--header', 'X-Agent-ID: inspector'],
  },
  { name: 'through the bridge in the legacy era', of: (server) => bridgeTarget(server) },
  { name: 'through the bridge in the modern era', of: (server) => [...bridgeTarget(server), '--protocol-era', 'modern'] },
]

function bridgeTarget(server: RunningServer): string[] {
  const { command, args } = bridgeCommand(server)
  return [command, ...args, '-e', `TMWS_RUNTIME_FILE=${server.place.runtimeFile}`, '-e', 'TMWS_AGENT_ID=inspector']
}

for (const { name, of } of TARGETS) {
  test(`the Inspector finds no fault in the tools ${name}, calls them, and reads resources and prompts`, async ({ sharedServer }) => {
    const target = of(sharedServer)
    const listed = await inspect(sharedServer, target, ['--method', 'tools/list', '--strict'])
    expect(listed.code, listed.stderr).toBe(0)
    expect(listed.stdout).toContain('"store_memory"')
    const stored = await inspect(sharedServer, target, [
      '--method',
      'tools/call',
      '--tool-name',
      'store_memory',
      '--tool-arg',
      `content=The Inspector was here ${name}.`,
      'importance=0.7',
    ])
    expect(stored.code, stored.stderr).toBe(0)
    expect(stored.stdout).toContain(`The Inspector was here ${name}.`)
    const refused = await inspect(sharedServer, target, [
      '--method',
      'tools/call',
      '--tool-name',
      'store_memory',
      '--tool-arg',
      'content=x',
      'importance=7',
    ])
    expect(refused.code, 'a tool result with isError').toBe(5)
    const read = await inspect(sharedServer, target, ['--method', 'resources/read', '--uri', 'memory://recent'])
    expect(read.code, read.stderr).toBe(0)
    expect(read.stdout).toContain('The Inspector was here')
    const prompt = await inspect(sharedServer, target, [
      '--method',
      'prompts/get',
      '--prompt-name',
      'recall-context',
      '--prompt-args',
      'topic=Inspector',
    ])
    expect(prompt.code, prompt.stderr).toBe(0)
    expect(prompt.stdout).toContain('was here')
  })
}
