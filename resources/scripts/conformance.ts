// `npm run conformance`, in both protocol eras: the generic scenarios of the MCP conformance suite against /mcp of the built server,
// and all that a revision requires against a fixture server, since most scenarios ask for tools of their own names. That one stands
// behind the same listener, guards and endpoint.
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cleanEnvironment } from '../../e2e/processes/child.ts'
import { BUILT } from '../../e2e/processes/places.ts'
import { ServerPlace } from '../../e2e/processes/server-process.ts'
import { until } from '../../e2e/processes/until.ts'
import { buildAll } from './build.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const PACKAGE = join(ROOT, 'node_modules', '@modelcontextprotocol', 'conformance')
const FIXTURE_SERVER = join(ROOT, 'src-main', 'transport', 'testing', 'conformance-server.ts')
const EXPECTED_FAILURES = join(ROOT, 'e2e', 'conformance', 'expected-failures.yml')
const SCENARIO_TIMEOUT_MS = 60_000
const START_BUDGET_MS = 20_000

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
      await check(`${revision}  ${scenario}`, [`${server.apiUrl}/mcp`, '--scenario', scenario, '--spec-version', revision])
    }
  }
  const fixtures = place.run(process.execPath, [FIXTURE_SERVER])
  const url = await until('the fixture server to say where it listens', () => fixtures.stdout.trim() || undefined, START_BUDGET_MS, 20)
  for (const revision of Object.keys(SCENARIOS)) {
    await check(`${revision}  all that is required`, [url, '--requirements', revision, '--expected-failures', EXPECTED_FAILURES])
  }
} finally {
  await place.remove()
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1

async function check(name: string, [url = '', ...args]: readonly string[]): Promise<void> {
  // The exit code tells; a failing scenario may print that something passed.
  const { code, output } = await run(['server', '--url', url, ...args])
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'}  ${name}`)
  if (code === 0) passed += 1
  else {
    failed += 1
    console.log(output)
  }
}

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
