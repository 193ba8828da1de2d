// `npm run conformance`: the generic scenarios of the MCP conformance suite against /mcp of the built server, in both protocol eras.
// Scenarios that ask for tools of their own names need a fixture server and are not run here.
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cleanEnvironment } from '../../e2e/processes/child.ts'
import { BUILT } from '../../e2e/processes/places.ts'
import { ServerPlace } from '../../e2e/processes/server-process.ts'
import { buildAll } from './build.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const PACKAGE = join(ROOT, 'node_modules', '@modelcontextprotocol', 'conformance')
const SCENARIO_TIMEOUT_MS = 60_000

const SCENARIOS: Readonly<Record<string, readonly string[]>> = {
  '2025-11-25': [
    'server-initialize',
    'ping',
    'tools-list',
    'resources-list',
    'prompts-list',
    'dns-rebinding-protection',
    'server-sse-multiple-streams',
  ],
  '2026-07-28': [
    'tools-list',
    'resources-list',
    'prompts-list',
    'dns-rebinding-protection',
    'caching',
    'http-header-validation',
    'sep-2164-resource-not-found',
    'server-sse-multiple-streams',
  ],
}

const program = programFile()
if (!existsSync(BUILT.server)) await buildAll((line) => console.log(line))
const place = new ServerPlace(mkdtempSync(join(tmpdir(), 'tmws-conformance-')))
let passed = 0
let failed = 0
try {
  const server = await (await place.start()).untilHealthy()
  for (const [revision, scenarios] of Object.entries(SCENARIOS)) {
    for (const scenario of scenarios) {
      // The exit code tells; a failing scenario may print that something passed.
      const { code, output } = await run(['server', '--url', `${server.apiUrl}/mcp`, '--scenario', scenario, '--spec-version', revision])
      console.log(`${code === 0 ? 'ok    ' : 'FAILED'}  ${revision}  ${scenario}`)
      if (code === 0) passed += 1
      else {
        failed += 1
        console.log(output)
      }
    }
  }
} finally {
  await place.remove()
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1

function run(args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    const options = { env: cleanEnvironment(join(place.folder, 'home')), cwd: place.folder, timeout: SCENARIO_TIMEOUT_MS }
    execFile(process.execPath, [program, ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, output: stdout + stderr })
    })
  })
}

function programFile(): string {
  const manifest = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as { bin: string | Record<string, string> } // a package manifest
  return join(PACKAGE, typeof manifest.bin === 'string' ? manifest.bin : (manifest.bin['conformance'] ?? ''))
}
