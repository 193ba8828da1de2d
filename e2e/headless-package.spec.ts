import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { connectBridge } from './clients/mcp-clients.ts'
import { call, untilIndexed } from './clients/tool-calls.ts'
import { expect, test } from './fixtures.ts'
import { runNode } from './processes/child.ts'
import { ROOT } from './processes/places.ts'

let folder = ''
/** The package as it lies in somebody's node_modules. */
let installed = ''

test.beforeAll(() => {
  test.setTimeout(180_000)
  folder = mkdtempSync(join(tmpdir(), 'tmws-package-'))
  installed = join(folder, 'project', 'node_modules', 'tmws')
  mkdirSync(installed, { recursive: true })
  execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string } // npm demands it
  execFileSync('tar', ['-xzf', join(folder, `tmws-${version}.tgz`), '--strip-components=1', '-C', installed])
  installDependencies(join(folder, 'project'))
})

test.afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What `npm install --omit=dev` would put there, taken from our own node_modules: without the network, and nothing that is for development. */
function installDependencies(project: string): void {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: true; devOptional?: true }>
  } // as npm writes it
  for (const [path, { dev, devOptional }] of Object.entries(lock.packages)) {
    const isNested = path.indexOf('node_modules/') !== path.lastIndexOf('node_modules/')
    if (path === '' || isNested || dev === true || devOptional === true || !existsSync(join(ROOT, path))) continue
    const target = join(project, path)
    mkdirSync(dirname(target), { recursive: true })
    linkTree(join(ROOT, path), target)
  }
}

/** Hard links where both lie on one disk, else copies. */
function linkTree(from: string, to: string): void {
  try {
    execFileSync('cp', ['-al', from, to], { stdio: 'ignore' })
  } catch {
    cpSync(from, to, { recursive: true })
  }
}

test('the packed package runs headless from any folder with its production dependencies alone, and its bridge connects', async ({
  makePlace,
  closing,
}) => {
  const place = makePlace()
  const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as { version: string; bin: Record<string, string> } // our own
  const program = join(installed, manifest.bin['tmws'] ?? '')
  const version = await runNode([program, '--version'], { env: place.environment(), cwd: place.folder })
  expect(version).toMatchObject({ code: 0, stdout: `${manifest.version}\n` })
  const server = await (await place.start({ program })).untilHealthy()
  const page = await fetch(`${server.apiUrl}/`)
  expect(await page.text()).toContain('<script type="module"')
  const client = closing(await connectBridge(server, { agentId: 'packed' }, join(installed, manifest.bin['tmws-bridge'] ?? '')))
  await call(client, 'store_memory', { content: 'Yusuf is allergic to peanuts.' })
  await untilIndexed(client)
  const found = await call(client, 'semantic_search', { query: 'dangerous food' })
  expect(found.memories[0]?.why.vector).toBeGreaterThan(0)
  expect(await server.stop()).toEqual({ code: 0, signal: null })
})

test('the package holds no tests, no sources and nothing of the machine it was made on', () => {
  const files = execFileSync('find', [installed, '-type', 'f'], { encoding: 'utf8' }).trim().split('\n')
  expect(
    files.filter((file) => /\.test\.|\.spec\.|(?<!\.d)\.ts$|\.tsx$|\.log$|\.db$|[/]\.env|runtime\.json/.test(file.slice(installed.length))),
  ).toEqual([])
  for (const file of files.filter((name) => /\.(js|cjs|json|html)$/.test(name) && !name.endsWith('tokenizer.json'))) {
    expect(readFileSync(file, 'utf8'), file).not.toContain(ROOT)
  }
})

test('a Node that is too old gets a sentence, not a crash', () => {
  const old = ['/usr/local/bin/node', '/usr/bin/node'].find(
    (node) => existsSync(node) && Number(/^v(\d+)/.exec(execFileSync(node, ['--version'], { encoding: 'utf8' }))?.[1]) < 22,
  )
  test.skip(old === undefined, 'there is no Node older than 22 on this machine')
  for (const [program, says] of [
    ['out/main/tmws.js', /TMWS needs Node 22\.14 or newer/],
    ['out/bridge/tmws-bridge.cjs', /tmws-bridge needs Node 22\.14 or newer/],
  ] as const) {
    let said = ''
    try {
      execFileSync(old!, [join(installed, program), '--version'], { encoding: 'utf8', stdio: 'pipe' })
    } catch (error) {
      const { status, stderr } = error as { status: number; stderr: string } // what execFileSync throws
      expect(status).toBe(1)
      said = stderr
    }
    expect(said).toMatch(says)
  }
})
